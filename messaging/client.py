"""The page that holds the web client: one empty document that runs nothing but our built files."""

from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.csp import CSP
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from accounts.people.models import User
from accounts.people.preferences import preferences_of
from accounts.signin.language import chosen_here
from core import assets
from messaging.catalogue import A_YEAR_S, catalogue_address
from messaging.files.storage import uploads_go_to

POLICY = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "media-src": [CSP.SELF, "blob:"],
    "connect-src": [CSP.SELF, *uploads_go_to()],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "require-trusted-types-for": ["'script'"],
    # One policy, which makes one address: that of our own service worker.
    "trusted-types": ["chancery-worker"],
}


@require_safe
@never_cache
@login_required
@ensure_csrf_cookie
@csp_override(POLICY)
def client_page(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Serve the client at `/` and at every address that it gives out itself (`/c/…`).

    Errors   503 with an explanation while the client is not built.
    """
    client = assets.entry("src/main.tsx")
    if client is None:
        return render(request, "messaging/client_missing.html", status=503)
    person = cast(User, request.user)
    look = preferences_of(person.preferences)
    language = person.locale if not look["auto_locale"] else _asked_for(request)
    shown = {"client": client, "catalogue": catalogue_address(language), "look": look}
    with translation.override(language):
        response = render(request, "messaging/client.html", shown)
    response["Content-Language"] = language
    patch_vary_headers(response, ["Accept-Language"])
    return _keep_language(response, chosen_here(request) if look["auto_locale"] else language)


def _asked_for(request: HttpRequest) -> str:
    """What was chosen in this browser before sign-in, else what it asks for by itself."""
    if here := chosen_here(request):
        return here
    request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
    return translation.get_language_from_request(request)


def _keep_language(response: HttpResponse, language: str | None) -> HttpResponse:
    """A chosen language is kept in a cookie: pages before sign-in and the API's words follow it."""
    if language is None:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return response
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=A_YEAR_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
