"""Tells the sockets of a session when its person signs out. Django says so by a signal only."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.actors import actor_for
from accounts.people.models import User
from accounts.sessions.services import note_ended


@receiver(user_logged_out)
def close_sockets(request: HttpRequest, user: User | None, **_: Any) -> None:
    """Runs before the session is emptied."""
    if user is not None and request.session.session_key:
        note_ended(actor_for(user), session_key=request.session.session_key)
