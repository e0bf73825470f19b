"""Which tenant answers at a host name: a look-up in the public schema, cached for two seconds."""

import time
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from tenants.context import OPERATORS, in_public
from tenants.models import Domain, TenantState

CACHE_S = 2.0
_MOST_ENTRIES = 10_000

_cache: dict[str, tuple[float, "Host | None"]] = {}


@dataclass(frozen=True, slots=True)
class Host:
    """A host name that answers, and for whom."""

    slug: str
    tenant_id: UUID
    tenant_name: str
    is_root: bool


def bare(host: str) -> str:
    """Take the port, the case and the dot of a full name off a Host header."""
    name = host.rsplit(":", 1)[0] if ":" in host else host
    return name.lower().removesuffix(".")


def host_for(header: str) -> Host | None:
    """Find who answers at this Host header; None for unknown, suspended or unfinished tenants.

    Unknown names are remembered like known ones, so that a scan of names costs no more queries
    than there are names, and so that the two take equally long.
    """
    name = bare(header)
    now = time.monotonic()
    hit = _cache.get(name)
    if hit is not None and hit[0] > now:
        return hit[1]
    found = _look_up(name)
    if len(_cache) >= _MOST_ENTRIES:
        _cache.clear()
    _cache[name] = (now + CACHE_S, found)
    return found


def forget_hosts() -> None:
    """Drop this process's cached look-ups; the others follow within two seconds."""
    _cache.clear()


def domain_name(slug: str) -> str:
    """The host name that a slug gets: the root domain itself for operators."""
    root = settings.CHANCERY_ROOT_DOMAIN
    return root if slug == OPERATORS else f"{slug}.{root}"


def follow_root_domain() -> list[str]:
    """Move to the root domain of the settings whoever answers below another; returns their slugs.

    An address outside of it is refused before anybody is looked up: what is there is unreachable.
    """
    root = settings.CHANCERY_ROOT_DOMAIN
    with in_public():
        elsewhere = Domain.objects.filter(is_primary=True).exclude(
            Q(domain=root) | Q(domain__endswith=f".{root}")
        )
        moved = []
        for domain in elsewhere.select_related("tenant"):
            domain.domain = domain_name(domain.tenant.slug)
            moved.append(domain)
        Domain.objects.bulk_update(moved, ["domain"], batch_size=500)
    forget_hosts()
    return sorted(domain.tenant.slug for domain in moved)


def _look_up(name: str) -> Host | None:
    with in_public():
        row = (
            Domain.objects.filter(domain=name, tenant__state=TenantState.READY)
            .values_list("tenant__slug", "tenant_id", "tenant__name")
            .first()
        )
    if row is None:
        return None
    slug, tenant_id, tenant_name = row
    return Host(slug, tenant_id, tenant_name, is_root=slug == OPERATORS)
