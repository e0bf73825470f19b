"""The authorisation endpoint: people are asked whether an app may act for them.

Nobody is sent anywhere before app and redirect URI are known to be good: until then a refusal is a
page of ours.
"""

import hashlib
import time
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actors import actor_for
from accounts.oauth import access, services
from accounts.oauth.asking import Wish, client_id_of, prompts_of, state_of, wish_of
from accounts.oauth.errors import OAuthError, parameters_of
from accounts.oauth.models import OAuthApp
from accounts.oauth.redirects import host_of, is_loopback, matches, with_parameters
from accounts.sso.addresses import site
from accounts.stepup import is_recent, lead_to_proof, proved_at
from core.actor import Actor
from core.errors import Refusal, TooMany
from core.limits import Quota, check
from tenants.context import current_tenant

ASKED = Quota("oauth_ask", 120, 40)

IN_WORDS: dict[str, tuple[Promise, Promise]] = {
    "read": (
        _("Read what you can read"),
        _("Your channels and direct messages, files, and who is in the organisation."),
    ),
    "write": (
        _("Write in your name"),
        _("Post, edit and delete messages, react, upload files, change your status."),
    ),
    "admin": (
        _("Administer with your rights"),
        _("Groups, roles, invitations, policies and sign-in, as far as you may yourself."),
    ),
}
_SINCE, _SINCE_LASTS_S = "chancery_since", 3600


class _Page(Exception):
    """A refusal that people read here, since there is nowhere good to send them."""

    def __init__(self, words: Promise, *, status: int = 400) -> None:
        self.words, self.status = words, status


@require_http_methods(["GET", "POST"])
@never_cache
def authorize(request: HttpRequest) -> HttpResponse:
    """Ask the person; a POST holds their answer. What was allowed before is not asked again."""
    try:
        given, twice = _parameters(request)
        prompts = prompts_of(given)
        if not request.user.is_authenticated and "none" not in prompts:
            return redirect_to_login(request.get_full_path())
        app = _app(given, twice)
        return _answer(request, app, given, twice)
    except _Page as refusal:
        return _refused_page(request, refusal.words, refusal.status)
    except TooMany as refusal:
        response = _refused_page(request, _("Too many requests. Wait a minute."), 429)
        response["Retry-After"] = str(refusal.retry_after_s)
        return response


def _answer(
    request: HttpRequest, app: OAuthApp, given: dict[str, str], twice: set[str]
) -> HttpResponse:
    """Everything from here on is told to the app, at an address that it has registered."""
    try:
        wish = wish_of(app, given, twice)
        if not request.user.is_authenticated:
            raise OAuthError("login_required", "Nobody is signed in.")
        actor = actor_for(request.user)
        check(request, f"{actor.tenant}:{actor.user_id}", ASKED)  # type: ignore[arg-type]
        if not access.may_connect(actor):
            return _not_yours(request, app, given)
        if "none" in wish.prompts:
            return _unasked(request, app, given, wish, actor)
        if (way := _way_to_proof(request, wish)) is not None:
            return way
        if request.method == "POST":
            return _decided(request, app, given, wish, actor)
        is_asked_for = wish.prompts & {"consent", "select_account"}
        if not is_asked_for and services.is_remembered(actor, app, wish):
            return _with_code(app, given, wish, actor)
        return _asked(request, app, wish)
    except OAuthError as refusal:
        answer = {"error": refusal.error, "error_description": refusal.description}
        return _back(given, answer, status=_status(request))


def _unasked(
    request: HttpRequest, app: OAuthApp, given: dict[str, str], wish: Wish, actor: Actor
) -> HttpResponse:
    """`prompt=none`: what takes a question or a proof is refused, whatever a form says."""
    if _takes_proof(request, wish):
        raise OAuthError("login_required", "The person has to prove who they are.")
    if not services.is_remembered(actor, app, wish):
        raise OAuthError("consent_required", "The person has to be asked.")
    return _with_code(app, given, wish, actor, status=_status(request))


def _decided(
    request: HttpRequest, app: OAuthApp, given: dict[str, str], wish: Wish, actor: Actor
) -> HttpResponse:
    if request.POST.get("decision") != "allow":
        raise OAuthError("access_denied", "The person said no.")
    return _with_code(app, given, wish, actor, status=303)


def _with_code(
    app: OAuthApp, given: dict[str, str], wish: Wish, actor: Actor, *, status: int = 302
) -> HttpResponse:
    try:
        code = services.allow(actor, app_id=app.id, wish=wish)
    except Refusal as refusal:
        # The app was ended, or the person shut out, while they read the page.
        raise OAuthError("access_denied", "This cannot be allowed any more.") from refusal
    return _back(given, {"code": code}, status=status)


def _parameters(request: HttpRequest) -> tuple[dict[str, str], set[str]]:
    try:
        return parameters_of(request.META.get("QUERY_STRING", ""))
    except OAuthError as wrong:
        raise _Page(_("The app sent you here with a request that cannot be read.")) from wrong


def _app(given: dict[str, str], twice: set[str]) -> OAuthApp:
    """The app, once it is known to be good, and where it wants people to be sent, too."""
    id_ = client_id_of(given.get("client_id", ""))
    app = None if id_ is None else OAuthApp.objects.filter(id=id_, revoked_at=None).first()
    if app is None or "client_id" in twice:
        raise _Page(_("Your organisation does not know this app, or has ended it."))
    asked = given.get("redirect_uri", "")
    if "redirect_uri" in twice or not matches(asked, app.redirect_uris):
        raise _Page(_("The app wants to send you to an address that is not registered for it."))
    return app


def _way_to_proof(request: HttpRequest, wish: Wish) -> HttpResponse | None:
    """Where somebody has to prove who they are first; None once they have.

    `prompt=login` asks for a proof that is younger than the request. When that was is kept in the
    address, signed, since signing in anew empties the session.
    """
    if "login" in wish.prompts:
        since = _since(request)
        if since is None:
            return HttpResponseRedirect(f"{request.get_full_path()}&{_SINCE}={_now(request)}")
        if proved_at(request) < since:
            return lead_to_proof(request)
    return lead_to_proof(request) if _takes_proof(request, wish) else None


def _takes_proof(request: HttpRequest, wish: Wish) -> bool:
    return "admin" in wish.scopes and not is_recent(request)


def _signer(request: HttpRequest) -> signing.TimestampSigner:
    """Signs for one person's one request: what it says of another means nothing."""
    asked = "&".join(
        part for part in request.META["QUERY_STRING"].split("&") if not part.startswith(_SINCE)
    )
    digest = hashlib.sha256(asked.encode()).hexdigest()
    return signing.TimestampSigner(salt=f"oauth:{current_tenant()}:{digest}")


def _now(request: HttpRequest) -> str:
    return _signer(request).sign(str(time.time()))


def _since(request: HttpRequest) -> float | None:
    try:
        text = _signer(request).unsign(request.GET.get(_SINCE, ""), max_age=_SINCE_LASTS_S)
    except signing.BadSignature:
        return None
    return float(text)


def _asked(request: HttpRequest, app: OAuthApp, wish: Wish) -> HttpResponse:
    context = {
        "app": app,
        "scopes": [IN_WORDS[scope] for scope in ("read", "write", "admin") if scope in wish.scopes],
        "weighs": "admin" in wish.scopes,
        "host": host_of(wish.redirect_uri),
        "is_own_device": is_loopback(wish.redirect_uri),
        "another": request.get_full_path(),
        "channels": len(app.conversation_ids or ()),
    }
    response = render(request, "accounts/oauth/consent.html", context)
    # Browsers hold the answer's way back against the form's policy, and where the app sends people
    # on to from there.
    parts = urlsplit(wish.redirect_uri)
    # There is no way to name a host like [::1] in a policy.
    back = "http:" if parts.netloc.startswith("[") else f"{parts.scheme}://{parts.netloc}"
    response._csp_config = settings.SECURE_CSP | {  # type: ignore[attr-defined]
        "form-action": [*settings.SECURE_CSP["form-action"], back, "https:"]
    }
    return response


def _not_yours(request: HttpRequest, app: OAuthApp, given: dict[str, str]) -> HttpResponse:
    """People whose role makes no tokens are told so here, and may go back by themselves."""
    answer = {"error": "access_denied", "error_description": "The person may connect no apps."}
    if "none" in prompts_of(given):
        return _back(given, answer, status=302)
    words = _("Your role does not let you connect apps. An admin can change that.")
    back = _address(given, answer)
    return _refused_page(request, words, 403, app=app, back=back)


def _back(given: dict[str, str], answer: dict[str, str], *, status: int) -> HttpResponse:
    response = HttpResponse(status=status)
    response["Location"] = _address(given, answer)
    return response


def _address(given: dict[str, str], answer: dict[str, str]) -> str:
    """The way back, with the state as it came and who answers (RFC 9207)."""
    state = state_of(given)
    told = answer if state is None else answer | {"state": state}
    return with_parameters(given["redirect_uri"], told | {"iss": site()})


def _status(request: HttpRequest) -> int:
    """After a form the browser is to come by GET, whatever it sent."""
    return 303 if request.method == "POST" else 302


def _refused_page(
    request: HttpRequest,
    words: Promise,
    status: int,
    *,
    app: OAuthApp | None = None,
    back: str | None = None,
) -> HttpResponse:
    context = {"words": words, "app": app, "back": back}
    return render(request, "accounts/oauth/refused.html", context, status=status)
