"""Follow one message through the house: stored, relayed, handled, delivered. Never what it says."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Forbidden, NotFound
from core.permissions import Permission
from events.handlers import handlers_for
from events.models import DeadLetter, Entry, HandlerRun
from events.outbox.models import OutboxItem
from events.registry import type_named
from messaging.messages.models import Message
from messaging.moving.selectors import places_of
from messaging.receipts.selectors import reach_of

MOST_ENTRIES = 50
MOST_LOOKED_AT = 20_000
"""How far behind its creation the journal is searched for what else happened to a message."""

type Hops = Callable[[Sequence[UUID]], dict[UUID, list[dict[str, Any]]]]
"""Takes journal entries; returns what else became of them, such as deliveries to other systems."""

_hops: dict[str, Hops] = {}


def traces(name: str) -> Callable[[Hops], Hops]:
    """Register a further station of the way, under its name."""

    def register(hops: Hops) -> Hops:
        _hops[name] = hops
        return hops

    return register


def trace(actor: Actor, message_id: UUID) -> dict[str, Any]:
    """The way of a message, for whoever may read the record.

    Errors  Forbidden without the permission; NotFound.
    """
    if not actor.may(Permission.AUDIT_READ):
        raise Forbidden("trace", _("Your role does not let you trace messages."))
    message = Message.objects.defer("words", "text").filter(id=message_id).first()
    if message is None:
        raise NotFound("message")
    entries = _entries(message)
    ids = [entry.id for entry in entries]
    owed = {item.entry_id: item for item in OutboxItem.objects.filter(entry_id__in=ids)}
    runs = list(HandlerRun.objects.filter(entry_id__in=ids))
    dead = list(DeadLetter.objects.filter(entry_id__in=ids).order_by("created_at"))
    beyond = {name: hops(ids) for name, hops in _hops.items()}
    return {
        "message_id": message.id,
        "conversation_id": message.conversation_id,
        "seq": message.seq,
        "author_id": message.author_id,
        "created_at": message.created_at,
        "edited_at": message.edited_at,
        "deleted_at": message.deleted_at,
        "reach": reach_of(message),
        "events": [
            {
                "entry_id": entry.id,
                "event": entry.type,
                "seq": entry.seq,
                "stored_at": entry.occurred_at,
                "actor_id": entry.actor_id,
                "correlation_id": entry.correlation_id,
                "relay": _relay(owed.get(entry.id)),
                "handlers": _handlers(entry, owed.get(entry.id), runs, dead),
                "deliveries": [
                    {"station": name, **hop}
                    for name, found in beyond.items()
                    for hop in found.get(entry.id, [])
                ],
            }
            for entry in entries
        ],
    }


def _entries(message: Message) -> list[Entry]:
    """What happened to a message, also where it stood before it was moved to another conversation.

    Its creation, or its arrival, is found by number in each, the rest behind it.
    """
    about = Q(data__message_id=str(message.id)) | Q(data__message_ids__contains=[str(message.id)])
    found = [
        entry
        for stream_id, seq in {*places_of(message.id), (message.conversation_id, message.seq)}
        for entry in Entry.objects.filter(
            about, stream_id=stream_id, seq__gte=seq, seq__lt=seq + MOST_LOOKED_AT
        ).order_by("seq")[:MOST_ENTRIES]
    ]
    return sorted(found, key=lambda entry: entry.occurred_at)[:MOST_ENTRIES]


def _relay(item: OutboxItem | None) -> dict[str, Any]:
    """Nothing owed any more means that all of it was handed on."""
    if item is None:
        return {"state": "done", "attempts": None, "queued_at": None}
    state = "waiting" if item.queued_at is None else "queued"
    return {"state": state, "attempts": item.attempts, "queued_at": item.queued_at}


def _handlers(
    entry: Entry, item: OutboxItem | None, runs: list[HandlerRun], dead: list[DeadLetter]
) -> list[dict[str, Any]]:
    """What each handler has done about an entry: those that wanted it, and those that ran."""
    found = {
        run.handler: {"state": "done", "at": run.finished_at, "error": None, "attempts": None}
        for run in runs
        if run.entry_id == entry.id
    }
    for letter in dead:
        if letter.entry_id == entry.id and letter.handler not in found:
            found[letter.handler] = {
                "state": "replayed" if letter.replayed_at else "dead-lettered",
                "at": letter.replayed_at or letter.created_at,
                "error": letter.error.partition(":")[0],
                "attempts": letter.attempts,
            }
    for name in _wanted(entry):
        # Without a run and without a debt it was tidied away with the runs of that month.
        state = "forgotten" if item is None else "waiting"
        found.setdefault(name, {"state": state, "at": None, "error": None, "attempts": None})
    return [{"handler": name, **what} for name, what in sorted(found.items())]


def _wanted(entry: Entry) -> list[str]:
    try:
        fact = type_named(entry.type, entry.stream_kind).read(entry.data)
    except (KeyError, ValueError):
        return []
    return [handler.name for handler in handlers_for(type(fact)) if handler.wants(fact)]
