"""Who may grant what, and who was granted it: decided here for all kinds but channels."""

from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.grants.kinds import Grantable
from accounts.groups.selectors import group_ids_in_sql
from core.actor import Actor
from core.errors import Forbidden, NotFound


def object_to_grant(actor: Actor, kind: Grantable, object_id: UUID) -> Model:
    """Fetch what is to be granted, or looked at for its grants.

    A grant is not to be handed on: granting takes the permission itself.
    Errors  Forbidden; NotFound.
    """
    check_may_grant(actor, kind)
    found = kind.objects().filter(id=object_id).first()
    if found is None:
        raise NotFound(kind.name)
    return found


def check_may_grant(actor: Actor, kind: Grantable) -> None:
    """Let those pass who have the kind's permission in the whole organisation."""
    if not actor.may(kind.permission):
        raise Forbidden("grant", _("Only somebody who may look after all of them may grant one."))


def granted_to(actor: Actor, kind: Grantable) -> QuerySet[Any]:
    """The ids of what the actor was granted, themselves or by a group; to filter by, in SQL."""
    if actor.user_id is None:
        return kind.people.objects.none().values(kind.thing_id)
    mine = kind.people.objects.filter(user_id=actor.user_id).values(kind.thing_id)
    ours = kind.groups.objects.filter(group_id__in=group_ids_in_sql(actor.user_id))
    return mine.union(ours.values(kind.thing_id))


def within_reach(actor: Actor, kind: Grantable) -> Q:
    """A filter: all of them by permission, else those that were granted."""
    return Q() if actor.may(kind.permission) else Q(id__in=granted_to(actor, kind))


def reaches_any(actor: Actor, kind: Grantable) -> bool:
    """Say whether the actor looks after any of a kind; a query for those without the permission."""
    return actor.may(kind.permission) or granted_to(actor, kind).exists()
