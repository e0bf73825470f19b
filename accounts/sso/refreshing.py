"""Reads what providers say of themselves again: next certificates, keys and addresses are known.

What was known stays until something good is read: a provider that answers nothing, garbage or in
another's name changes nothing, and the admin is told.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.sso import services
from accounts.sso.events import ProviderMetadataFailed
from accounts.sso.models import IdentityProvider
from core.actor import system_actor
from core.errors import Invalid
from events.journal import publish
from tenants.context import current_tenant

EVERY = timedelta(hours=23)
"""Less than a day: the task comes once an hour, and a day's reading must not wait for the next."""

MOST_AT_ONCE = 5
"""Each may take as long as a request may; those that waited longest come first."""


def refresh_due() -> int:
    """Read the metadata and discovery documents whose turn it is; returns how many have changed."""
    due = timezone.now() - EVERY
    rows = IdentityProvider.objects.exclude(metadata_url="")
    longest_first = (F("metadata_read_at").asc(nulls_first=True), "id")
    waiting = rows.exclude(metadata_read_at__gt=due).order_by(*longest_first)
    return sum([_refresh(provider) for provider in waiting[:MOST_AT_ONCE]])


def _refresh(seen: IdentityProvider) -> bool:
    trouble, issuer, trust = "", "", {}
    # Before anything is locked: a provider that hangs must not hold a row for as long.
    try:
        issuer, trust = services.read_again(seen)
    except Invalid as wrong:
        trouble = "; ".join(str(each.message) for each in wrong.errors)[:500]
    if not trouble and issuer != seen.issuer:
        trouble = f"The metadata describes another provider: {issuer}"[:500]
    with transaction.atomic():
        provider = IdentityProvider.objects.select_for_update().filter(id=seen.id).first()
        if provider is None or _about(provider) != _about(seen):
            # Somebody changed it meanwhile: what was read was asked with what it no longer is.
            return False
        provider.metadata_read_at = timezone.now()
        before, provider.metadata_trouble = provider.metadata_trouble, trouble
        if trouble:
            if not before:
                publish(ProviderMetadataFailed(provider.id), by=system_actor(current_tenant()))
            provider.save(update_fields=["metadata_read_at", "metadata_trouble"])
            return False
        return _take(provider, trust)


def _about(provider: IdentityProvider) -> tuple[str, dict[str, Any]]:
    return provider.metadata_url, provider.trust


def _take(provider: IdentityProvider, trust: dict[str, Any]) -> bool:
    """Keep what was read; the word of whoever vouched was for this address, and stands."""
    before, provider.trust = provider.trust, trust
    fields = ["metadata_read_at", "metadata_trouble"]
    is_changed = before != trust
    if is_changed:
        provider.changed_at = timezone.now()
        fields += ["trust", "changed_at"]
        services.tell_change(system_actor(current_tenant()), provider, "trust", before, trust)
    provider.save(update_fields=fields)
    return is_changed
