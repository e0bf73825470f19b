"""End sessions, and note where they are used."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.credentials import session_credential
from accounts.policies.selectors import current
from accounts.sessions.events import SessionRevoked
from accounts.sessions.models import Session, SessionPolicy
from core.actor import Actor, system_actor
from core.errors import NotFound
from events.journal import publish
from tenants.context import current_tenant

_AT_ONCE = 500

NOTE_EVERY = timedelta(minutes=5)
"""Kept coarse: a write per request would cost more than the request."""


def revoke_session(actor: Actor, *, session_id: UUID) -> None:
    """End one of the acting person's sessions; its sockets close at once.

    Errors  NotFound for a session that is not theirs, or no more.
    """
    rows = Session.objects.filter(id=session_id, user_id=actor.user_id)
    if not _end(actor, list(rows)):
        raise NotFound("session")


def end_session(actor: Actor, session: Session) -> None:
    """End one session; the caller has seen to it that the actor may."""
    _end(actor, [session])


def revoke_sessions_of(actor: Actor, *, user_id: UUID, but: str | None = None) -> int:
    """End all sessions of a person, but the one of this key; returns how many.

    The caller has seen to it that the actor may.
    """
    rows = Session.objects.filter(user_id=user_id).exclude(session_key=but or "")
    return _end(actor, list(rows))


def end_overdue() -> int:
    """End the sessions that the organisation's limits have run out for, with their sockets.

    For the clock. Returns how many.
    """
    over = current(SessionPolicy).over(timezone.now())
    ended = 0
    while rows := list(Session.objects.filter(over, user_id__isnull=False)[:_AT_ONCE]):
        ended += _end(system_actor(current_tenant()), rows)
    return ended


def note_ended(actor: Actor, *, session_key: str) -> None:
    """Tell the sockets of a session that its person has signed out."""
    assert actor.user_id is not None
    publish(SessionRevoked(actor.user_id, session_credential(session_key)), by=actor)


def is_due(last_used_at: datetime | None) -> bool:
    """Say whether a use should be noted again."""
    return last_used_at is None or timezone.now() - last_used_at > NOTE_EVERY


def _end(actor: Actor, rows: list[Session]) -> int:
    with transaction.atomic():
        for row in rows:
            # Named first: deleting a row takes its key.
            credential = session_credential(row.session_key)
            row.delete()
            if row.user_id is not None:
                publish(SessionRevoked(row.user_id, credential), by=actor)
    return len(rows)
