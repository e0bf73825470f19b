"""Applies PATCH operations (RFC 7644, 3.5.2) to a resource, in the forms that providers send.

Okta sends objects without a path, Entra sends operations with a capital, truths as text, paths with
filters that find nothing yet, and removes members by a list of values.
"""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any, NamedTuple

from accounts.scim.errors import ScimError, invalid_path, invalid_value
from accounts.scim.filters import Both, Compare, Either, Filter, Not, Path, Present, read_path
from accounts.scim.resolve import Found, find
from accounts.scim.schema import Attribute, cleaned, value_of

MOST_OPERATIONS = 1000
_OPERATIONS = frozenset({"add", "replace", "remove"})


class Operation(NamedTuple):
    """One operation; without a path its value is an object of attributes."""

    op: str
    path: Path | None
    value: Any


def operations_of(sent: Any) -> list[Operation]:
    """The operations of a PATCH body, each with one path or none.

    Errors  ScimError.
    """
    if not isinstance(sent, dict):
        raise ScimError(400, "Send an object with Operations.", "invalidSyntax")
    listed = next((value for key, value in sent.items() if key.lower() == "operations"), None)
    if not isinstance(listed, list) or not listed:
        raise ScimError(400, "Operations is a list with at least one operation.", "invalidSyntax")
    if len(listed) > MOST_OPERATIONS:
        raise ScimError(413, f"Send at most {MOST_OPERATIONS} operations.", "tooMany")
    return [each for one in listed for each in _operation(one)]


def _operation(one: Any) -> list[Operation]:
    if not isinstance(one, dict):
        raise ScimError(400, "An operation is an object.", "invalidSyntax")
    given = {str(key).lower(): value for key, value in one.items()}
    op = str(given.get("op", "")).lower()
    if op not in _OPERATIONS:
        raise ScimError(400, "op is add, replace or remove.", "invalidSyntax")
    path, value = given.get("path"), given.get("value")
    if op != "remove" and "value" not in given:
        raise invalid_value(f"To {op} takes a value.")
    if path:
        return [Operation(op, read_path(str(path)), value)]
    if op == "remove":
        raise ScimError(400, "Removing takes a path.", "noTarget")
    if not isinstance(value, dict):
        raise invalid_value("Without a path the value is an object.")
    return [Operation(op, *pair) for key, inner in value.items() for pair in _flat(key, inner)]


def _flat(key: str, value: Any) -> list[tuple[Path | None, Any]]:
    """`{"name.familyName": …}` and `{"emails[type eq \\"work\\"].value": …}` are paths, too."""
    if key.lower() in ("schemas", "id", "meta", "groups"):
        return []
    return [(read_path(key), value)]


def patched(kind: str, resource: dict[str, Any], operations: list[Operation]) -> dict[str, Any]:
    """The resource after all operations, in its canonical form; the one given stays as it was.

    Errors  ScimError, for all operations or for none.
    """
    fresh = deepcopy(resource)
    for operation in operations:
        _apply(kind, fresh, operation)
    return cleaned(kind, fresh)


def _apply(kind: str, resource: dict[str, Any], operation: Operation) -> None:
    assert operation.path is not None
    name = operation.path.name
    what = find(kind, name)
    if what is None:
        # Providers send attributes of their own: what nobody knows is let pass, as in a POST.
        if name.attribute.isidentifier() and not name.schema and operation.path.where is None:
            return
        raise invalid_path(f"The path {name.attribute!r} names no attribute.")
    if what.attribute.is_read_only:
        if what.attribute.name in ("id", "meta", "schemas", "groups"):
            raise ScimError(400, f"{what.attribute.name} cannot be changed.", "mutability")
        return
    target = resource
    if what.extension:
        if operation.op == "remove" and what.extension not in resource:
            return
        target = resource.setdefault(what.extension, {})
    if operation.path.where is not None:
        _some_values(target, what, operation)
    elif what.attribute.kind == "complex" and what.sub is not None:
        _part(target, what, operation)
    else:
        _whole(target, what.attribute, operation)


def _whole(target: dict[str, Any], attribute: Attribute, operation: Operation) -> None:
    name = attribute.name
    if operation.op == "remove":
        if operation.value in (None, [], "") or not attribute.is_many:
            target.pop(name, None)
        else:
            gone = [_key(one) for one in value_of(attribute, operation.value)]
            target[name] = [one for one in target.get(name, []) if _key(one) not in gone]
        return
    value = value_of(attribute, operation.value)
    if value is None:
        target.pop(name, None)
    elif attribute.is_many and operation.op == "add":
        present = target.get(name, [])
        new = [one for one in value if one not in present]
        if any(isinstance(one, dict) and one.get("primary") for one in new):
            present = [_not_primary(one) for one in present]
        target[name] = present + new
    elif attribute.kind == "complex" and not attribute.is_many:
        # Of an object the parts are replaced that are named.
        target[name] = {**target.get(name, {}), **value}
    else:
        target[name] = value


def _part(target: dict[str, Any], what: Found, operation: Operation) -> None:
    """`name.familyName`, or a part of each value of `emails`."""
    sub = what.sub
    assert sub is not None
    if what.attribute.is_many:
        for one in target.get(what.attribute.name, []):
            _set(one, sub, operation)
        return
    whole = target.setdefault(what.attribute.name, {})
    _set(whole, sub, operation)
    if not whole:
        target.pop(what.attribute.name)


def _set(whole: dict[str, Any], sub: Attribute, operation: Operation) -> None:
    value = None if operation.op == "remove" else value_of(sub, operation.value)
    if value is None:
        whole.pop(sub.name, None)
    else:
        whole[sub.name] = value


def _some_values(target: dict[str, Any], what: Found, operation: Operation) -> None:
    """`emails[type eq "work"]` and `emails[type eq "work"].value`."""
    attribute, where = what.attribute, operation.path.where  # type: ignore[union-attr]
    assert where is not None
    if not attribute.is_many:
        raise invalid_path(f"{attribute.name} has no several values.")
    values = target.get(attribute.name, [])
    chosen = [one for one in values if isinstance(one, dict) and _matches(attribute, where, one)]
    if operation.op == "remove":
        if what.sub is None:
            target[attribute.name] = [one for one in values if one not in chosen]
        for one in chosen if what.sub is not None else ():
            one.pop(what.sub.name, None)
        return
    if not chosen:
        # Entra adds the first work address by a path that does not find one yet.
        fresh = _as_described(attribute, where)
        values = target.setdefault(attribute.name, [])
        values.append(fresh)
        chosen = [fresh]
    for one in chosen:
        if what.sub is not None:
            _set(one, what.sub, operation)
        else:
            one.update(value_of(attribute, operation.value, is_element=True) or {})
    if any(one.get("primary") for one in chosen):
        _give_way(one for one in values if not any(one is another for another in chosen))


def _give_way(others: Iterable[dict[str, Any]]) -> None:
    """RFC 7644, 3.5.2: what is primary from now on takes that from the others."""
    for one in others:
        if one.get("primary"):
            one["primary"] = False


def _matches(attribute: Attribute, tree: Filter, value: dict[str, Any]) -> bool:
    match tree:
        case Both(left, right):
            return _matches(attribute, left, value) and _matches(attribute, right, value)
        case Either(left, right):
            return _matches(attribute, left, value) or _matches(attribute, right, value)
        case Not(inner):
            return not _matches(attribute, inner, value)
        case Present(name):
            return bool(value.get(_sub(attribute, name.attribute).name))
        case Compare(name, operator, wanted):
            sub = _sub(attribute, name.attribute)
            return _compares(value.get(sub.name), operator, wanted, sub)
        case _:
            raise invalid_path("Brackets do not stand within brackets.")


def _compares(value: Any, operator: str, wanted: Any, sub: Attribute) -> bool:
    if sub.kind == "boolean":
        is_same = bool(value) == (str(wanted).lower() == "true")
        return is_same if operator == "eq" else not is_same
    if value is None or wanted is None:
        return (value == wanted) == (operator == "eq")
    one, other = str(value), str(wanted)
    if not sub.is_exact:
        one, other = one.lower(), other.lower()
    return _TESTS[operator](one, other)


_TESTS = {
    "eq": lambda one, other: one == other,
    "ne": lambda one, other: one != other,
    "co": lambda one, other: other in one,
    "sw": lambda one, other: one.startswith(other),
    "ew": lambda one, other: one.endswith(other),
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
}


def _as_described(attribute: Attribute, tree: Filter) -> dict[str, Any]:
    """A new value that the filter would find: `type eq "work"` makes `{"type": "work"}`."""
    if isinstance(tree, Both):
        return {**_as_described(attribute, tree.left), **_as_described(attribute, tree.right)}
    if isinstance(tree, Compare) and tree.operator == "eq" and tree.value is not None:
        sub = _sub(attribute, tree.name.attribute)
        return {sub.name: value_of(sub, tree.value)}
    raise ScimError(400, "No value is like that.", "noTarget")


def _sub(attribute: Attribute, name: str) -> Attribute:
    sub = attribute.sub(name)
    if sub is None:
        raise invalid_path(f"{attribute.name} has no part {name!r}.")
    return sub


def _key(value: Any) -> Any:
    return value.get("value", value) if isinstance(value, dict) else value


def _not_primary(value: Any) -> Any:
    return {**value, "primary": False} if isinstance(value, dict) and "primary" in value else value


def members_named(operation: Operation) -> list[str] | None:
    """The ids that an operation on `members` names; None where it means all of them.

    Errors  ScimError for another path than those that providers use.
    """
    assert operation.path is not None
    ids = []
    if operation.path.where is not None:
        ids = _ids_in(operation.path.where)
    elif operation.value in (None, [], "") and operation.op == "remove":
        return None
    values = operation.value if isinstance(operation.value, list) else [operation.value]
    for one in values if operation.path.where is None else ():
        value = _key(one)
        if not isinstance(value, str):
            raise invalid_value("A member is an object with a value.")
        ids.append(value)
    return ids


def _ids_in(tree: Filter) -> list[str]:
    if isinstance(tree, Either):
        return _ids_in(tree.left) + _ids_in(tree.right)
    is_eq = isinstance(tree, Compare) and tree.operator == "eq"
    if is_eq and tree.name.attribute.lower() == "value":
        return [str(tree.value)]
    raise invalid_path('Members are chosen by members[value eq "…"].')
