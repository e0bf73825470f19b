"""Notes from where sessions are used, every few minutes."""

import ipaddress
from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from accounts.sessions.services import is_due
from core.browsers import is_by_program
from core.http import client_address


class SessionUseMiddleware:
    """Stands inside the session middleware, which saves what this one notes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_by_program(request):
            return response
        session = request.session
        # A request that never looked at its session must not load it for this.
        if session.accessed and SESSION_KEY in session and is_due(session.last_used_at):
            session.note_use(
                ip=_address(request),
                device=request.headers.get("User-Agent", ""),
            )
        return response


def _address(request: HttpRequest) -> str | None:
    try:
        return str(ipaddress.ip_address(client_address(request)))
    except ValueError:
        return None
