"""Make identity providers, change them, switch them on and off; look after our keys for them."""

from collections.abc import Mapping as Values
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.policies.selectors import current
from accounts.signin.models import Method, SignInPolicy
from accounts.sso import access
from accounts.sso.events import (
    IdentityProviderChanged,
    IdentityProviderCreated,
    IdentityProviderDeleted,
    ProviderKeyMade,
    ProviderKeyRetired,
)
from accounts.sso.fields import checked_values, clean_domains, clean_grants, clean_slug
from accounts.sso.keys import fingerprint, make_pair
from accounts.sso.models import IdentityProvider, Kind, ProviderKey, State
from accounts.sso.oidc.discovery import (
    check_usable,
    keep_keys,
)
from accounts.sso.schemas import Mapping, Options
from accounts.sso.trust import as_invalid, is_by_hand, metadata_address, trust_of
from core.actor import Actor
from core.errors import Conflict, Invalid
from core.sealed import seal, unseal
from core.text import clean_name, masked
from events.journal import publish
from tenants.context import current_tenant

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
    url = metadata_address(kind, metadata_url, metadata, issuer, trust or {})
    provider = IdentityProvider(
        kind=kind,
        slug=clean_slug(slug),
        name=clean_name(name or slug, longest=80),
        metadata_url=url,
        mapping=checked_values(Mapping, mapping or {}, "mapping"),
        grants=clean_grants(actor, grants or []),
        options=checked_values(Options, options or {}, "options"),
        domains=clean_domains(domains or []),
        vouched=_vouched(actor),
    )
    provider.issuer, provider.trust = trust_of(
        provider, metadata=metadata, issuer=issuer, particulars=trust or {}
    )
    if url and is_by_hand(kind, trust or {}):
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
        with as_invalid("metadata_url"):
            keep_keys(provider, check_usable(provider.oidc))
    return provider


def read_again(provider: IdentityProvider) -> tuple[str, dict[str, Any]]:
    """The name and the trust that a provider's metadata describes now, where it can be worked
    with; its keys count at once, else nothing is changed.

    Errors  Invalid.
    """
    issuer, trust = trust_of(provider, metadata="", issuer=provider.issuer, particulars={})
    if provider.kind == Kind.OIDC:
        read = IdentityProvider(id=provider.id, kind=provider.kind, trust=trust)
        with as_invalid("metadata_url"):
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
        words = _("People can sign in only through a provider: allow another way first.")
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
            raise Conflict("key", _("There are already two keys; retire the old one first."))
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
        raise Invalid.field(
            "secret", _("A client secret may have at most 2,000 printable characters.")
        )
    return seal(secret, tenant=current_tenant(), purpose="sso-secret")


def _check_changes(
    actor: Actor, provider: IdentityProvider, changes: Values[str, Any]
) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    if "name" in changes:
        checked["name"] = clean_name(changes["name"], longest=80)
    if "mapping" in changes:
        checked["mapping"] = checked_values(Mapping, changes["mapping"], "mapping")
    if "options" in changes:
        checked["options"] = checked_values(Options, changes["options"], "options")
    if "grants" in changes:
        checked["grants"] = clean_grants(actor, changes["grants"])
    if "domains" in changes:
        checked["domains"] = clean_domains(changes["domains"])
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
        metadata_url=""
        if is_same
        else metadata_address(provider.kind, url, metadata, issuer, particulars),
        trust=provider.trust,
        issuer=provider.issuer,
    )
    found_issuer, trust = trust_of(probe, metadata=metadata, issuer=issuer, particulars=particulars)
    # A client ID is nothing that a document describes.
    kept = provider.metadata_url if is_same else probe.metadata_url
    # What is given by hand stays: nothing is read over it from an address later.
    kept = "" if is_by_hand(provider.kind, particulars) else kept
    return {"metadata_url": kept, "issuer": found_issuer, "trust": trust}


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
