"""Who may set identity providers up, and who looks after one of them."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.grants.access import reaches_any, within_reach
from accounts.grants.kinds import Grantable, grantable
from accounts.sso.models import IdentityProvider, ProviderGroupGrant, ProviderPersonGrant
from core.actor import Actor
from core.errors import Forbidden, NotFound
from core.permissions import Permission

PROVIDERS = grantable(
    Grantable(
        name="provider",
        label=_("identity provider"),
        people=ProviderPersonGrant,
        groups=ProviderGroupGrant,
        thing="provider",
        permission=Permission.IDENTITY_MANAGE,
        objects=IdentityProvider.objects.all,
        title=str,
    )
)
"""Who was granted a provider changes, tests and switches it; making and removing takes more."""


def check_may_manage(actor: Actor) -> None:
    """Let those pass who look after identity in the whole organisation.

    Errors  Forbidden.
    """
    if not actor.may(Permission.IDENTITY_MANAGE):
        raise Forbidden("identity_provider")


def may_open(actor: Actor) -> bool:
    """Say whether the actor looks after any provider."""
    return reaches_any(actor, PROVIDERS)


def providers_of(actor: Actor) -> QuerySet[IdentityProvider]:
    """The providers that the actor looks after: all by permission, else those granted."""
    return IdentityProvider.objects.filter(within_reach(actor, PROVIDERS))


def provider_to_manage(actor: Actor, provider_id: UUID, *, lock: bool = False) -> IdentityProvider:
    """Fetch a provider in order to look at it or to change it.

    Errors  Forbidden for whoever looks after none, NotFound.
    """
    rows = providers_of(actor)
    found = (rows.select_for_update() if lock else rows).filter(id=provider_id).first()
    if found is None:
        if not may_open(actor):
            raise Forbidden("identity_provider")
        raise NotFound("identity_provider")
    return found


def provider_to_remove(actor: Actor, provider_id: UUID) -> IdentityProvider:
    """Fetch and lock a provider in order to remove it: not for those who look after it alone.

    Errors  Forbidden, NotFound.
    """
    found = provider_to_manage(actor, provider_id, lock=True)
    check_may_manage(actor)
    return found
