"""The few pages that people see on their way to a provider and back."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts.sso import arrivals
from accounts.sso.models import Arrival, IdentityProvider
from accounts.sso.refusal import Refused
from accounts.sso.saml.requests import Sending
from core.errors import NotFound, Refusal, TooMany
from core.http import client_address
from core.limits import Quota, check
from tenants.context import current_tenant

ANSWERS = Quota("sso", 6000, 1500)
"""Whole offices come from one address at nine o'clock, and each sign-in is three requests."""


def sso_page[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Limits, and refusals as pages: whatever is sent here, nobody sees a traceback."""

    @never_cache
    @wraps(view)
    def page(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request: Any = args[0]
        try:
            check(request, f"{current_tenant()}:{client_address(request)}", ANSWERS)
            return view(*args, **kwargs)
        except NotFound as wrong:
            raise Http404 from wrong
        except TooMany as wrong:
            words = Refused("too_many", _("Too many sign-ins from your address. Wait a minute."))
            response = refused_page(request, None, words, None, status=429)
            response["Retry-After"] = str(wrong.retry_after_s)
            return response
        except Refusal as wrong:
            words = Refused(wrong.code, wrong.detail or wrong.title)
            return refused_page(request, None, words, None, status=wrong.status)

    return page


def refuse(
    request: HttpRequest,
    provider: IdentityProvider,
    refusal: Refused,
    *,
    content: dict[str, Any] | None = None,
    arrival: Arrival | None = None,
) -> HttpResponse:
    """Record a refusal, and say so in words."""
    kept = arrivals.refused(provider, refusal, content=content, arrival=arrival)
    return refused_page(request, provider, refusal, kept)


def refused_page(
    request: HttpRequest,
    provider: IdentityProvider | None,
    refusal: Refused,
    arrival: Arrival | None,
    *,
    status: int = 403,
) -> HttpResponse:
    """The page that says why somebody was not signed in."""
    context = {"provider": provider, "refusal": refusal, "arrival": arrival}
    return render(request, "accounts/sso/refused.html", context, status=status)


def send_browser(
    request: HttpRequest, provider: IdentityProvider, sending: Sending, *, after_form: bool = False
) -> HttpResponse:
    """Send the browser on to a provider.

    After a form of ours, which is that for signing out, by a page, not by a redirect: browsers hold
    redirects of a form against the form's own policy, which names no provider.
    """
    context = {
        "provider": provider,
        "sending": sending,
        "url": sending.url,
        "is_leaving": after_form,
    }
    if sending.form is None and not after_form:
        response = HttpResponse(status=302)
        response["Location"] = sending.url
        return response
    if sending.form is None:
        return render(request, "accounts/sso/going.html", context)
    response = render(request, "accounts/sso/post.html", context)
    parts = urlsplit(sending.url)
    # Providers redirect further on, to places that only they know.
    response._csp_config = settings.SECURE_CSP | {  # type: ignore[attr-defined]
        "form-action": [f"{parts.scheme}://{parts.netloc}", "https:"]
    }
    return response
