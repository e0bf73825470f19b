"""Who may change what an organisation has decided."""

from django.utils.translation import gettext_lazy as _

from accounts.policies.models import Policy
from core.actor import Actor
from core.errors import Forbidden


def check_may_change(actor: Actor, kind: type[Policy]) -> None:
    """Refuse whoever may not change this kind of policy.

    Errors  Forbidden.
    """
    if not may_change(actor, kind):
        raise Forbidden("policy", _("Your role does not let you change this policy."))


def may_change(actor: Actor, kind: type[Policy]) -> bool:
    """Say whether the actor may change this kind of policy."""
    return actor.may(kind.permission)
