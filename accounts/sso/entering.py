"""What both protocols share: how an answer ends in a session, a test, a link or a refusal."""

from dataclasses import dataclass
from typing import Any

from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.sso import access, arrivals, pending, services, sessions
from accounts.sso.admission import admit, link_to
from accounts.sso.events import SsoSignedIn
from accounts.sso.mapping import Identity, identity_of
from accounts.sso.models import Arrival, IdentityProvider, Outcome
from accounts.sso.pending import Asked
from accounts.sso.refusal import Refused
from core.http import Request
from events.journal import publish
from tenants.context import current_tenant


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider has told about somebody, by either protocol."""

    subject: str
    claims: dict[str, Any]
    name_format: str = ""
    session_index: str = ""
    hint: str = ""
    """The ID token, sealed; not kept with what arrived."""

    def content(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "subject": self.subject,
            "claims": self.claims,
            "name_format": self.name_format,
            "session_index": self.session_index,
        }

    @classmethod
    def of(cls, content: dict[str, Any]) -> "Told":
        """From what was kept."""
        return cls(
            content.get("subject", ""),
            content.get("claims", {}),
            content.get("name_format", ""),
            content.get("session_index", ""),
        )


def enter(
    request: Request, provider: IdentityProvider, asked: Asked, told: Told, arrival: Arrival
) -> HttpResponse:
    """Do what the question was asked for.

    Errors  Refused.
    """
    identity = identity_of(provider, told.subject, told.claims)
    if asked.purpose == pending.TEST:
        return _test(request, provider, identity, told, arrival)
    if not provider.is_on:
        raise Refused("off", _("This way of signing in is switched off."))
    if asked.purpose == pending.LINK:
        return _link(request, provider, identity, told, arrival)
    return _sign_in(request, provider, asked, identity, told, arrival)


def _test(
    request: Request,
    provider: IdentityProvider,
    identity: Identity,
    told: Told,
    arrival: Arrival,
) -> HttpResponse:
    """Show what came and what would happen; nobody is signed in."""
    actor = actor_for(request.user) if request.user.is_authenticated else None
    if actor is None or not access.providers_of(actor).filter(id=provider.id).exists():
        raise Refused("test", _("Only those who look after identity may test a provider."))
    content = told.content() | {"identity": identity.shown()}
    arrivals.settle(arrival, Outcome.TESTED, user_id=actor.user_id, content=content)
    services.note_tested(actor, provider_id=provider.id)
    return HttpResponseRedirect(result_address(arrival))


def result_address(arrival: Arrival) -> str:
    """Where the console shows what arrived."""
    return f"/admin/accounts/arrival/{arrival.id}/change/"


def _link(
    request: Request,
    provider: IdentityProvider,
    identity: Identity,
    told: Told,
    arrival: Arrival,
) -> HttpResponse:
    if not request.user.is_authenticated:
        raise Refused("not_signed_in", _("Sign in first, then link your account."))
    link_to(provider, identity, request.user)
    arrivals.settle(arrival, Outcome.LINKED, user_id=request.user.id, content=told.content())
    return HttpResponseRedirect("/accounts/sso/")


def _sign_in(
    request: Request,
    provider: IdentityProvider,
    asked: Asked,
    identity: Identity,
    told: Told,
    arrival: Arrival,
) -> HttpResponse:
    admitted = admit(provider, identity)
    user = admitted.user
    arrivals.settle(arrival, Outcome.SIGNED_IN, user_id=user.id, content=told.content())
    if request.user.is_authenticated and request.user.pk != user.pk:
        logout(request)
    mark = {
        "provider": str(provider.id),
        "identity": str(admitted.link.id),
        "user": str(user.id),
        "name_id": told.subject,
        "name_format": told.name_format,
        "session_index": told.session_index,
    }
    sessions.begin(request, mark, hint=told.hint)
    publish(SsoSignedIn(provider.id, arrival.id, user.id, admitted.is_new), by=actor_for(user))
    record_authentication(request, user, method="sso", provider=provider.slug)
    return perform_login(
        request,
        Login(
            user=user,
            email_verification=EmailVerificationMethod.NONE,
            redirect_url=pending.safe_next(asked.next),
            signal_kwargs={sessions.MARK: provider.slug},
            email=user.email,
        ),
    )


def dry_run(provider: IdentityProvider, arrival: Arrival) -> dict[str, Any]:
    """What would come of a recorded answer with the mapping as it is now; changes nothing."""
    told = Told.of(arrivals.content_of(arrival))
    identity = identity_of(provider, told.subject, told.claims)
    return identity.shown() | {"tenant": current_tenant()} if told.subject else {}
