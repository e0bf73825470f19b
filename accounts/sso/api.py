"""REST: identity providers, for those who look after identity; the console can do no more."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema

from accounts.requests import idempotent
from accounts.sso import access, addresses, arrivals, selectors, services
from accounts.sso.entering import dry_run
from accounts.sso.models import Arrival, IdentityProvider, State
from accounts.sso.schemas import Grant, Mapping, Options
from accounts.stepup import require_recent
from core.api import Body, answer, answers
from core.errors import Forbidden
from core.http import Request

router = Router(tags=["identity providers"])

SHOWN = 50


class NewProvider(Body):
    kind: Literal["saml", "oidc"]
    slug: str
    name: str = ""
    metadata: str = ""
    metadata_url: str = ""
    issuer: str = ""
    trust: dict[str, Any] = {}
    secret: str = ""
    mapping: Mapping | None = None
    grants: list[Grant] = []
    options: Options | None = None
    domains: list[str] = []


class ChangedProvider(Body):
    name: str | None = None
    state: Literal["on", "draft"] | None = None
    metadata: str | None = None
    metadata_url: str | None = None
    issuer: str | None = None
    trust: dict[str, Any] | None = None
    secret: str | None = None
    mapping: Mapping | None = None
    grants: list[Grant] | None = None
    options: Options | None = None
    domains: list[str] | None = None


class AddressesView(Schema):
    login: str
    metadata: str
    entity_id: str
    acs: str
    sls: str
    callback: str
    signed_out: str
    back_channel: str


class ProviderView(Schema):
    id: UUID
    kind: Literal["saml", "oidc"]
    slug: str
    name: str
    state: Literal["draft", "tested", "on"]
    issuer: str
    metadata_url: str
    trust: dict[str, Any]
    has_secret: bool
    mapping: Mapping
    grants: list[Grant]
    options: Options
    domains: list[str]
    vouched_role: str
    tested_at: datetime | None
    addresses: AddressesView
    certificates: list[str]


class ProviderPage(Schema):
    items: list[ProviderView]
    next: str | None


class ArrivalView(Schema):
    id: UUID
    at: datetime
    outcome: str
    code: str
    words: str
    user_id: UUID | None
    facts: dict[str, Any]
    claims: dict[str, Any]
    mapped: dict[str, Any]


class ArrivalPage(Schema):
    items: list[ArrivalView]
    next: str | None


@router.get("/identity-providers", response=answers(ProviderPage))
def list_identity_providers(request: Request) -> HttpResponse:
    """The identity providers one looks after, by name: all by permission, else those granted."""
    if not access.may_open(request.actor):
        raise Forbidden("identity_provider")
    rows = access.providers_of(request.actor).order_by("name", "id")
    return answer({"items": [provider_view(row) for row in rows], "next": None})


@router.post("/identity-providers", response=answers(ProviderView, 201, 200))
@idempotent
def add_identity_provider(request: Request, body: NewProvider) -> HttpResponse:
    """Add a provider as a draft, from its metadata's address, its metadata or its particulars.

    `trust` holds particulars; for OpenID Connect at least the `client_id`.
    """
    require_recent(request)
    given = body.model_dump(mode="json", exclude_none=True)
    return answer(provider_view(services.add_provider(request.actor, **given)), 201)


@router.get("/identity-providers/{provider_id}", response=answers(ProviderView))
def get_identity_provider(request: Request, provider_id: UUID) -> HttpResponse:
    """One provider, with the addresses and certificates to hand over to it."""
    return answer(provider_view(access.provider_to_manage(request.actor, provider_id)))


@router.patch("/identity-providers/{provider_id}", response=answers(ProviderView))
def change_identity_provider(
    request: Request, provider_id: UUID, body: ChangedProvider
) -> HttpResponse:
    """Change a provider; `state` switches it on (`on`) or off (`draft`)."""
    require_recent(request)
    given = body.model_dump(mode="json", exclude_none=True)
    state = given.pop("state", None)
    provider = access.provider_to_manage(request.actor, provider_id)
    if given:
        provider = services.change_provider(request.actor, provider_id=provider_id, **given)
    if state is not None:
        provider = services.switch(request.actor, provider_id=provider_id, state=state)
    return answer(provider_view(provider))


@router.delete("/identity-providers/{provider_id}", response=answers(None, 204))
def remove_identity_provider(request: Request, provider_id: UUID) -> HttpResponse:
    """Remove a provider that is off. People keep their accounts."""
    require_recent(request)
    services.remove_provider(request.actor, provider_id=provider_id)
    return answer(status=204)


@router.get("/identity-providers/{provider_id}/arrivals", response=answers(ArrivalPage))
def list_arrivals(request: Request, provider_id: UUID) -> HttpResponse:
    """The last fifty answers of a provider: what came of them, and why; `mapped` is what the
    mapping makes of each as it is now.
    """
    provider = access.provider_to_manage(request.actor, provider_id)
    rows = provider.arrivals.exclude(outcome="waiting").order_by("-at")[:SHOWN]
    items = [_arrival_view(provider, row) for row in rows]
    return answer({"items": items, "next": None})


@router.post("/identity-providers/{provider_id}/keys", response=answers(ProviderView, 201, 200))
@idempotent
def make_provider_key(request: Request, provider_id: UUID) -> HttpResponse:
    """Make our next key pair for a SAML provider: published at once, not signing yet."""
    require_recent(request)
    services.make_key(request.actor, provider_id=provider_id)
    return answer(provider_view(access.provider_to_manage(request.actor, provider_id)), 201)


@router.post("/identity-providers/{provider_id}/keys/retire", response=answers(ProviderView))
@idempotent
def retire_provider_key(request: Request, provider_id: UUID) -> HttpResponse:
    """Retire our old key pair: the next one signs from now on."""
    require_recent(request)
    services.retire_key(request.actor, provider_id=provider_id)
    return answer(provider_view(access.provider_to_manage(request.actor, provider_id)))


@router.post("/identity-providers/{provider_id}/vouch", response=answers(ProviderView))
@idempotent
def vouch_for_provider(request: Request, provider_id: UUID) -> HttpResponse:
    """Let a provider sign in whoever has no more rights than oneself."""
    require_recent(request)
    return answer(provider_view(services.vouch(request.actor, provider_id=provider_id)))


def provider_view(provider: IdentityProvider) -> dict[str, Any]:
    """A provider as its admins see it; secrets only as being there."""
    where = addresses.of(provider)
    return {
        "id": provider.id,
        "kind": provider.kind,
        "slug": provider.slug,
        "name": provider.name,
        "state": str(State(provider.state)),
        "issuer": provider.issuer,
        "metadata_url": provider.metadata_url,
        "trust": provider.trust,
        "has_secret": bool(provider.secret),
        "mapping": provider.mapping,
        "grants": provider.grants,
        "options": provider.options,
        "domains": provider.domains,
        "vouched_role": provider.vouched.get("role", ""),
        "tested_at": provider.tested_at,
        "addresses": {
            "login": where.login,
            "metadata": where.metadata,
            "entity_id": where.entity_id,
            "acs": where.acs,
            "sls": where.sls,
            "callback": where.callback,
            "signed_out": where.signed_out,
            "back_channel": where.back_channel,
        },
        "certificates": [key.certificate for key in selectors.own_keys(provider)],
    }


def _arrival_view(provider: IdentityProvider, arrival: Arrival) -> dict[str, Any]:
    content = arrivals.content_of(arrival)
    return {
        "id": arrival.id,
        "at": arrival.at,
        "outcome": arrival.outcome,
        "code": arrival.code,
        "words": arrival.words,
        "user_id": arrival.user_id,
        "facts": content.get("facts", {}),
        "claims": content.get("claims", {}),
        "mapped": dry_run(provider, arrival),
    }
