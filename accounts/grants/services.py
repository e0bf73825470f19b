"""Grant an identity provider, a service account and their like to people and groups."""

from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission as TablePermission
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.grants import access
from accounts.grants.events import ObjectGrantGiven, ObjectGrantTaken
from accounts.grants.kinds import Grantable, kind_named
from accounts.grants.selectors import open_consoles
from accounts.groups.hooks import Moved, on_moved
from accounts.groups.models import Group
from accounts.groups.moving import begin
from accounts.groups.selectors import people_in
from accounts.people.models import User
from accounts.roles.refreshing import refresh
from core.actor import Actor
from core.errors import Invalid
from events.journal import publish


def grant(
    actor: Actor,
    *,
    kind: str,
    object_id: UUID,
    user_id: UUID | None = None,
    group_id: UUID | None = None,
) -> bool:
    """Let a person, or everybody in a group, look after one thing; returns whether that is new.

    They find it in the console with the commit. Granting twice is once.
    Errors  NotFound, Forbidden by access; Invalid for nobody known here.
    """
    found = kind_named(kind)
    if found.give is not None:
        return found.give(actor, object_id, user_id, group_id)
    access.object_to_grant(actor, found, object_id)
    holder = holder_of(user_id, group_id)
    with transaction.atomic():
        # Roles and groups change under the same lock: who joins at this moment is not missed.
        begin(actor)
        access.object_to_grant(actor, found, object_id)
        is_new = write(actor, found, object_id, holder)
        if is_new:
            _refresh(user_id, group_id)
    return is_new


def take_grant(
    actor: Actor,
    *,
    kind: str,
    object_id: UUID,
    user_id: UUID | None = None,
    group_id: UUID | None = None,
) -> bool:
    """Take a grant back: it is lost with the commit; returns if there was one.

    Errors  NotFound, Forbidden by access.
    """
    found = kind_named(kind)
    if found.take is not None:
        return found.take(actor, object_id, user_id, group_id)
    access.object_to_grant(actor, found, object_id)
    with transaction.atomic():
        begin(actor)
        was_there = erase(actor, found, object_id, user_id, group_id)
        if was_there:
            _refresh(user_id, group_id)
    return was_there


def write(actor: Actor, kind: Grantable, object_id: UUID, holder: User | Group) -> bool:
    """Write a grant, and that it was given; False where it was there.

    For a kind's own services, which have asked who may, and hold what orders such changes.
    """
    user_id, group_id = (holder.id, None) if isinstance(holder, User) else (None, holder.id)
    rows = _rows(kind, object_id, user_id, group_id)
    if rows.exists():
        return False
    about = {kind.thing_id: object_id, "user_id" if user_id else "group_id": holder.id}
    if kind.codename:
        about["permission"] = TablePermission.objects.get(codename=kind.codename)
    rows.model.objects.create(**about)
    publish(ObjectGrantGiven(object_id, kind.name, user_id, group_id), by=actor)
    return True


def erase(
    actor: Actor, kind: Grantable, object_id: UUID, user_id: UUID | None, group_id: UUID | None
) -> bool:
    """Take a grant away, and write that it was; False where there was none. As `write`."""
    taken, _gone = _rows(kind, object_id, user_id, group_id).delete()
    if taken:
        publish(ObjectGrantTaken(object_id, kind.name, user_id, group_id), by=actor)
    return bool(taken)


def holder_of(user_id: UUID | None, group_id: UUID | None) -> User | Group:
    """Whom something is granted to.

    Errors  Invalid where not exactly one is named, or nobody known here.
    """
    if (user_id is None) == (group_id is None):
        raise Invalid.field("user_id", _("Name either a person or a group."))
    if user_id is not None:
        found: User | Group | None = User.objects.filter(id=user_id, is_active=True).first()
        field = "user_id"
    else:
        found, field = Group.objects.filter(id=group_id).first(), "group_id"
    if found is None:
        raise Invalid.field(field, _("Name a person or group of this organisation."))
    return found


@on_moved
def refresh_moved(actor: Actor, moved: Moved) -> None:
    """Whoever comes into a group with a grant finds the console open, and loses it so."""
    if moved.came and open_consoles(moved.group_ids):
        refresh(moved.user_ids)


def _refresh(user_id: UUID | None, group_id: UUID | None) -> None:
    refresh({user_id} if user_id else people_in([group_id] if group_id else []))


def _rows(
    kind: Grantable, object_id: UUID, user_id: UUID | None, group_id: UUID | None
) -> QuerySet[Any]:
    if user_id is not None:
        return kind.people.objects.filter(**{kind.thing_id: object_id}, user_id=user_id)
    return kind.groups.objects.filter(**{kind.thing_id: object_id}, group_id=group_id)
