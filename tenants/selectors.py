"""Reads of the catalogue of tenants."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.errors import NotFound
from tenants.context import in_public
from tenants.models import Tenant, TenantState


def existing_slug(slug: str) -> str:
    """The slug, when there is such a tenant and its schema is whole.

    Errors  NotFound.
    """
    with in_public():
        found = Tenant.objects.filter(slug=slug).exclude(state=TenantState.CREATING).exists()
    if not found:
        raise NotFound("tenant", _("There is no tenant %(slug)s.") % {"slug": slug})
    return slug


def tenant_id(slug: str) -> UUID:
    """The id of a tenant, which names its stream of events."""
    with in_public():
        return Tenant.objects.values_list("id", flat=True).get(slug=slug)


def slugs_with_a_schema() -> list[str]:
    """Every tenant that has data, whether it answers or not."""
    with in_public():
        made = Tenant.objects.exclude(state=TenantState.CREATING)
        return list(made.order_by("slug").values_list("slug", flat=True))
