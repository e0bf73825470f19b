"""A person in 5,000 conversations opens the client: a handful of queries, whatever the number."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.ids import new_id
from events.models import Stream, StreamKind
from messaging.conversations.models import Conversation, Membership
from messaging.messages.models import Message
from messaging.sidebar.services import create_section
from tests.messaging.calls import call

MANY = 5000
UNREAD_EVERY = 10

OPENING = ("/me", "/me/conversations", "/me/sections")
"""What the client asks for before it draws its sidebar."""


@pytest.fixture
def many(cast, in_acme) -> list[Conversation]:
    """Bo is in 5,000 channels with three messages each; in every tenth something is unread."""
    channels = [
        Conversation(id=new_id(), kind="public", name=f"channel {number}") for number in range(MANY)
    ]
    Conversation.objects.bulk_create(channels, batch_size=1000)
    Stream.objects.bulk_create(
        [Stream(id=channel.id, kind=StreamKind.CONVERSATION, last_seq=3) for channel in channels],
        batch_size=1000,
    )
    section = create_section(cast.bo.actor, name="Some")
    Membership.objects.bulk_create(
        [
            Membership(
                conversation_id=channel.id,
                user_id=person.id,
                read_seq=1 if number % UNREAD_EVERY == 0 else 3,
                section_id=section.id if number % 7 == 0 else None,
                position=float(number) if number % 7 == 0 else None,
            )
            for number, channel in enumerate(channels)
            for person in (cast.bo, cast.ana)
        ],
        batch_size=1000,
    )
    Message.objects.bulk_create(
        [
            Message(
                conversation_id=channel.id,
                seq=seq,
                author_id=cast.ana.id,
                text="words",
                key=new_id(),
                created_at=timezone.now(),
            )
            for channel in channels
            for seq in (1, 2, 3)
        ],
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_membership, messaging_message, messaging_conversation")
    return channels


def test_opening_the_client_takes_ten_queries_at_most(cast, many):
    bo = call(cast.bo.api)
    bo.get("/me")

    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        answers = [bo.get(path) for path in OPENING]
    took_ms = (time.perf_counter() - begun) * 1000

    items = answers[1].items
    assert len(items) == MANY
    assert answers[1].body["next"] is None
    assert sum(item["unread"]["messages"] for item in items) == MANY // UNREAD_EVERY * 2
    assert len(queries) <= 10, [query["sql"][:80] for query in queries]
    print(f"\n{MANY} conversations: {len(queries)} queries, {took_ms:.0f} ms")
