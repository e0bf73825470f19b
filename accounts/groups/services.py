"""Make groups and say who belongs to them. What a group gives is gained and lost with that."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.groups import access, hooks
from accounts.groups.events import (
    AddedToGroup,
    GroupCreated,
    GroupDeleted,
    GroupMembersAdded,
    GroupMembersRemoved,
    GroupUpdated,
    RemovedFromGroup,
)
from accounts.groups.models import Group, GroupMember
from accounts.groups.moving import begin
from accounts.groups.selectors import groups_above, groups_below, known_groups, people_in
from accounts.people.models import User
from core.actor import Actor
from core.errors import Conflict, Forbidden, Invalid
from core.permissions import Permission
from core.text import clean_name, clean_text
from events.journal import publish, publish_all

MOST_AT_ONCE = 10_000
_PER_EVENT = 500
_HANDLE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


@dataclass(frozen=True, slots=True)
class Members:
    """People and groups, as members of a group."""

    users: frozenset[UUID] = frozenset()
    children: frozenset[UUID] = frozenset()

    @classmethod
    def of(cls, users: Iterable[UUID] = (), children: Iterable[UUID] = ()) -> "Members":
        return cls(frozenset(users), frozenset(children))

    def without(self, others: "Members") -> "Members":
        """Those of these that are not among the others."""
        return Members(self.users - others.users, self.children - others.children)

    def __bool__(self) -> bool:
        return bool(self.users or self.children)


def create_group(
    actor: Actor,
    *,
    name: str,
    handle: str | None = None,
    description: str = "",
    members: Members | None = None,
    external_id: str | None = None,
    by_directory: bool = False,
) -> Group:
    """Make a group with these members in it.

    Errors  Forbidden; Invalid, naming the field; Conflict for a name or handle that is taken.
    """
    if not actor.may(Permission.GROUPS_MANAGE):
        raise Forbidden("group", _("Managing groups requires a role that allows it."))
    group = Group(
        name=clean_name(name, longest=120),
        handle=_clean_handle(handle),
        description=_clean_description(description),
        external_id=external_id,
        is_from_directory=by_directory,
    )
    with transaction.atomic():
        tenant = begin(actor)
        _save(group, force_insert=True)
        publish(GroupCreated(tenant, group.id, _told(group, _NAMES)), by=actor)
        if members:
            _add(actor, tenant, group, _known(members))
    return group


def update_group(
    actor: Actor, *, group_id: UUID, by_directory: bool = False, **changes: Any
) -> Group:
    """Change a group's `name`, `handle`, `description` or, for the directory, `external_id`.

    Errors  as `create_group`; NotFound; Conflict for a group of the directory.
    """
    with transaction.atomic():
        tenant = begin(actor)
        group = access.group_to_manage(actor, group_id, by_directory=by_directory)
        checked = {name: _CLEAN[name](value) for name, value in changes.items()}
        changed = [name for name, value in checked.items() if getattr(group, name) != value]
        if changed:
            before = _told(group, changed)
            for name in changed:
                setattr(group, name, checked[name])
            _save(group, update_fields=[*changed, "modified_at"])
            told = {"before": before, "after": _told(group, changed)}
            publish(GroupUpdated(tenant, group.id, tuple(sorted(changed)), **told), by=actor)
    return group


def delete_group(actor: Actor, *, group_id: UUID, by_directory: bool = False) -> None:
    """Delete a group; what it gave is lost at once. Its people stay."""
    with transaction.atomic():
        tenant = begin(actor)
        group = access.group_to_manage(actor, group_id, by_directory=by_directory)
        everybody = people_in([group.id])
        above = groups_above([group.id])
        fact = GroupDeleted(tenant, group_id, _told(group, _NAMES))
        group.delete()
        publish(fact, by=actor)
        hooks.tell(actor, users=everybody, groups=above, came=False)
        _tell_people(actor, RemovedFromGroup, group_id, everybody)


def add_members(
    actor: Actor, *, group_id: UUID, members: Members, by_directory: bool = False
) -> None:
    """Put people and groups into a group; those in it already stay as they are.

    Errors  NotFound, Forbidden by access, and where the group gives more than the actor may;
            Invalid for people or groups not known here; Conflict for a circle of groups.
    """
    with transaction.atomic():
        tenant = begin(actor)
        group = access.group_to_manage(actor, group_id, by_directory=by_directory)
        _add(actor, tenant, group, _known(members))


def remove_members(
    actor: Actor, *, group_id: UUID, members: Members, by_directory: bool = False
) -> None:
    """Take people and groups out of a group; what it gave them is lost at once."""
    with transaction.atomic():
        tenant = begin(actor)
        group = access.group_to_manage(actor, group_id, by_directory=by_directory)
        _remove(actor, tenant, group, members)


def set_members(
    actor: Actor, *, group_id: UUID, members: Members, by_directory: bool = False
) -> None:
    """Make these, and nobody else, the direct members of a group."""
    with transaction.atomic():
        tenant = begin(actor)
        group = access.group_to_manage(actor, group_id, by_directory=by_directory)
        present = _present(group)
        _remove(actor, tenant, group, present.without(members))
        _add(actor, tenant, group, _known(members.without(present)))


def leave_all_groups(actor: Actor, *, user_id: UUID) -> None:
    """Take a person out of every group; the caller has seen to it that the actor may."""
    with transaction.atomic():
        tenant = begin(actor)
        for group in Group.objects.filter(members__user_id=user_id).order_by("id"):
            _remove(actor, tenant, group, Members.of([user_id]))


def _add(actor: Actor, tenant: UUID, group: Group, members: Members) -> None:
    new = members.without(_present(group, among=members))
    if not new:
        return
    above = groups_above([group.id])
    access.check_reach(actor, above)
    if new.children and above & groups_below(new.children):
        words = _("Groups cannot contain each other in a circle.")
        raise Conflict.field("group_ids", words, code="circle")
    GroupMember.objects.bulk_create(
        [GroupMember(group=group, user_id=user_id) for user_id in sorted(new.users)]
        + [GroupMember(group=group, child_id=child_id) for child_id in sorted(new.children)],
        batch_size=1000,
    )
    _touch(group)
    for users, children in _parts(new):
        publish(GroupMembersAdded(tenant, group.id, users, children), by=actor)
    hooks.tell(actor, users=new.users | people_in(new.children), groups=above, came=True)
    _tell_people(actor, AddedToGroup, group.id, new.users)


def _remove(actor: Actor, tenant: UUID, group: Group, members: Members) -> None:
    gone = _present(group, among=members)
    if not gone:
        return
    rows = GroupMember.objects.filter(group=group)
    rows.filter(user_id__in=gone.users).delete()
    rows.filter(child_id__in=gone.children).delete()
    _touch(group)
    for users, children in _parts(gone):
        publish(GroupMembersRemoved(tenant, group.id, users, children), by=actor)
    everybody = gone.users | people_in(gone.children)
    hooks.tell(actor, users=everybody, groups=groups_above([group.id]), came=False)
    _tell_people(actor, RemovedFromGroup, group.id, gone.users)


def _present(group: Group, *, among: Members | None = None) -> Members:
    """The direct members of a group, or those of them that are among these."""
    rows = GroupMember.objects.filter(group=group)
    users, children = rows.exclude(user_id=None), rows.exclude(child_id=None)
    if among is not None:
        users = users.filter(user_id__in=among.users)
        children = children.filter(child_id__in=among.children)
    return Members.of(
        users.values_list("user_id", flat=True), children.values_list("child_id", flat=True)
    )


def _known(members: Members) -> Members:
    """Refuse whoever is not here; deactivated people may stand in groups."""
    if len(members.users) + len(members.children) > MOST_AT_ONCE:
        raise Invalid.field("members", _("Name at most 10,000 members at once."))
    words = _("Name people and groups of this organisation.")
    if User.objects.filter(id__in=members.users).count() != len(members.users):
        raise Invalid.field("user_ids", words)
    if known_groups(members.children) != members.children:
        raise Invalid.field("group_ids", words)
    return members


def _parts(members: Members) -> Iterable[tuple[tuple[UUID, ...], tuple[UUID, ...]]]:
    """Members in portions that make events of bounded size."""
    for users in batched(sorted(members.users), _PER_EVENT, strict=False):
        yield users, ()
    for children in batched(sorted(members.children), _PER_EVENT, strict=False):
        yield (), children


def _tell_people(
    actor: Actor,
    fact: type[AddedToGroup] | type[RemovedFromGroup],
    group_id: UUID,
    user_ids: Collection[UUID],
) -> None:
    """The same in the people's own streams: last, since the hooks lock conversations before."""
    for some in batched(sorted(user_ids), _PER_EVENT, strict=False):
        publish_all([fact(user_id, group_id) for user_id in some], by=actor)


def _touch(group: Group) -> None:
    group.modified_at = timezone.now()
    Group.objects.filter(id=group.id).update(modified_at=group.modified_at)


def _save(group: Group, **options: Any) -> None:
    group.modified_at = timezone.now()
    try:
        with transaction.atomic():
            group.save(**options)
    except IntegrityError as taken:
        field = "handle" if "handle" in str(taken) else "name"
        words = _("There is already a group with this name or handle.")
        raise Conflict.field(field, words, code="taken") from taken


_NAMES = ("name", "handle")
"""What tells a group from others, when it is made and when it is gone."""


def _told(group: Group, names: Iterable[str]) -> dict[str, str | None]:
    """Fields as the journal has them."""
    return {name: getattr(group, name) for name in names}


def _clean_group_name(value: str) -> str:
    return clean_name(value, longest=120)


def _clean_description(value: str) -> str:
    return clean_text(value, field="description", longest=250).strip() if value.strip() else ""


def _clean_handle(value: str | None) -> str | None:
    handle = (value or "").strip().removeprefix("@").lower()
    if not handle:
        return None
    if len(handle) > 40 or not set(handle) <= _HANDLE:
        words = _(
            "A handle may have at most 40 characters: letters a to z, digits, dots,"
            " dashes and underscores."
        )
        raise Invalid.field("handle", words)
    if handle in {"channel", "here", "everyone", "all"}:
        raise Invalid.field("handle", _("This handle mentions everybody; choose another."))
    return handle


def _as_given(value: Any) -> Any:
    return value


_CLEAN = {
    "name": _clean_group_name,
    "handle": _clean_handle,
    "description": _clean_description,
    "external_id": _as_given,
}
