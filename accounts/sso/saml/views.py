"""The addresses of one SAML provider: to go there, to come back, to sign out, and our metadata."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import logout as end_own_session
from django.core.cache import cache
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.sso import addresses, arrivals, pending, selectors, sessions
from accounts.sso.asking import purpose_of
from accounts.sso.entering import Told, enter
from accounts.sso.models import IdentityProvider, Kind
from accounts.sso.pages import refuse, refused_page, send_browser, sso_page
from accounts.sso.pending import Asked
from accounts.sso.refusal import Refused
from accounts.sso.saml import document, logout, requests
from accounts.sso.saml.answer import Expected, read_answer
from accounts.sso.services import private_key
from core.http import Request

TICKET = "__Host-sso" if settings.IS_PRODUCTION else "sso"
"""A cookie that ties an answer to the browser that posted it: the session's own does not come along
with a form of another site."""

_LOGOUT_ASKED_S = 600


def expected_of(provider: IdentityProvider) -> Expected:
    """What answers of a provider have to match."""
    where, rules = addresses.of(provider), provider.rules
    return Expected(
        issuer=provider.issuer,
        audience=where.entity_id,
        acs_url=where.acs,
        certificates=provider.saml.certificates,
        private_keys=[private_key(key) for key in selectors.own_keys(provider)],
        now=timezone.now(),
        skew=timedelta(seconds=rules.clock_skew_s),
        needs_signed_response=rules.needs_signed_response,
        needs_encryption=rules.needs_encryption,
    )


@sso_page
@require_GET
def login(request: Request, slug: str) -> HttpResponse:
    """Send the browser to the provider with a request that only it may answer."""
    provider = selectors.provider_named(Kind.SAML, slug)
    purpose = purpose_of(request, provider)
    where, trust = addresses.of(provider), provider.saml
    id_ = requests.new_message_id()
    pending.ask(request.session, provider, id_, purpose=purpose, next_=request.GET.get("next", ""))
    message = requests.authn_request(
        id_=id_,
        issuer=where.entity_id,
        acs=where.acs,
        destination=trust.sso_url,
        again=purpose == pending.TEST and "again" in request.GET,
    )
    is_signed = trust.wants_signed_requests or provider.rules.signs_requests
    sending = requests.send(
        message,
        field="SAMLRequest",
        binding=trust.sso_binding,
        relay_state="",
        key=selectors.signing_key(provider) if is_signed else None,
    )
    return send_browser(request, provider, sending)


@csrf_exempt
@sso_page
@require_POST
def acs(request: Request, slug: str) -> HttpResponse:
    """Take an answer, check all of it that needs no session, and let its browser come for it.

    The form comes from another site, so the session's cookie does not: what the answer answers is
    compared on the next page.
    """
    provider = selectors.provider_named(Kind.SAML, slug)
    try:
        fields = _posted(request).getlist("SAMLResponse")
        if len(fields) != 1 or request.GET:
            raise Refused("fields", _("There must be exactly one SAMLResponse."))
        relay_states = request.POST.getlist("RelayState")
        good = read_answer(document.decode(fields[0]), expected_of(provider))
        if good.in_response_to is None and not provider.rules.idp_initiated:
            raise Refused(
                "not_asked",
                _("The answer answers no request of ours, and the provider may not start."),
            )
        if len(relay_states) > 1:
            raise Refused("fields", _("There must be at most one RelayState."))
        told = Told(good.name_id, dict(good.claims), good.name_id_format, good.session_index)
        content = told.content() | {
            "in_response_to": good.in_response_to,
            "relay_state": pending.safe_next((relay_states or [""])[0]),
        }
        _arrival, ticket = arrivals.wait(
            provider, message_id=good.id, keep_until=good.expires_at, content=content
        )
    except Refused as refusal:
        return refuse(request, provider, refusal)
    response = HttpResponseRedirect("finish/")
    response.status_code = 303
    response.set_cookie(
        TICKET,
        ticket,
        max_age=int(arrivals.TICKET_LASTS.total_seconds()),
        secure=settings.IS_PRODUCTION,
        httponly=True,
        samesite="Lax",
    )
    return response


@sso_page
@require_GET
def finish(request: Request, slug: str) -> HttpResponse:
    """The browser comes for its answer: now the session says what it had asked."""
    provider = selectors.provider_named(Kind.SAML, slug)
    arrival = None
    try:
        arrival, content = arrivals.take(provider, request.COOKIES.get(TICKET, ""))
        asked = _asked(request, provider, content)
        response = enter(request, provider, asked, Told.of(content), arrival)
    except Refused as refusal:
        if arrival is None:
            return refused_page(request, provider, refusal, None)
        response = refuse(
            request, provider, refusal, content=arrivals.content_of(arrival), arrival=arrival
        )
    response.delete_cookie(TICKET)
    return response


def _posted(request: HttpRequest) -> QueryDict:
    try:
        return request.POST
    except (SuspiciousOperation, MultiPartParserError) as wrong:
        raise Refused("too_large", _("The form is too large, or is none.")) from wrong


def _asked(request: Request, provider: IdentityProvider, content: dict) -> Asked:
    answers = content.get("in_response_to")
    if answers is None:
        # Checked when it arrived: the provider may start by itself.
        return Asked(str(provider.id), pending.SIGN_IN, content.get("relay_state", "/"), 0)
    asked = pending.answer(request.session, provider, answers)
    if asked is None:
        raise Refused(
            "not_asked",
            _("This browser has not asked for this answer (InResponseTo). Start anew."),
        )
    return asked


@sso_page
@require_GET
def metadata(request: Request, slug: str) -> HttpResponse:
    """Our side, for the provider to read."""
    provider = selectors.provider_named(Kind.SAML, slug)
    return HttpResponse(
        selectors.metadata_of(provider), content_type="application/samlmetadata+xml"
    )


@sso_page
@require_GET
def log_out(request: Request, slug: str) -> HttpResponse:
    """Comes after our own session has ended: tell the provider, too."""
    provider = selectors.provider_named(Kind.SAML, slug)
    mark = sessions.logout_mark(request.GET.get("for", ""))
    trust = provider.saml
    if mark.get("provider") != str(provider.id) or not trust.slo_url:
        return HttpResponseRedirect("/accounts/login/")
    id_ = requests.new_message_id()
    cache.set(f"sso:logout:{id_}", str(provider.id), _LOGOUT_ASKED_S)
    message = requests.logout_request(
        id_=id_,
        issuer=addresses.of(provider).entity_id,
        destination=trust.slo_url,
        name_id=mark["name_id"],
        name_format=mark["name_format"],
        session_index=mark["session_index"],
    )
    sending = requests.send(
        message,
        field="SAMLRequest",
        binding=trust.slo_binding,
        relay_state="",
        key=selectors.signing_key(provider),
    )
    return send_browser(request, provider, sending, after_form=True)


@csrf_exempt
@sso_page
@require_http_methods(["GET", "POST"])
def sls(request: Request, slug: str) -> HttpResponse:
    """A provider wants somebody signed out, or says that it has signed somebody out."""
    provider = selectors.provider_named(Kind.SAML, slug)
    try:
        given = request.GET if request.method == "GET" else _posted(request)
        fields = [name for name in ("SAMLRequest", "SAMLResponse") if name in given]
        if len(fields) != 1 or len(given.getlist(fields[0])) != 1:
            raise Refused("fields", _("There must be exactly one SAML message."))
        expected, where = expected_of(provider), addresses.of(provider)
        root = _message(request, fields[0], expected)
        if fields[0] == "SAMLResponse":
            answers = logout.check_response(root, expected, sls=where.sls)
            if cache.get(f"sso:logout:{answers}") != str(provider.id):
                raise Refused("not_asked", _("The answer answers no request of ours."))
            cache.delete(f"sso:logout:{answers}")
            return render(request, "accounts/sso/signed_out.html", {"provider": provider})
        wish = logout.read_request(root, expected, sls=where.sls)
        return _sign_out(request, provider, wish, relay_state=given.get("RelayState", ""))
    except Refused as refusal:
        return refuse(request, provider, refusal)


def _message(request: HttpRequest, field: str, expected: Expected) -> document.etree._Element:
    if request.method == "GET":
        return logout.read_redirect(request.META.get("QUERY_STRING", ""), field, expected)
    kind = "LogoutRequest" if field == "SAMLRequest" else "LogoutResponse"
    return logout.read_post(request.POST[field], expected, kind)


def _sign_out(
    request: Request, provider: IdentityProvider, wish: logout.LogoutRequest, *, relay_state: str
) -> HttpResponse:
    sessions.sign_out(
        provider,
        message_id=wish.id,
        keep_until=timezone.now() + logout.KEPT,
        name_id=wish.name_id,
        session_indexes=wish.session_indexes,
    )
    mark = request.session.get(sessions.MARK, {})
    # Another provider may know somebody else by the same name.
    if mark.get("name_id") == wish.name_id and mark.get("provider") == str(provider.id):
        end_own_session(request)
    trust = provider.saml
    destination = trust.slo_response_url or trust.slo_url
    if not destination:
        return render(request, "accounts/sso/signed_out.html", {"provider": provider})
    message = requests.logout_response(
        issuer=addresses.of(provider).entity_id, destination=destination, to=wish.id
    )
    sending = requests.send(
        message,
        field="SAMLResponse",
        binding=trust.slo_binding,
        relay_state=relay_state[:1000],
        key=selectors.signing_key(provider),
    )
    return send_browser(request, provider, sending)
