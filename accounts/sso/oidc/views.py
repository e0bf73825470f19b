"""The addresses of one OpenID Connect provider: to go there, to come back, to sign out."""

from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.sso import addresses, arrivals, pending, selectors, sessions
from accounts.sso.asking import purpose_of
from accounts.sso.entering import Told, enter
from accounts.sso.models import IdentityProvider, Kind
from accounts.sso.oidc import client
from accounts.sso.pages import refuse, send_browser, sso_page
from accounts.sso.pending import Asked
from accounts.sso.refusal import Refused
from accounts.sso.saml.requests import Sending
from core.http import Request

LONGEST = 4_000
_KEPT = timedelta(hours=1)


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
        claims = client.claims_for(provider, code, own, callback=addresses.of(provider).callback)
        told = Told(claims["sub"], claims, session_index=str(claims.get("sid", ""))[:255])
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


@sso_page
@require_GET
def log_out(request: Request, slug: str) -> HttpResponse:
    """Comes after our own session has ended: end the provider's, too."""
    provider = selectors.provider_named(Kind.OIDC, slug)
    mark = sessions.logout_mark(request.GET.get("for", ""))
    endpoint = provider.oidc.end_session_endpoint
    if mark.get("provider") != str(provider.id) or not endpoint:
        return HttpResponseRedirect("/accounts/login/")
    query = urlencode(
        {
            "client_id": provider.oidc.client_id,
            "post_logout_redirect_uri": f"{addresses.site()}/accounts/login/",
        }
    )
    url = f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"
    return send_browser(request, provider, Sending(url), after_form=True)
