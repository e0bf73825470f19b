"""Handlers run in the workers: each effect once, again after a failure, and then no more."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from core.actor import system_actor
from events import handlers, registry
from events.handlers import on
from events.journal import publish
from events.models import DeadLetter, Entry, HandlerRun, StreamKind
from events.outbox import items
from events.outbox.models import OutboxItem
from events.registry import event
from events.tasks import MOST_ATTEMPTS, UNREAD, run_handlers, tidy
from messaging.conversations.models import Conversation


@pytest.fixture
def fact_type(monkeypatch):
    """An event of our own, known for the time of one test."""
    for register in (registry._by_name, registry._by_fact, handlers._by_fact):
        monkeypatch.setattr(
            registry if register is not handlers._by_fact else handlers,
            "_by_name" if register is registry._by_name else "_by_fact",
            dict(register),
        )

    @event("stone.thrown", stream=StreamKind.CONVERSATION, key="conversation_id")
    @dataclass(frozen=True, slots=True)
    class StoneThrown:
        conversation_id: UUID
        is_big: bool = False

    return StoneThrown


@pytest.fixture
def thrown(in_acme):
    def throw(fact_type, **more) -> UUID:
        head = publish(fact_type(uuid4(), **more), by=system_actor("acme"))
        items.note_queued([head.entry_id])
        return head.entry_id

    return throw


def work(*entry_ids: UUID) -> None:
    run_handlers([str(entry_id) for entry_id in entry_ids])


def make_ripple(fact) -> None:
    Conversation.objects.create(kind="public", name=str(fact.conversation_id))


def test_an_effect_happens_once_however_often_the_job_comes(fact_type, thrown):
    on(fact_type)(make_ripple)
    entry_id = thrown(fact_type)

    work(entry_id)
    work(entry_id, entry_id)

    assert Conversation.objects.count() == 1
    assert HandlerRun.objects.count() == 1
    assert OutboxItem.objects.count() == 0


def test_a_handler_is_asked_only_for_what_it_wants(fact_type, thrown):
    on(fact_type, when=lambda fact: fact.is_big)(make_ripple)

    work(thrown(fact_type), thrown(fact_type, is_big=True))

    assert Conversation.objects.count() == 1


def test_one_that_fails_leaves_no_half_effect_and_holds_up_no_other(fact_type, thrown):
    def break_half_way(fact) -> None:
        make_ripple(fact)
        raise RuntimeError("broken")

    @on(fact_type)
    def tell(fact) -> None:
        Conversation.objects.create(kind="public", name=f"told {fact.conversation_id}")

    on(fact_type)(break_half_way)
    entry_id = thrown(fact_type)

    work(entry_id)

    assert Conversation.objects.filter(name__startswith="told").count() == 1
    assert Conversation.objects.count() == 1
    item = OutboxItem.objects.get()
    assert (item.entry_id, item.attempts) == (entry_id, 1)
    # Two seconds from now it is due again.
    assert items.overdue(timezone.now() + timedelta(seconds=1)) == []
    assert len(items.overdue(timezone.now() + timedelta(seconds=3))) == 1


def test_after_the_last_attempt_it_is_a_dead_letter(fact_type, thrown):
    @on(fact_type)
    def fail(fact) -> None:
        raise RuntimeError("broken")

    entry_id = thrown(fact_type)
    OutboxItem.objects.update(attempts=MOST_ATTEMPTS)

    work(entry_id)

    letter = DeadLetter.objects.get()
    assert (letter.entry_id, letter.attempts) == (entry_id, MOST_ATTEMPTS)
    assert letter.error == "RuntimeError: broken"
    assert letter.handler.endswith("fail")
    assert OutboxItem.objects.count() == 0


def test_an_entry_that_nobody_can_read_does_not_stop_the_others(fact_type, thrown):
    on(fact_type)(make_ripple)
    unread, wrong, good = thrown(fact_type), thrown(fact_type), thrown(fact_type)
    Entry.objects.filter(id=unread).update(type="chancery.stone.polished.v9")
    Entry.objects.filter(id=wrong).update(data={"conversation_id": "no id"})

    work(unread, wrong, good)

    assert Conversation.objects.count() == 1
    assert set(OutboxItem.objects.values_list("entry_id", flat=True)) == {unread, wrong}
    OutboxItem.objects.update(attempts=MOST_ATTEMPTS)
    work(unread, wrong)
    assert list(DeadLetter.objects.values_list("handler", flat=True)) == [UNREAD] * 2
    assert OutboxItem.objects.count() == 0


def test_what_is_gone_is_owed_no_more(in_acme):
    gone = uuid4()
    OutboxItem.objects.create(
        entry_id=gone, tenant="acme", needs_handlers=True, created_at=timezone.now()
    )

    work(gone)

    assert OutboxItem.objects.count() == 0


def test_old_proofs_are_forgotten(in_acme):
    for days in (1, 40):
        moment = timezone.now() - timedelta(days=days)
        HandlerRun.objects.create(entry_id=uuid4(), handler="x", finished_at=moment)

    tidy()

    assert HandlerRun.objects.count() == 1
