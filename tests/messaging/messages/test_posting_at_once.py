"""A plain message is one statement, which looks the right to post up by itself."""

from itertools import product
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.errors import Conflict, Forbidden, NotFound
from events.journal import Gone, publish
from events.models import Entry, Stream
from messaging.conversations.access import Do, allowed, place_for, posting_gate
from messaging.conversations.models import Conversation, MemberRole, Membership, Who
from messaging.messages import policy
from messaging.messages.events import MessageCreated
from messaging.messages.models import Message
from messaging.messages.services import post_message
from tests.messaging.places import make_channel, make_direct

PEOPLE = ["ana", "bo", "eve"]
"""The owner, a member and a guest of the organisation."""


def is_open(person, place) -> bool:
    gate = posting_gate(person.actor, place.id)
    if gate is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(gate.sql, gate.params)
        return bool(cursor.fetchall())


def statements(post) -> list[str]:
    with CaptureQueriesContext(connection) as context:
        post()
    return [query["sql"] for query in context if "SAVEPOINT" not in query["sql"]]


def post(person, place, **more) -> Message:
    given = {"text": "hello", "key": uuid4(), **more}
    return post_message(person.actor, conversation_id=place.id, **given).message


@pytest.mark.parametrize("name", PEOPLE)
def test_the_gate_is_open_to_nobody_who_may_not_post(in_acme, cast, name):
    person = getattr(cast, name)
    place = make_channel(cast.ana, cast.bo, cast.eve)
    opened = []
    for who, is_archived, role, may_post in product(Who, (0, 1), MemberRole, (False, True)):
        archived_at = timezone.now() if is_archived else None
        Conversation.objects.filter(id=place.id).update(posting=who, archived_at=archived_at)
        mine = Membership.objects.filter(conversation_id=place.id, user_id=person.id)
        mine.update(role=role, may_post=may_post)

        may = Do.POST in allowed(person.actor, place_for(person.actor, place.id, Do.READ))

        opened.append(is_open(person, place))
        assert may or not opened[-1], (who, is_archived, role, may_post)

    assert any(opened)
    assert not all(opened)


def test_the_gate_is_shut_to_whoever_is_no_member(in_acme, cast):
    assert not is_open(cast.cy, make_channel(cast.ana))
    assert not is_open(cast.cy, make_channel(cast.ana, name="closed", kind="private"))
    assert not is_open(cast.cy, make_direct(cast.ana, cast.bo))
    assert is_open(cast.bo, make_direct(cast.ana, cast.bo))


def test_a_plain_message_is_one_statement(in_acme, cast):
    place = make_channel(cast.ana, cast.bo)

    (sql,) = statements(lambda: post(cast.bo, place))

    assert sql.startswith("WITH gate")
    assert Message.objects.get(text="hello").seq == Stream.objects.get(id=place.id).last_seq


def test_what_calls_on_everybody_is_asked_about_first(in_acme, cast):
    place = make_channel(cast.ana, cast.bo)

    assert len(statements(lambda: post(cast.ana, place, text="<!channel> hello"))) > 1


def test_where_a_rule_looks_at_texts_it_looks_at_plain_ones_too(in_acme, cast, monkeypatch):
    place, seen = make_channel(cast.ana, cast.bo), []
    monkeypatch.setattr(policy, "_rules", [lambda actor, place, text: seen.append(text)])

    post(cast.bo, place, text="is this fine?")

    assert seen == ["is this fine?"]


def test_whoever_the_gate_refuses_hears_why_and_nothing_is_stored(in_acme, cast):
    public, private = (
        make_channel(cast.ana, cast.bo),
        make_channel(cast.ana, name="b", kind="private"),
    )
    before = Entry.objects.count(), Stream.objects.count()

    with pytest.raises(Forbidden):
        post(cast.cy, public)
    with pytest.raises(NotFound):
        post(cast.cy, private)
    with pytest.raises(NotFound):
        post_message(cast.cy.actor, conversation_id=uuid4(), text="x", key=uuid4())

    assert (Entry.objects.count(), Stream.objects.count()) == before
    assert not Message.objects.filter(author_id=cast.cy.id).exists()


def test_named_members_post_where_only_they_may(in_acme, cast):
    place = make_channel(cast.ana, cast.bo, cast.cy)
    Conversation.objects.filter(id=place.id).update(posting=Who.NAMED)
    Membership.objects.filter(conversation_id=place.id, user_id=cast.bo.id).update(may_post=True)

    assert post(cast.bo, place).seq == Stream.objects.get(id=place.id).last_seq
    with pytest.raises(Forbidden):
        post(cast.cy, place)


def test_the_same_key_again_is_the_same_message_and_another_text_is_refused(in_acme, cast):
    place, key = make_channel(cast.ana, cast.bo), uuid4()
    first = post(cast.bo, place, key=key)

    again = post_message(cast.bo.actor, conversation_id=place.id, text="hello", key=key)

    assert (again.message.id, again.is_new) == (first.id, False)
    with pytest.raises(Conflict):
        post(cast.bo, place, key=key, text="something else")
    assert Stream.objects.get(id=place.id).last_seq == first.seq


def test_a_gate_of_an_epoch_that_has_passed_lets_nothing_through(in_acme, cast):
    place = make_channel(cast.ana, cast.bo)
    gate = posting_gate(cast.bo.actor, place.id)
    assert gate is not None
    passed = gate._replace(sql=gate.sql.replace("c.epoch", "c.epoch - 1 AS epoch"))
    fact = MessageCreated(place.id, uuid4(), cast.bo.id)
    before = Stream.objects.get(id=place.id).last_seq

    with pytest.raises(Gone), transaction.atomic():
        publish(fact, by=cast.bo.actor, gate=passed)

    assert Stream.objects.get(id=place.id).last_seq == before
    assert not Entry.objects.filter(type="chancery.message.created.v1").exists()
