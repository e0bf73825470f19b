"""The addresses of one OpenID Connect provider: to go there, to come back, to sign out."""

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from accounts.sso import addresses, arrivals, pending, selectors, sessions
from accounts.sso.asking import purpose_of
from accounts.sso.entering import Told, enter
from accounts.sso.models import IdentityProvider, Kind
from accounts.sso.oidc import client
from accounts.sso.oidc.logout import read_logout
from accounts.sso.pages import refuse, send_browser, sso_page
from accounts.sso.pending import Asked
from accounts.sso.refusal import Refused
from accounts.sso.saml.requests import Sending
from core.http import Request

LONGEST = 4_000
_KEPT = timedelta(hours=1)
_LOGOUT_ASKED_S = 600


@sso_page
@require_GET
def login(request: Request, slug: str) -> HttpResponse:
    """Send the browser to the provider with secrets that only its answer can match."""
    provider = selectors.provider_named(Kind.OIDC, slug)
    purpose = purpose_of(request, provider)
    own = client.new_secrets()
    pending.ask(
        request.session,
        provider,
        own.state,
        purpose=purpose,
        next_=request.GET.get("next", ""),
        nonce=own.nonce,
        verifier=own.verifier,
    )
    url = client.request_url(
        provider,
        own,
        callback=addresses.of(provider).callback,
        again=purpose == pending.TEST and "again" in request.GET,
    )
    return send_browser(request, provider, Sending(url))


@sso_page
@require_GET
def callback(request: Request, slug: str) -> HttpResponse:
    """Take what the browser brings back."""
    provider = selectors.provider_named(Kind.OIDC, slug)
    arrival, content = None, None
    try:
        asked, own = _asked(request, provider)
        code = _code(request, provider)
        found = client.redeem(provider, code, own, callback=addresses.of(provider).callback)
        told = Told(
            found.claims["sub"],
            found.claims,
            session_index=_session_of(found.claims),
            hint=sessions.sealed_hint(found.id_token),
        )
        content = told.content()
        # The nonce was asked for once: a token that brings it again is a replay.
        arrival, _ticket = arrivals.wait(
            provider, message_id=own.nonce, keep_until=timezone.now() + _KEPT, content=content
        )
        return enter(request, provider, asked, told, arrival)
    except Refused as refusal:
        return refuse(request, provider, refusal, content=content, arrival=arrival)


def _asked(request: Request, provider: IdentityProvider) -> tuple[Asked, client.Secrets]:
    states = request.GET.getlist("state")
    if len(states) != 1 or len(states[0]) > LONGEST:
        raise Refused("state", _("The answer does not say what it answers (state)."))
    asked = pending.answer(request.session, provider, states[0])
    if asked is None:
        raise Refused("not_asked", _("This browser has not asked for this answer. Start anew."))
    return asked, client.Secrets(states[0], asked.nonce, asked.verifier)


def _code(request: Request, provider: IdentityProvider) -> str:
    issuers = request.GET.getlist("iss")
    if issuers not in ([], [provider.issuer]) or (provider.oidc.names_itself and not issuers):
        raise Refused(
            "issuer", _("The answer comes from another provider than the one on file (iss).")
        )
    if error := request.GET.get("error", ""):
        raise Refused(
            "status",
            _("The provider itself has refused the sign-in. Its log says why."),
            error=error,
            description=request.GET.get("error_description", ""),
        )
    codes = request.GET.getlist("code")
    if len(codes) != 1 or not 0 < len(codes[0]) <= LONGEST:
        raise Refused("code", _("The answer holds no code to redeem."))
    return codes[0]


def _session_of(claims: dict[str, Any]) -> str:
    """The provider's name for its session; one that no logout token could name is none."""
    found = claims.get("sid")
    is_name = isinstance(found, str) and found.isprintable() and len(found) <= 255
    return found if is_name else ""


@sso_page
@require_GET
def log_out(request: Request, slug: str) -> HttpResponse:
    """Comes after our own session has ended: end the provider's, too."""
    provider = selectors.provider_named(Kind.OIDC, slug)
    mark = sessions.logout_mark(request.GET.get("for", ""))
    endpoint = provider.oidc.end_session_endpoint
    if mark.get("provider") != str(provider.id) or not endpoint:
        return HttpResponseRedirect("/accounts/login/")
    state = secrets.token_urlsafe(32)
    cache.set(f"sso:logout:{state}", str(provider.id), _LOGOUT_ASKED_S)
    query = {
        "client_id": provider.oidc.client_id,
        "post_logout_redirect_uri": addresses.of(provider).signed_out,
        "state": state,
    }
    if hint := mark.get("hint"):
        query["id_token_hint"] = hint
    url = f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"
    return send_browser(request, provider, Sending(url), after_form=True)


@sso_page
@require_GET
def signed_out(request: Request, slug: str) -> HttpResponse:
    """The provider sends the browser back once its own session has ended."""
    provider = selectors.provider_named(Kind.OIDC, slug)
    asked = f"sso:logout:{request.GET.get('state', '')[:100]}"
    if cache.get(asked) != str(provider.id):
        # Nobody was sent there from here: this page must not say that somebody is signed out.
        return HttpResponseRedirect("/accounts/login/")
    cache.delete(asked)
    return render(request, "accounts/sso/signed_out.html", {"provider": provider})


@csrf_exempt
@sso_page
@require_POST
def back_channel(request: Request, slug: str) -> HttpResponse:
    """The provider itself, not a browser, says that somebody is signed out.

    A session that is not here, or no more, is no error: it has ended.
    """
    provider = selectors.provider_named(Kind.OIDC, slug)
    try:
        wish = read_logout(provider, _logout_token(request))
        sessions.sign_out(
            provider,
            # A name of its own kind: a nonce of ours must not pass for it.
            message_id=f"logout:{wish.id}",
            keep_until=wish.keep_until,
            name_id=wish.subject,
            session_indexes=(wish.session,) if wish.session else (),
        )
    except Refused as refusal:
        arrivals.refused(provider, refusal)
        said = {"error": "invalid_request", "error_description": str(refusal.words)}
        return JsonResponse(said, status=400)
    return HttpResponse()


def _logout_token(request: Request) -> str:
    try:
        given = request.POST.getlist("logout_token")
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError) as wrong:
        raise Refused("too_large", _("The form is too large, or is none.")) from wrong
    if len(given) != 1 or request.GET:
        raise Refused("fields", _("There must be exactly one logout_token, in the form."))
    return given[0]
