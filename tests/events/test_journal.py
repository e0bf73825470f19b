"""The journal counts without gaps, and records only what was committed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from core.actor import system_actor
from events import bus
from events.journal import (
    MOST_ENTRIES,
    entries_after,
    heads,
    hold,
    publish,
    publish_all,
    record,
)
from events.models import Entry, Stream, StreamKind
from events.outbox.models import OutboxItem
from events.registry import all_types, event, type_named, type_of
from messaging.conversations.events import AddedToConversation, ConversationUpdated
from messaging.messages.events import MessageCreated, MessageEdited
from messaging.messages.models import Message
from tenants.context import NoTenant, in_public, in_tenant
from tests.races.together import at_once, errors_in


@pytest.fixture
def acme(in_acme):
    return system_actor(in_acme)


def test_a_stream_counts_from_one_and_by_itself(acme):
    one, other = uuid4(), uuid4()

    heads_given = [publish(ConversationUpdated(id_), by=acme).seq for id_ in (one, one, other)]

    assert heads_given == [1, 2, 1]
    assert heads([one, other]) == {one: 2, other: 1}


def test_a_stream_without_events_stands_at_nought(in_acme):
    unknown = uuid4()

    assert heads([unknown]) == {unknown: 0}
    assert heads([]) == {}


def test_an_entry_tells_who_did_what_and_owes_its_publish(acme):
    stream = uuid4()
    head = publish(MessageEdited(stream, uuid4(), None, (UUID(int=1),), True), by=acme)

    entry = Entry.objects.get(id=head.entry_id)
    assert (entry.type, entry.stream_kind) == ("chancery.message.edited.v1", "conversation")
    assert entry.correlation_id == acme.correlation_id
    fact = type_named(entry.type, entry.stream_kind).read(entry.data)
    assert (fact.mentions, fact.calls_all) == ((UUID(int=1),), True)
    item = OutboxItem.objects.get(entry_id=head.entry_id)
    assert (item.tenant, item.needs_handlers, item.queued_at) == ("acme", True, None)


def test_an_event_that_no_handler_wants_says_so(acme):
    stream = uuid4()
    plain = publish(MessageCreated(stream, uuid4(), None), by=acme)
    calling = publish(MessageCreated(stream, uuid4(), None, calls_all=True), by=acme)

    wants = dict(OutboxItem.objects.values_list("entry_id", "needs_handlers"))
    assert wants == {plain.entry_id: False, calling.entry_id: True}


def test_what_is_recorded_of_the_past_is_told_to_nobody(acme, django_capture_on_commit_callbacks):
    stream, moment = uuid4(), datetime(2019, 4, 1, tzinfo=UTC)

    with django_capture_on_commit_callbacks() as callbacks:
        record(ConversationUpdated(stream), by=acme, at=moment)

    assert callbacks == []
    assert OutboxItem.objects.count() == 0
    assert Entry.objects.get().occurred_at == moment
    assert heads([stream]) == {stream: 1}


def test_a_row_takes_its_number_from_the_stream(acme):
    stream = uuid4()
    publish(ConversationUpdated(stream), by=acme)
    row = Message(conversation_id=stream, text="Hello", key=uuid4(), author_id=uuid4())

    publish(MessageCreated(stream, row.id, row.author_id), by=acme, row=row)

    assert row.seq == 2
    assert Message.objects.get(id=row.id).text == "Hello"


def test_a_row_that_cannot_be_stored_takes_no_number(acme):
    stream, key, author = uuid4(), uuid4(), uuid4()

    def post() -> None:
        row = Message(conversation_id=stream, text="x", key=key, author_id=author)
        with transaction.atomic():
            publish(MessageCreated(stream, row.id, author), by=acme, row=row)

    post()
    with pytest.raises(IntegrityError):
        post()

    assert heads([stream]) == {stream: 1}
    assert Entry.objects.count() == OutboxItem.objects.count() == 1


def test_entries_are_read_in_order_from_a_place_and_never_too_many(acme):
    stream = uuid4()
    for _ in range(5):
        publish(ConversationUpdated(stream), by=acme)

    def read(*args, **more) -> list[int]:
        return [entry.seq for entry in entries_after(stream, *args, **more)]

    assert read(0) == [1, 2, 3, 4, 5]
    assert read(3) == [4, 5]
    assert read(0, limit=2) == [1, 2]
    assert read(5) == []
    assert len(entries_after(stream, 0, limit=MOST_ENTRIES * 10)) == 5


def test_holding_a_stream_that_is_not_there_is_nothing(in_acme):
    hold(uuid4())

    assert Stream.objects.count() == 0


def test_nothing_is_published_outside_of_an_organisation(cast):
    with in_public(), pytest.raises(NoTenant):
        publish(ConversationUpdated(uuid4()), by=system_actor("acme"))


def test_one_name_may_stand_on_two_kinds_of_stream():
    kinds = [kind for kind in all_types() if kind.name == "chancery.membership.added.v1"]

    assert {kind.stream for kind in kinds} == {StreamKind.CONVERSATION, StreamKind.USER}
    person, place = uuid4(), uuid4()
    fact = AddedToConversation(person, place, "member")
    assert type_of(fact).stream_id(fact) == person


def test_an_event_is_registered_once_and_with_its_key():
    @dataclass(frozen=True, slots=True)
    class Odd:
        conversation_id: UUID

    with pytest.raises(ValueError, match="twice"):
        event("message.created", stream=StreamKind.CONVERSATION, key="conversation_id")(Odd)
    with pytest.raises(ValueError, match="no field"):
        event("odd.made", stream=StreamKind.USER, key="user_id")(Odd)


def test_facts_told_together_are_numbered_one_by_one(acme, django_capture_on_commit_callbacks):
    stream = uuid4()
    facts = [ConversationUpdated(stream, (str(n),)) for n in range(3)]

    with django_capture_on_commit_callbacks() as callbacks:
        heads_given = publish_all(facts, by=acme)
        assert publish_all([], by=acme) == []

    assert [head.seq for head in heads_given] == [1, 2, 3]
    assert len(callbacks) == 1
    stored = Entry.objects.filter(stream_id=stream).order_by("seq")
    assert [entry.data["changed"] for entry in stored] == [["0"], ["1"], ["2"]]
    assert OutboxItem.objects.filter(entry_id__in=[entry.id for entry in stored]).count() == 3


class TestManyAtOnce:
    """`publish_all` writes what as many calls of `publish` would, in one statement."""

    def test_each_stream_counts_by_itself(self, acme, django_assert_num_queries):
        first, second, third = uuid4(), uuid4(), uuid4()
        publish(ConversationUpdated(second), by=acme)

        with django_assert_num_queries(1):
            publish_all([ConversationUpdated(id_) for id_ in (third, first, second)], by=acme)

        assert heads([first, second, third]) == {first: 1, second: 2, third: 1}

    def test_the_entries_are_those_of_publish(self, acme, in_acme):
        one, other = uuid4(), uuid4()

        head = publish(ConversationUpdated(one), by=acme)
        publish_all([ConversationUpdated(other)], by=acme)

        (single,), (among,) = entries_after(one, 0), entries_after(other, 0)
        same = ("seq", "type", "stream_kind", "actor_id", "correlation_id")
        assert [getattr(single, name) for name in same] == [getattr(among, name) for name in same]
        assert among.data == single.data | {"conversation_id": str(other)}
        with in_public():
            owed = OutboxItem.objects.filter(entry_id__in=[head.entry_id, among.id])
            rows = list(owed.values_list("tenant", "needs_handlers", "attempts"))
        assert len(rows) == 2
        assert rows[0] == rows[1]

    def test_nothing_is_written_for_nobody_and_nothing_by_half(self, acme):
        one = uuid4()
        publish_all([], by=acme)
        with transaction.atomic():
            publish_all([ConversationUpdated(one)], by=acme)
            transaction.set_rollback(True)

        assert heads([one]) == {one: 0}

    def test_they_go_live_with_the_commit(self, acme, django_capture_on_commit_callbacks):
        ids = [uuid4() for _number in range(5)]
        heard: list[str] = []
        stop = bus.hand_on(lambda topic, _frame: heard.append(topic))
        with django_capture_on_commit_callbacks(execute=True):
            publish_all([ConversationUpdated(id_) for id_ in ids], by=acme)
            assert heard == []
        stop()

        assert sorted(heard) == sorted(f"acme.c.{id_}" for id_ in ids)

    def test_two_that_name_the_same_streams_in_other_orders_both_end(self, cast, real_commits):
        ids = [uuid4() for _number in range(50)]
        by = system_actor("acme")

        outcomes = at_once(
            "acme",
            lambda: publish_all([ConversationUpdated(id_) for id_ in ids], by=by),
            lambda: publish_all([ConversationUpdated(id_) for id_ in reversed(ids)], by=by),
        )

        assert errors_in(outcomes) == []
        with in_tenant("acme"):
            assert heads(ids) == dict.fromkeys(ids, 2)
