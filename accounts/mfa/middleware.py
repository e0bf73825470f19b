"""Leads people to set up the second factor that is required of them, once their time is over."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.mfa.access import lacks_factor
from accounts.mfa.models import SecondFactorPolicy
from accounts.policies.selectors import current
from accounts.sso_proof import is_signed_in_by_sso

OPEN = ("/accounts/", "/static/", "/api/", "/scim/", "/hooks/", "/jsi18n/", "/favicon.ico")
"""Where it is set up, what needs nobody, and what refuses by itself, in problem details."""


class SecondFactorMiddleware:
    """Costs a dictionary look-up where nothing is required."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OPEN) or not current(SecondFactorPolicy).roles:
            return self.get_response(request)
        user = request.user
        is_asked = user.is_authenticated and not is_signed_in_by_sso(request.session)
        if is_asked and lacks_factor(user):
            return HttpResponseRedirect(reverse("mfa_index"))
        return self.get_response(request)
