"""Refuses whoever comes from elsewhere than the organisation's networks."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.networks.models import NetworkPolicy
from accounts.policies.selectors import current
from core.errors import Forbidden
from core.http import Request, client_address
from core.problem import problem_of

OPEN = ("/static/", "/scim/", "/accounts/brand/", "/favicon.ico")
"""What shows nothing of anybody; and directory sync, which comes from the provider's networks and
has a token of its own."""

FOR_PROGRAMS = ("/api/", "/hooks/", "/oauth/token", "/oauth/introspect", "/oauth/revoke")
"""What answers in problem details, not by a page."""


class NetworkMiddleware:
    """Costs a dictionary look-up where no networks are named."""

    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        if request.host.is_root or request.path.startswith(OPEN):
            return self.get_response(request)
        policy = current(NetworkPolicy)
        if not policy.networks:
            return self.get_response(request)
        address = client_address(request)
        if policy.admits(address):
            return self.get_response(request)
        if request.path.startswith(FOR_PROGRAMS):
            words = _(
                "Your organisation can be reached only from its own networks, not from %(here)s."
            )
            return problem_of(Forbidden("address", words % {"here": address}, code="address"))
        return render(request, "accounts/elsewhere.html", {"address": address}, status=403)
