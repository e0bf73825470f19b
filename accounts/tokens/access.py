"""Who looks after service accounts: all of them, or one."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.grants.access import reaches_any, within_reach
from accounts.grants.kinds import Grantable, grantable
from accounts.people.models import User
from accounts.tokens.models import BotGroupGrant, BotPersonGrant
from core.actor import Actor
from core.errors import Forbidden, NotFound
from core.permissions import Permission, Role


def every_bot() -> QuerySet[User]:
    """The accounts of programs."""
    return User.objects.filter(is_bot=True, role=Role.BOT)


BOTS = grantable(
    Grantable(
        name="bot",
        label=_("service account"),
        people=BotPersonGrant,
        groups=BotGroupGrant,
        thing="bot",
        permission=Permission.TOKENS_MANAGE,
        objects=every_bot,
        title=str,
    )
)
"""Who was granted a service account makes and ends its tokens; making and ending it takes more."""


def check_may_manage(actor: Actor) -> None:
    """Let those pass who look after every token.

    Errors  Forbidden.
    """
    if not actor.may(Permission.TOKENS_MANAGE):
        raise Forbidden(
            "token", _("Managing service accounts requires a role that may manage tokens.")
        )


def may_open(actor: Actor) -> bool:
    """Say whether the actor looks after any service account."""
    return reaches_any(actor, BOTS)


def bots_of(actor: Actor) -> QuerySet[User]:
    """The service accounts that the actor looks after: all by permission, else those granted."""
    return every_bot().filter(within_reach(actor, BOTS))


def bot_to_manage(actor: Actor, user_id: UUID) -> User:
    """Fetch a service account that is not ended, in order to make or end its tokens.

    Errors  Forbidden for whoever looks after none, NotFound.
    """
    found = bots_of(actor).filter(id=user_id, is_active=True).first()
    if found is None:
        if not may_open(actor):
            check_may_manage(actor)
        raise NotFound("user")
    return found
