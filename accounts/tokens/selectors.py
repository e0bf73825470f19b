"""Read tokens; never the secret, which is not kept."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from accounts.tokens.models import ApiToken
from core.actor import Actor
from core.errors import Forbidden
from core.permissions import Permission, Role

MOST = 200


def tokens_of(actor: Actor) -> list[ApiToken]:
    """The acting person's tokens that are good, newest first; not those of apps they let in."""
    return list(_good().filter(user_id=actor.user_id).order_by("-id")[:MOST])


def service_accounts(actor: Actor) -> list[tuple[User, list[ApiToken]]]:
    """Accounts of programs by name, each with its good tokens; two queries.

    Errors  Forbidden.
    """
    if not actor.may(Permission.TOKENS_MANAGE):
        raise Forbidden("token", _("Service accounts take a role that allows to manage tokens."))
    users = list(User.objects.filter(is_bot=True, role=Role.BOT).order_by("name", "id")[:MOST])
    tokens: dict[object, list[ApiToken]] = {}
    for row in _good().filter(user__in=users).order_by("-id"):
        tokens.setdefault(row.user_id, []).append(row)
    return [(user, tokens.get(user.id, [])) for user in users]


def _good():  # type: ignore[no-untyped-def]
    is_open = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return ApiToken.objects.filter(is_open, revoked_at=None, app_id=None)
