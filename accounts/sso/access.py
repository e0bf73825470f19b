"""Who may set identity providers up."""

from uuid import UUID

from accounts.sso.models import IdentityProvider
from core.actor import Actor
from core.errors import Forbidden, NotFound
from core.permissions import Permission


def check_may_manage(actor: Actor) -> None:
    """Let those pass who look after identity.

    Errors  Forbidden.
    """
    if not actor.may(Permission.IDENTITY_MANAGE):
        raise Forbidden("identity_provider")


def provider_to_manage(actor: Actor, provider_id: UUID, *, lock: bool = False) -> IdentityProvider:
    """Fetch a provider in order to look at it or to change it.

    Errors  Forbidden, NotFound.
    """
    check_may_manage(actor)
    rows = IdentityProvider.objects.all()
    found = (rows.select_for_update() if lock else rows).filter(id=provider_id).first()
    if found is None:
        raise NotFound("identity_provider")
    return found
