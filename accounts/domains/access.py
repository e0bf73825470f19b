"""Who may claim e-mail domains for the organisation."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.domains.models import DomainProof
from core.actor import Actor
from core.errors import Forbidden, NotFound
from core.permissions import Permission


def check_may_manage(actor: Actor) -> None:
    """Refuse whoever does not look after how people sign in.

    Errors  Forbidden.
    """
    if not actor.may(Permission.IDENTITY_MANAGE):
        raise Forbidden("domain", _("Your role does not let you manage e-mail domains."))


def domain_for(actor: Actor, domain_id: UUID, *, lock: bool = False) -> DomainProof:
    """Fetch a claimed domain in order to change it.

    Errors  Forbidden, NotFound.
    """
    check_may_manage(actor)
    rows = DomainProof.objects.select_for_update() if lock else DomainProof.objects
    row = rows.filter(id=domain_id).first()
    if row is None:
        raise NotFound("domain")
    return row
