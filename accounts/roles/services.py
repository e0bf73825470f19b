"""Make an organisation's own roles, and give them to people and groups."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.groups.models import Group
from accounts.groups.moving import begin
from accounts.groups.selectors import people_in
from accounts.people.models import User
from accounts.roles import access
from accounts.roles.events import RoleCreated, RoleDeleted, RoleGiven, RoleTaken, RoleUpdated
from accounts.roles.models import CustomRole, RoleAssignment
from accounts.roles.places import places
from accounts.roles.refreshing import refresh, refresh_holders
from core.actor import Actor
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.permissions import Permission
from core.text import clean_name, clean_text
from events.journal import publish

RESERVED = frozenset({Permission.OWNERS_MANAGE})
"""Belongs to owners alone: a role of the organisation never makes owners."""


def create_role(
    actor: Actor, *, name: str, permissions: Iterable[str], description: str = ""
) -> CustomRole:
    """Make a role of these permissions.

    Errors  Forbidden where the actor lacks one of them; Invalid, naming the field; Conflict for a
            name that is taken.
    """
    names = check_permissions(actor, permissions)
    role = CustomRole(
        name=clean_name(name), description=_description(description), permissions=list(names)
    )
    with transaction.atomic():
        tenant = _begin(actor)
        _save(role, force_insert=True)
        publish(RoleCreated(tenant, role.id, names, _told(vars(role), _WORDS)), by=actor)
    return role


def update_role(
    actor: Actor,
    *,
    role_id: UUID,
    name: str | None = None,
    description: str | None = None,
    permissions: Iterable[str] | None = None,
) -> CustomRole:
    """Change a role; whoever has it has what it grants then, with the commit.

    Errors  as `create_role`; NotFound; Forbidden for a role that grants more than the actor may.
    """
    with transaction.atomic():
        tenant = _begin(actor)
        role = _role(actor, role_id)
        before = tuple(role.permissions)
        after = before if permissions is None else check_permissions(actor, permissions)
        was = {"name": role.name, "description": role.description}
        role.name = role.name if name is None else clean_name(name)
        role.description = role.description if description is None else _description(description)
        role.permissions = list(after)
        changed = [word for word, value in was.items() if value != getattr(role, word)]
        if not changed and before == after:
            return role
        _save(role)
        said = [_told(values, changed) for values in (was, vars(role))]
        publish(RoleUpdated(tenant, role.id, before, after, *said), by=actor)
        refresh_holders(list(role.assignments.all()))
    return role


def delete_role(actor: Actor, *, role_id: UUID) -> None:
    """Delete a role; nobody has it any more."""
    with transaction.atomic():
        tenant = _begin(actor)
        role = _role(actor, role_id)
        holders = list(role.assignments.all())
        fact = RoleDeleted(tenant, role_id, tuple(role.permissions), _told(vars(role), _WORDS))
        role.delete()
        publish(fact, by=actor)
        refresh_holders(holders)


def give_role(
    actor: Actor,
    *,
    role_id: UUID,
    user_id: UUID | None = None,
    group_id: UUID | None = None,
    over_group_id: UUID | None = None,
    over_conversation_id: UUID | None = None,
) -> RoleAssignment:
    """Give a role to a person or a group, everywhere or over one group or channel; twice is once.

    Errors  Forbidden for a role that grants more than the actor may, and for oneself; NotFound;
            Invalid where not exactly one holder, or more than one limit, is named.
    """
    if (user_id is None) == (group_id is None):
        raise Invalid.field("user_id", _("Name either a person or a group."))
    if over_group_id is not None and over_conversation_id is not None:
        raise Invalid.field("over_group_id", _("Limit a role to a group or a channel, not both."))
    if user_id is not None and user_id == actor.user_id:
        raise Forbidden("role", _("Let somebody else give roles to you."), code="own_rights")
    _check_holder(user_id, group_id, over_group_id)
    if over_conversation_id is not None and not places().knows(actor, over_conversation_id):
        raise Invalid.field("over_conversation_id", _("Name a channel that you may see."))
    where = {
        "user_id": user_id,
        "group_id": group_id,
        "over_group_id": over_group_id,
        "over_conversation_id": over_conversation_id,
    }
    with transaction.atomic():
        tenant = _begin(actor)
        role = _role(actor, role_id)
        row, created = RoleAssignment.objects.get_or_create(
            role=role, **where, defaults={"assigned_by_id": actor.user_id}
        )
        if created:
            publish(RoleGiven(tenant, row.id, role.id, **where), by=actor)
            refresh({user_id} if user_id else people_in([group_id] if group_id else []))
    return row


def take_role(actor: Actor, *, assignment_id: UUID) -> None:
    """Take a role back; what it granted is lost with the commit."""
    with transaction.atomic():
        tenant = _begin(actor)
        access.check_manages(actor)
        row = RoleAssignment.objects.filter(id=assignment_id).first()
        if row is None:
            raise NotFound("role")
        _role(actor, row.role_id)
        row.delete()
        fact = RoleTaken(
            tenant,
            assignment_id,
            row.role_id,
            row.user_id,
            row.group_id,
            row.over_group_id,
            row.over_conversation_id,
        )
        publish(fact, by=actor)
        refresh_holders([row])


def check_permissions(actor: Actor, permissions: Iterable[str]) -> tuple[str, ...]:
    """The names as they may be stored; refuses like `create_role`, and stores nothing."""
    access.check_manages(actor)
    names = sorted(set(permissions))
    unknown = [name for name in names if name not in set(Permission)]
    if unknown:
        words = _("There is no permission %(name)s.") % {"name": unknown[0][:60]}
        raise Invalid.field("permissions", words)
    if not names:
        raise Invalid.field("permissions", _("Choose at least one permission."))
    if reserved := sorted(RESERVED & set(names)):
        words = _("%(name)s belongs to owners alone.") % {"name": reserved[0]}
        raise Invalid.field("permissions", words)
    access.check_within(actor, names)
    return tuple(names)


def _begin(actor: Actor) -> UUID:
    """Hold the organisation's stream, as changes of groups do: grants are refreshed in order."""
    return begin(actor)


def _role(actor: Actor, role_id: UUID) -> CustomRole:
    access.check_manages(actor)
    role = CustomRole.objects.select_for_update().filter(id=role_id).first()
    if role is None:
        raise NotFound("role")
    access.check_within(actor, role.permissions)
    return role


def _check_holder(user_id: UUID | None, group_id: UUID | None, over: UUID | None) -> None:
    if user_id is not None and not User.objects.filter(id=user_id).exists():
        raise Invalid.field("user_id", _("Name somebody of this organisation."))
    for field, id_ in (("group_id", group_id), ("over_group_id", over)):
        if id_ is not None and not Group.objects.filter(id=id_).exists():
            raise Invalid.field(field, _("Name a group of this organisation."))


_WORDS = ("name", "description")


def _told(values: Mapping[str, str], words: Iterable[str]) -> dict[str, str]:
    return {word: values[word] for word in words}


def _description(value: str) -> str:
    return clean_text(value, field="description", longest=250).strip() if value.strip() else ""


def _save(role: CustomRole, **options: bool) -> None:
    try:
        with transaction.atomic():
            role.save(**options)
    except IntegrityError as taken:
        words = _("There is already a role with this name.")
        raise Conflict.field("name", words, code="taken") from taken
