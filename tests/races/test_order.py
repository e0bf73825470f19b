"""`seq` counts without gap or duplicate, and its order is the order of commit."""

import threading
from collections import Counter
from uuid import uuid4

import pytest
from django.db import connections, transaction

from core.ids import new_id
from events.journal import heads
from events.models import Entry
from messaging.messages.models import Message
from messaging.messages.services import post_message
from tenants.context import in_tenant
from tests.messaging.places import make_channel
from tests.races.together import at_once, errors_in

pytestmark = pytest.mark.usefixtures("real_commits")

WRITERS, EACH = 20, 10


def test_twenty_writers_leave_no_gap_and_readers_never_see_ahead(cast):
    place = make_channel(cast.ana, cast.bo)
    over = threading.Event()
    seen: list[tuple[int, int]] = []

    def write() -> None:
        for _ in range(EACH):
            post_message(cast.bo.actor, conversation_id=place.id, text="x", key=uuid4())

    def read() -> None:
        with in_tenant("acme"):
            while not over.is_set():
                entries = Entry.objects.filter(stream_id=place.id)
                numbers = list(entries.order_by("seq").values_list("seq", flat=True))
                seen.append((len(numbers), numbers[-1]))
        connections.close_all()

    reader = threading.Thread(target=read)
    reader.start()
    outcomes = at_once("acme", *[write] * WRITERS)
    over.set()
    reader.join()

    assert errors_in(outcomes) == []
    last = 3 + WRITERS * EACH
    with in_tenant("acme"):
        entries = Entry.objects.filter(stream_id=place.id).order_by("seq")
        messages = Message.objects.filter(conversation_id=place.id).order_by("seq")
        assert list(entries.values_list("seq", flat=True)) == list(range(1, last + 1))
        assert list(messages.values_list("seq", flat=True)) == list(range(4, last + 1))
        assert heads([place.id]) == {place.id: last}
    # Whoever saw the number n saw all n of them.
    assert len(seen) > 1
    assert all(count == highest for count, highest in seen)


def test_a_transaction_that_fails_leaves_no_gap(cast):
    place = make_channel(cast.ana, cast.bo)

    def post_and_fail() -> None:
        with transaction.atomic():
            post_message(cast.bo.actor, conversation_id=place.id, text="x", key=uuid4())
            raise RuntimeError("changed my mind")

    def post() -> None:
        post_message(cast.bo.actor, conversation_id=place.id, text="x", key=uuid4())

    at_once("acme", *[post_and_fail, post] * 5)

    with in_tenant("acme"):
        entries = Entry.objects.filter(stream_id=place.id).order_by("seq")
        assert list(entries.values_list("seq", flat=True)) == list(range(1, 9))


@pytest.mark.parametrize("is_reply", [False, True])
def test_one_key_posted_twenty_times_at_once_is_one_message(cast, is_reply):
    place = make_channel(cast.ana, cast.bo)
    with in_tenant("acme"):
        root = post_message(cast.ana.actor, conversation_id=place.id, text="r", key=uuid4()).message
    key = new_id()

    outcomes = at_once(
        "acme",
        *[
            lambda: post_message(
                cast.bo.actor,
                conversation_id=place.id,
                text="once",
                key=key,
                thread_id=root.id if is_reply else None,
            )
        ]
        * 20,
    )

    assert errors_in(outcomes) == []
    assert len({posted.message.id for posted in outcomes}) == 1
    assert Counter(posted.is_new for posted in outcomes) == {True: 1, False: 19}
    with in_tenant("acme"):
        assert Message.objects.filter(key=key).count() == 1
        assert heads([place.id]) == {place.id: 5}
        root.refresh_from_db(fields=["reply_count"])
        assert root.reply_count == int(is_reply)


def test_replies_are_all_counted_and_their_times_rise_with_their_numbers(cast):
    place = make_channel(cast.ana, cast.bo)
    with in_tenant("acme"):
        root = post_message(cast.ana.actor, conversation_id=place.id, text="r", key=uuid4()).message

    outcomes = at_once(
        "acme",
        *[
            lambda: post_message(
                cast.bo.actor,
                conversation_id=place.id,
                text="x",
                key=uuid4(),
                thread_id=root.id,
            )
        ]
        * 15,
    )

    assert errors_in(outcomes) == []
    with in_tenant("acme"):
        root.refresh_from_db(fields=["reply_count", "last_reply_at"])
        replies = Message.objects.filter(thread_id=root.id).order_by("seq")
        times = list(replies.values_list("created_at", flat=True))
    assert root.reply_count == 15
    assert times == sorted(set(times))
    assert root.last_reply_at == times[-1]
