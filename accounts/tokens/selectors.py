"""Read tokens; never the secret, which is not kept."""

from django.db.models import Q
from django.utils import timezone

from accounts.people.models import User
from accounts.tokens import access
from accounts.tokens.models import ApiToken
from core.actor import Actor

MOST = 200


def tokens_of(actor: Actor) -> list[ApiToken]:
    """The acting person's tokens that are good, newest first; not those of apps they let in."""
    return list(_good().filter(user_id=actor.user_id).order_by("-id")[:MOST])


def service_accounts(actor: Actor) -> list[tuple[User, list[ApiToken]]]:
    """The accounts of programs that one looks after, by name, each with its good tokens.

    Errors  Forbidden for whoever looks after none.
    """
    if not access.may_open(actor):
        access.check_may_manage(actor)
    users = list(access.bots_of(actor).order_by("name", "id")[:MOST])
    tokens: dict[object, list[ApiToken]] = {}
    for row in _good().filter(user__in=users).order_by("-id"):
        tokens.setdefault(row.user_id, []).append(row)
    return [(user, tokens.get(user.id, [])) for user in users]


def _good():  # type: ignore[no-untyped-def]
    is_open = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return ApiToken.objects.filter(is_open, revoked_at=None, app_id=None)
