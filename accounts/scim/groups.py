"""Groups by SCIM, through the services of groups: nested ones too, large ones by what changes."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.groups import services
from accounts.groups.access import check_reach
from accounts.groups.models import Group
from accounts.groups.selectors import groups_above, known_groups
from accounts.groups.services import Members
from accounts.people.models import User
from accounts.scim.errors import ScimError, invalid_path, invalid_value
from accounts.scim.patching import Operation, members_named
from accounts.scim.people import Directory
from accounts.scim.schema import attributes_of, cleaned, value_of


def create(directory: Directory, sent: Any) -> Group:
    """Make a group with its members."""
    wanted = cleaned("Group", sent)
    return services.create_group(
        directory.actor,
        name=_name(wanted),
        external_id=wanted.get("externalId"),
        members=_members(_values(wanted)),
        by_directory=True,
    )


def replace(directory: Directory, group: Group, sent: Any) -> None:
    """Make a group what was sent, members and all."""
    wanted = cleaned("Group", sent)
    with transaction.atomic():
        _take_over(directory, group)
        services.update_group(
            directory.actor,
            group_id=group.id,
            name=_name(wanted),
            external_id=wanted.get("externalId"),
            by_directory=True,
        )
        _set(directory, group, _members(_values(wanted)))


def patch(directory: Directory, group: Group, operations: list[Operation]) -> None:
    """Apply operations, all or none. Members are added and taken without reading the others."""
    with transaction.atomic():
        _take_over(directory, group)
        for operation in operations:
            _apply(directory, group, operation)


def remove(directory: Directory, group: Group) -> None:
    """Delete a group; what it gave is lost at once."""
    with transaction.atomic():
        _take_over(directory, group)
        services.delete_group(directory.actor, group_id=group.id, by_directory=True)


def locked_group(id_: str) -> Group:
    """The group with this id; 404 where there is none."""
    try:
        group = Group.objects.filter(id=UUID(id_)).first()
    except ValueError:
        group = None
    if group is None:
        raise ScimError(404, "There is no such group.")
    return group


def _take_over(directory: Directory, group: Group) -> None:
    """What the directory changes is the directory's from then on.

    Errors  Forbidden for a group of ours that gives more than whoever made the token may do.
    """
    if not group.is_from_directory:
        check_reach(directory.voucher, groups_above({group.id}))
        Group.objects.filter(id=group.id).update(is_from_directory=True)


def _apply(directory: Directory, group: Group, operation: Operation) -> None:
    assert operation.path is not None
    name = operation.path.name.attribute.lower()
    if name == "members":
        _apply_members(directory, group, operation)
    elif name == "displayname":
        if operation.op == "remove":
            raise ScimError(400, "A group has a displayName.", "mutability")
        _update(directory, group, name=_needed(_text("displayname", operation.value)))
    elif name == "externalid":
        is_gone = operation.op == "remove"
        _update(
            directory,
            group,
            external_id=None if is_gone else _text("externalid", operation.value),
        )
    elif name in ("id", "meta", "schemas"):
        raise ScimError(400, f"{name} cannot be changed.", "mutability")
    elif operation.path.name.schema:
        raise invalid_path("A group has no such attribute.")


def _apply_members(directory: Directory, group: Group, operation: Operation) -> None:
    named = members_named(operation)
    if operation.op == "replace" and operation.path is not None and operation.path.where is None:
        _set(directory, group, _members(named or []))
    elif operation.op == "remove":
        members = Members() if named is None else _members(named, is_strict=False)
        if named is None:
            _set(directory, group, Members())
        else:
            services.remove_members(
                directory.actor, group_id=group.id, members=members, by_directory=True
            )
    else:
        services.add_members(
            directory.actor, group_id=group.id, members=_members(named or []), by_directory=True
        )


def _set(directory: Directory, group: Group, members: Members) -> None:
    services.set_members(directory.actor, group_id=group.id, members=members, by_directory=True)


def _update(directory: Directory, group: Group, **changes: Any) -> None:
    services.update_group(directory.actor, group_id=group.id, by_directory=True, **changes)


def _text(name: str, value: Any) -> str | None:
    return value_of(attributes_of("Group")[name], value)


def _name(wanted: dict[str, Any]) -> str:
    return _needed(wanted.get("displayName"))


def _needed(name: str | None) -> str:
    if not name:
        raise invalid_value("displayName is needed.")
    return name


def _values(wanted: dict[str, Any]) -> list[str]:
    return [str(one.get("value", "")) for one in wanted.get("members", [])]


def _members(values: Iterable[str], *, is_strict: bool = True) -> Members:
    """The people and groups that these ids name.

    Errors  400 for an id that names nobody, unless they are to be taken out anyway.
    """
    ids = set()
    for value in values:
        try:
            ids.add(UUID(value))
        except ValueError as wrong:
            if is_strict:
                raise invalid_value(f"Nobody here has the id {value[:60]!r}.") from wrong
    children = known_groups(ids)
    people = ids - children
    if is_strict:
        there = User.objects.filter(id__in=people, is_bot=False, scim__deleted_at=None)
        if unknown := people - set(there.values_list("id", flat=True)):
            raise invalid_value(f"Nobody here has the id {sorted(unknown)[0]}.")
    return Members.of(people, children)
