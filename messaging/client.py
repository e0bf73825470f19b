"""The page that holds the web client: one empty document that runs nothing but our built files."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core import assets
from messaging.catalogue import catalogue_address

POLICY = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "media-src": [CSP.SELF, "blob:"],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["'none'"],
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
    catalogue = catalogue_address(get_language() or "en")
    return render(request, "messaging/client.html", {"client": client, "catalogue": catalogue})
