"""REST: where one is signed in, and ending it."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema

from accounts.requests import idempotent
from accounts.sessions import services
from accounts.sessions.selectors import sessions_of
from core.api import answer, answers
from core.http import Request

router = Router(tags=["sessions"])


class SessionView(Schema):
    id: UUID
    device: str
    ip: str | None
    created_at: datetime
    last_used_at: datetime | None
    is_current: bool


class SessionPage(Schema):
    items: list[SessionView]
    next: str | None


class EndedView(Schema):
    ended: int


@router.get("/me/sessions", response=answers(SessionPage))
def list_sessions(request: Request) -> HttpResponse:
    """Where one is signed in, the latest used first."""
    rows = sessions_of(request.actor, current_key=_own_key(request))
    return answer({"items": [asdict(row) for row in rows], "next": None})


@router.post("/me/sessions/end-others", response=answers(EndedView))
@idempotent
def end_other_sessions(request: Request) -> HttpResponse:
    """End all of one's own sessions but the one that asks."""
    user_id = request.actor.user_id
    assert user_id is not None
    ended = services.revoke_sessions_of(request.actor, user_id=user_id, but=_own_key(request))
    return answer({"ended": ended})


@router.delete("/me/sessions/{session_id}", response=answers(None, 204))
def end_session(request: Request, session_id: UUID) -> HttpResponse:
    """End one of one's own sessions; its sockets close at once."""
    services.revoke_session(request.actor, session_id=session_id)
    return answer(status=204)


def _own_key(request: Request) -> str | None:
    return None if request.headers.get("Authorization") else request.session.session_key
