"""Make identity providers, change them, switch them on and off; look after our keys for them."""

import re
from collections.abc import Iterator
from collections.abc import Mapping as Values
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from accounts.groups.access import check_reach
from accounts.groups.selectors import groups_above, known_groups
from accounts.policies.selectors import current
from accounts.signin.models import Method, SignInPolicy
from accounts.sso import access, addresses, fetch
from accounts.sso.events import (
    IdentityProviderChanged,
    IdentityProviderCreated,
    IdentityProviderDeleted,
    ProviderKeyMade,
    ProviderKeyRetired,
)
from accounts.sso.keys import ends_at, fingerprint, make_pair
from accounts.sso.models import IdentityProvider, Kind, ProviderKey, State
from accounts.sso.oidc.discovery import (
    check_usable,
    discovery_url,
    keep_keys,
    read_discovery,
)
from accounts.sso.refusal import Refused
from accounts.sso.saml.metadata import read_metadata
from accounts.sso.saml.signatures import clean_certificate
from accounts.sso.schemas import Grant, Mapping, OidcTrust, Options, SamlTrust, Strict
from core.actor import Actor
from core.errors import Conflict, FieldError, Forbidden, Invalid
from core.permissions import ROLE_PERMISSIONS, Role
from core.sealed import seal, unseal
from core.text import clean_name, masked
from events.journal import publish
from tenants.context import current_tenant

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
TRUST = frozenset(
    {"issuer", "trust", "metadata_url", "secret", "domains", "mapping", "grants", "options"}
)
"""Fields that decide whom a provider can sign in, and as what: the address, too, since what stands
there tomorrow is believed by itself."""

MOST_PROVIDERS = 50
MOST_KEYS = 2


def add_provider(
    actor: Actor,
    *,
    kind: str,
    slug: str,
    name: str = "",
    metadata: str = "",
    metadata_url: str = "",
    issuer: str = "",
    trust: Values[str, Any] | None = None,
    secret: str = "",
    mapping: Values[str, Any] | None = None,
    grants: list[Any] | None = None,
    options: Values[str, Any] | None = None,
    domains: list[str] | None = None,
) -> IdentityProvider:
    """Add a provider as a draft, from its metadata's address, its metadata or its particulars.

    `trust` holds particulars by the names of `SamlTrust` or `OidcTrust`; for OpenID Connect it
    always names the `client_id`.

    Errors  Forbidden, Invalid, naming the field; Conflict for a taken short name.
    """
    access.check_may_manage(actor)
    if kind not in Kind.values:
        raise Invalid.field("kind", _("Kinds are saml and oidc."))
    url = _address(kind, metadata_url, metadata, issuer, trust or {})
    provider = IdentityProvider(
        kind=kind,
        slug=_clean_slug(slug),
        name=clean_name(name or slug, longest=80),
        metadata_url=url,
        mapping=_checked(Mapping, mapping or {}, "mapping"),
        grants=_clean_grants(actor, grants or []),
        options=_checked(Options, options or {}, "options"),
        domains=_clean_domains(domains or []),
        vouched=_vouched(actor),
    )
    provider.issuer, provider.trust = _trust(
        provider, metadata=metadata, issuer=issuer, particulars=trust or {}
    )
    if url and _is_by_hand(kind, trust or {}):
        provider.metadata_url = ""
    provider.metadata_read_at = timezone.now() if provider.metadata_url else None
    provider.secret = _sealed(secret) if secret else ""
    if IdentityProvider.objects.count() >= MOST_PROVIDERS:
        raise Conflict("identity_provider", _("An organisation has at most 50 providers."))
    try:
        with transaction.atomic():
            provider.save(force_insert=True)
            if kind == Kind.SAML:
                _add_key(provider, is_signing=True)
            told = {"name": provider.name}
            publish(IdentityProviderCreated(provider.id, kind, provider.slug, told), by=actor)
    except IntegrityError as taken:
        raise Conflict.field(
            "slug", _("Another provider has this short name."), code="taken"
        ) from taken
    return provider


def change_provider(actor: Actor, *, provider_id: UUID, **changes: Any) -> IdentityProvider:
    """Change `name`, `issuer`, `trust`, `secret`, `mapping`, `grants`, `options`, `domains`, or
    read `metadata` (text) or `metadata_url` anew.

    Who may do less than the one who vouched for it vouches from then on: otherwise changing a
    provider would be a way to sign in as somebody with more rights. An empty `secret` leaves the
    old one.

    Errors  NotFound, Forbidden, Invalid, naming the field.
    """
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise Invalid.field(sorted(unknown)[0], _("This cannot be changed here."))
    seen = access.provider_to_manage(actor, provider_id)
    # Before anything is locked: a provider that hangs must not hold a row for as long.
    checked = _check_changes(actor, seen, changes)
    with transaction.atomic():
        provider = access.provider_to_manage(actor, provider_id, lock=True)
        before = {field: getattr(provider, field) for field in checked}
        for field, value in checked.items():
            setattr(provider, field, value)
        changed = [field for field in checked if before[field] != checked[field]]
        if changes.get("metadata_url"):
            provider.metadata_read_at, provider.metadata_trouble = timezone.now(), ""
            provider.save(update_fields=["metadata_read_at", "metadata_trouble"])
        if not changed:
            return provider
        extra = ["changed_at"]
        # Nobody's word is raised by a change: for that there is `vouch`.
        if TRUST & set(changed) and not provider.vouched_permissions <= actor.permissions:
            provider.vouched = _vouched(actor)
            extra.append("vouched")
        provider.changed_at = timezone.now()
        provider.save(update_fields=[*changed, *extra])
        told = {
            field: (_told(field, before[field]), _told(field, checked[field])) for field in changed
        }
        _publish_change(actor, provider, told)
    return provider


DESCRIBED = frozenset({"authorization_endpoint", "token_endpoint", "jwks_uri"}) | {
    "userinfo_endpoint",
    "end_session_endpoint",
    "names_itself",
}
"""Particulars of an OpenID Connect provider that its own document describes."""

CHANGEABLE = frozenset(
    {"name", "issuer", "trust", "secret", "mapping", "grants", "options", "domains"}
) | {"metadata", "metadata_url"}
"""What `change_provider` changes."""


def refresh(actor: Actor, *, provider_id: UUID) -> IdentityProvider:
    """Read a provider's metadata again from its address; its certificates are then those.

    Errors  as `change_provider`; Conflict where its address is not known.
    """
    provider = access.provider_to_manage(actor, provider_id)
    if not provider.metadata_url:
        raise Conflict("metadata_url", _("The address of its metadata is not known."))
    provider = change_provider(actor, provider_id=provider_id, metadata_url=provider.metadata_url)
    if provider.kind == Kind.OIDC:
        with _as_invalid("metadata_url"):
            keep_keys(provider, check_usable(provider.oidc))
    return provider


def read_again(provider: IdentityProvider) -> tuple[str, dict[str, Any]]:
    """The name and the trust that a provider's metadata describes now, where it can be worked
    with; its keys count at once, else nothing is changed.

    Errors  Invalid.
    """
    issuer, trust = _trust(provider, metadata="", issuer=provider.issuer, particulars={})
    if provider.kind == Kind.OIDC:
        read = IdentityProvider(id=provider.id, kind=provider.kind, trust=trust)
        with _as_invalid("metadata_url"):
            keep_keys(read, check_usable(read.oidc))
    return issuer, trust


def vouch(actor: Actor, *, provider_id: UUID) -> IdentityProvider:
    """Let a provider sign in whoever has no more rights than the actor.

    Errors  NotFound, Forbidden.
    """
    with transaction.atomic():
        provider = access.provider_to_manage(actor, provider_id, lock=True)
        before = provider.vouched.get("role", "")
        provider.vouched = _vouched(actor)
        provider.save(update_fields=["vouched"])
        _publish_change(actor, provider, {"vouched": (before, str(provider.vouched["role"]))})
    return provider


def switch(actor: Actor, *, provider_id: UUID, state: str) -> IdentityProvider:
    """Switch a provider on (`on`), or off again (`draft`).

    Errors  NotFound, Forbidden, Invalid, Conflict where signing in by it is required.
    """
    if state not in (State.ON, State.DRAFT):
        raise Invalid.field("state", _("States to choose are on and draft."))
    with transaction.atomic():
        if state == State.DRAFT:
            _check_others_are_on(access.provider_to_manage(actor, provider_id))
        provider = access.provider_to_manage(actor, provider_id, lock=True)
        before = provider.state
        if before == state:
            return provider
        provider.state = state
        provider.save(update_fields=["state"])
        _publish_change(actor, provider, {"state": (before, state)})
    return provider


def _check_others_are_on(provider: IdentityProvider) -> None:
    """Where people may sign in by a provider only, the last one stays on.

    All that are on are locked, in the order of their ids: two that are switched off at once would
    each see the other one.
    """
    if set(current(SignInPolicy).methods) != {Method.SSO.value}:
        return
    rows = IdentityProvider.objects.select_for_update().filter(state=State.ON).order_by("id")
    if {row.id for row in rows} <= {provider.id}:
        words = _("People sign in by a provider only: allow another way first.")
        raise Conflict("state", words)


def note_tested(actor: Actor, *, provider_id: UUID) -> None:
    """Note that somebody came through in a test; a draft has been tested then."""
    with transaction.atomic():
        provider = access.provider_to_manage(actor, provider_id, lock=True)
        before = provider.state
        provider.tested_at = timezone.now()
        if before == State.DRAFT:
            provider.state = State.TESTED
            _publish_change(actor, provider, {"state": (before, State.TESTED.value)})
        provider.save(update_fields=["tested_at", "state"])


def remove_provider(actor: Actor, *, provider_id: UUID) -> None:
    """Remove a provider with its keys and links. People keep their accounts.

    Errors  NotFound, Forbidden, Conflict while it is on.
    """
    with transaction.atomic():
        provider = access.provider_to_remove(actor, provider_id)
        if provider.is_on:
            raise Conflict("state", _("Switch the provider off first."))
        told = {"name": provider.name}
        publish(IdentityProviderDeleted(provider.id, provider.slug, told), by=actor)
        provider.delete()


def make_key(actor: Actor, *, provider_id: UUID) -> ProviderKey:
    """Make the next key of ours for a provider: published at once, but signing only later.

    Errors  NotFound, Forbidden, Conflict where there are two already.
    """
    with transaction.atomic():
        provider = access.provider_to_manage(actor, provider_id, lock=True)
        if provider.kind != Kind.SAML:
            raise Conflict("kind", _("Only SAML providers are given a certificate."))
        if provider.keys.count() >= MOST_KEYS:
            raise Conflict("key", _("There are two keys already; retire the old one first."))
        key = _add_key(provider, is_signing=False)
        publish(ProviderKeyMade(provider.id, key.id), by=actor)
    return key


def retire_key(actor: Actor, *, provider_id: UUID) -> None:
    """Retire the key we sign with: from now on the next one signs, and the old one is gone.

    Errors  NotFound, Forbidden, Conflict where there is no next one.
    """
    with transaction.atomic():
        provider = access.provider_to_manage(actor, provider_id, lock=True)
        following = provider.keys.filter(is_signing=False).order_by("-created_at").first()
        if following is None:
            raise Conflict("key", _("Make the next key first."))
        for old in provider.keys.filter(is_signing=True):
            publish(ProviderKeyRetired(provider.id, old.id), by=actor)
            old.delete()
        following.is_signing = True
        following.save(update_fields=["is_signing"])


def _add_key(provider: IdentityProvider, *, is_signing: bool) -> ProviderKey:
    private, certificate, ends = make_pair(f"Chancery {provider.slug}", now=timezone.now())
    return ProviderKey.objects.create(
        provider=provider,
        certificate=certificate,
        private_key=seal(private, tenant=current_tenant(), purpose="sso-key"),
        is_signing=is_signing,
        expires_at=ends,
    )


def private_key(key: ProviderKey) -> str:
    """The private half of a key of ours, for signing and decrypting."""
    return unseal(key.private_key, tenant=current_tenant(), purpose="sso-key")


def client_secret(provider: IdentityProvider) -> str:
    """The secret that we share with an OpenID Connect provider; empty where there is none."""
    if not provider.secret:
        return ""
    return unseal(provider.secret, tenant=current_tenant(), purpose="sso-secret")


def _sealed(secret: str) -> str:
    if len(secret) > 2000 or not secret.isprintable():
        raise Invalid.field("secret", _("A client secret has at most 2,000 printable characters."))
    return seal(secret, tenant=current_tenant(), purpose="sso-secret")


def _check_changes(
    actor: Actor, provider: IdentityProvider, changes: Values[str, Any]
) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    if "name" in changes:
        checked["name"] = clean_name(changes["name"], longest=80)
    if "mapping" in changes:
        checked["mapping"] = _checked(Mapping, changes["mapping"], "mapping")
    if "options" in changes:
        checked["options"] = _checked(Options, changes["options"], "options")
    if "grants" in changes:
        checked["grants"] = _clean_grants(actor, changes["grants"])
    if "domains" in changes:
        checked["domains"] = _clean_domains(changes["domains"])
    if changes.get("secret") and changes["secret"] != client_secret(provider):
        checked["secret"] = _sealed(changes["secret"])
    if {"issuer", "trust", "metadata", "metadata_url"} & set(changes):
        checked |= _changed_trust(provider, changes)
    return checked


def _changed_trust(provider: IdentityProvider, changes: Values[str, Any]) -> dict[str, Any]:
    particulars, metadata = changes.get("trust") or {}, changes.get("metadata", "")
    url, issuer = changes.get("metadata_url", ""), changes.get("issuer", provider.issuer)
    is_same = issuer == provider.issuer and not metadata.strip() and "metadata_url" not in changes
    probe = IdentityProvider(
        kind=provider.kind,
        metadata_url="" if is_same else _address(provider.kind, url, metadata, issuer, particulars),
        trust=provider.trust,
        issuer=provider.issuer,
    )
    found_issuer, trust = _trust(probe, metadata=metadata, issuer=issuer, particulars=particulars)
    # A client ID is nothing that a document describes.
    kept = provider.metadata_url if is_same else probe.metadata_url
    # What is given by hand stays: nothing is read over it from an address later.
    kept = "" if _is_by_hand(provider.kind, particulars) else kept
    return {"metadata_url": kept, "issuer": found_issuer, "trust": trust}


def _address(kind: str, url: str, metadata: str, issuer: str, particulars: Values[str, Any]) -> str:
    """Where a provider describes itself; one of OpenID Connect does so at its own name."""
    is_given = bool(url.strip() or metadata.strip() or DESCRIBED & set(particulars))
    return issuer.strip() if kind == Kind.OIDC and not is_given else url.strip()


def _is_by_hand(kind: str, particulars: Values[str, Any]) -> bool:
    """Whether reading metadata again would undo what was given."""
    given = {name for name, value in particulars.items() if value}
    return bool(given & DESCRIBED if kind == Kind.OIDC else given)


def _trust(
    provider: IdentityProvider, *, metadata: str, issuer: str, particulars: Values[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Who the provider is and what it is known by, from whatever was given of it."""
    if len(metadata) > fetch.MOST_BYTES or len(provider.metadata_url) > 2000:
        raise Invalid.field("metadata", _("Metadata has at most 1 MB, its address 2,000 letters."))
    with _as_invalid("metadata_url" if provider.metadata_url else "metadata"):
        if provider.kind == Kind.SAML:
            return _saml_trust(provider, metadata, issuer.strip(), particulars)
        return _oidc_trust(provider, metadata, issuer.strip(), particulars)


@contextmanager
def _as_invalid(field: str) -> Iterator[None]:
    """What is wrong with what a provider says of itself, said at the field it was given in."""
    try:
        yield
    except Refused as refused:
        facts = "; ".join(f"{name}: {value}" for name, value in refused.facts.items() if value)
        words = f"{refused.words} ({facts})" if facts else refused.words
        raise Invalid.field(field, words, code=refused.code) from refused


def _saml_trust(
    provider: IdentityProvider, metadata: str, issuer: str, particulars: Values[str, Any]
) -> tuple[str, dict[str, Any]]:
    known = dict(provider.trust)
    if provider.metadata_url:
        answer = fetch.get(provider.metadata_url, accept="application/samlmetadata+xml, */*")
        if answer.status != 200:
            raise Refused("not_there", _("There is no metadata at this address."))
        metadata_raw = answer.body
    else:
        metadata_raw = metadata.encode("utf-8", "surrogatepass")
    if metadata_raw:
        issuer, found = read_metadata(metadata_raw, entity_id=issuer)
        known = found.model_dump()
    known |= particulars
    if not issuer:
        raise Invalid.field("issuer", _("Give the provider's metadata, or its entity ID."))
    if not known.get("certificates"):
        raise Invalid.field("certificates", _("Give the certificate the provider signs with."))
    known["certificates"] = [clean_certificate(str(each)) for each in known["certificates"]]
    if all(ends_at(each) <= timezone.now() for each in known["certificates"]):
        words = _("The certificates have expired: give the one the provider signs with now.")
        raise Invalid.field("certificates", words, code="certificate_expired")
    trust = _checked(SamlTrust, known, "trust")
    for name in ("sso_url", "slo_url", "slo_response_url"):
        if trust[name] or name == "sso_url":
            fetch.check_url(trust[name])
    return _clean_issuer(issuer), trust


def _oidc_trust(
    provider: IdentityProvider, metadata: str, issuer: str, particulars: Values[str, Any]
) -> tuple[str, dict[str, Any]]:
    known = dict(provider.trust) | dict(particulars)
    client_id = str(known.get("client_id") or "")
    if not client_id:
        raise Invalid.field("client_id", _("Give the client ID that the provider has for us."))
    url = provider.metadata_url
    if url:
        answer = fetch.get(discovery_url(url), accept="application/json")
        if answer.status != 200:
            raise Refused("not_there", _("The provider does not describe itself at this address."))
        described = answer.json()
    elif metadata.strip():
        described = fetch.Fetched(200, metadata.encode("utf-8", "surrogatepass"), "").json()
    else:
        trust = _checked(OidcTrust, known, "trust")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            fetch.check_url(trust[name])
        return _clean_issuer(issuer), trust
    found_issuer, trust_found = read_discovery(
        described,
        client_id=client_id,
        scopes=str(known.get("scopes") or ""),
        client_auth=str(known.get("client_auth") or ""),
    )
    if url and discovery_url(found_issuer) != discovery_url(url):
        # Else whoever serves a page somewhere could speak for any issuer.
        raise Refused(
            "issuer",
            _("The document at this address names another provider (issuer)."),
            arrived=found_issuer,
        )
    own = {key: value for key, value in particulars.items() if key != "client_id"}
    return _clean_issuer(found_issuer), _checked(OidcTrust, trust_found.model_dump() | own, "trust")


def _clean_issuer(issuer: str) -> str:
    if not 0 < len(issuer) <= 1000 or not issuer.isprintable() or issuer != issuer.strip():
        raise Invalid.field("issuer", _("The provider's name (entity ID or issuer) is missing."))
    return issuer


def _clean_slug(slug: str) -> str:
    if not SLUG.fullmatch(slug):
        raise Invalid.field(
            "slug", _("A short name has 1 to 40 small letters, digits and hyphens, such as okta.")
        )
    return slug


def _clean_domains(domains: list[str]) -> list[str]:
    if len(domains) > 100:
        raise Invalid.field("domains", _("A provider has at most 100 domains."))
    cleaned = [str(domain).strip().lower().removeprefix("@") for domain in domains]
    for domain in cleaned:
        if not DOMAIN.fullmatch(domain):
            raise Invalid.field("domains", _("Give domains such as example.com."))
    return sorted(set(cleaned))


def _clean_grants(actor: Actor, grants: list[Any]) -> list[dict[str, Any]]:
    if len(grants) > 500:
        raise Invalid.field("grants", _("At most 500 groups can be mapped."))
    cleaned = [_checked(Grant, grant, "grants") for grant in grants]
    for grant in cleaned:
        role = grant["role"]
        if role and not ROLE_PERMISSIONS[Role(role)] <= actor.permissions:
            raise Forbidden("grants", _("You cannot give a role above your own."))
    _check_groups(actor, {UUID(grant["group_id"]) for grant in cleaned if grant["group_id"]})
    return cleaned


def _check_groups(actor: Actor, group_ids: set[UUID]) -> None:
    """Groups that are here, and that give nothing the actor lacks."""
    if known_groups(group_ids) != group_ids:
        raise Invalid.field("grants", _("There is no such group here."))
    if group_ids:
        check_reach(actor, groups_above(group_ids))


def _checked(kind: type[Strict], values: Any, field: str) -> dict[str, Any]:
    if not isinstance(values, Values):
        raise Invalid.field(field, _("Give names with their values."))
    try:
        return kind.model_validate(dict(values)).model_dump(mode="json")
    except ValidationError as wrong:
        errors = [
            FieldError(".".join([field, *map(str, each["loc"])]), str(each["msg"]))
            for each in wrong.errors()
        ]
        raise Invalid(field, errors[0].message, errors=errors) from wrong


def _vouched(actor: Actor) -> dict[str, Any]:
    return {"role": str(actor.role), "granted": sorted(map(str, actor.granted))}


def _publish_change(
    actor: Actor, provider: IdentityProvider, told: dict[str, tuple[str, str]]
) -> None:
    publish(
        IdentityProviderChanged(
            provider.id,
            {field: before for field, (before, _after) in told.items()},
            {field: after for field, (_before, after) in told.items()},
        ),
        by=actor,
    )


def tell_change(
    actor: Actor, provider: IdentityProvider, field: str, before: Any, after: Any
) -> None:
    """Put a change into the journal as it may be kept there."""
    _publish_change(actor, provider, {field: (_told(field, before), _told(field, after))})


def _told(field: str, value: Any) -> str:
    """A value as the journal may keep it: no secrets, and of certificates what tells them apart."""
    if field == "secret":
        return masked(value)
    if field == "trust":
        shown = dict(value)
        shown["certificates"] = [fingerprint(each)[:23] for each in value.get("certificates", [])]
        return ", ".join(f"{name}={shown[name]}" for name in sorted(shown) if shown[name])[:2000]
    return str(value)[:2000]


def own_addresses(provider: IdentityProvider) -> addresses.Addresses:
    """Where the provider finds us."""
    return addresses.of(provider)
