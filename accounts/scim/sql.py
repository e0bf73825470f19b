"""What a filter means in SQL. Values are parameters, and names come from the schemas.

People and groups are asked as documents (`doc`), so that every attribute can be filtered by; those
that providers ask for with every request have columns with an index.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from accounts.scim.errors import invalid_filter
from accounts.scim.filters import Both, Compare, Either, Filter, Name, Not, Present, Some
from accounts.scim.resolve import Found, found
from accounts.scim.schema import Attribute


@dataclass
class Compiled:
    """A condition and its parameters, in their order."""

    sql: str
    params: list[Any] = field(default_factory=list)


type Fast = Callable[[Compare], Compiled | None]
"""Answers the comparisons that an index serves, and None to all others."""


@dataclass(frozen=True)
class Kind:
    """How one kind of resource is asked for."""

    name: str
    fast: Fast
    created: str
    modified: str


def compiled(kind: Kind, tree: Filter) -> Compiled:
    """The condition of a filter."""
    match tree:
        case Both(left, right):
            return _joined(" AND ", compiled(kind, left), compiled(kind, right))
        case Either(left, right):
            return _joined(" OR ", compiled(kind, left), compiled(kind, right))
        case Not(inner):
            one = compiled(kind, inner)
            return Compiled(f"(({one.sql}) IS NOT TRUE)", one.params)
        case Some(name, inner):
            return _some(kind, name, inner)
        case Compare():
            return kind.fast(tree) or _comparison(kind, tree)
        case Present(name):
            return _present(kind, name)


def sort_key(kind: Kind, name: Name) -> tuple[str, list[Any]]:
    """What a list is sorted by: the value, of several the primary or first one."""
    what = found(kind.name, name, invalid_filter("sortBy names no attribute."))
    if what.attribute.name == "meta":
        return _moment(kind, what), []
    if what.attribute.name == "id":
        return "id::text", []
    base, params = _step("doc", what.extension)
    sub = what.sub or what.attribute.sub("value")
    if what.attribute.is_many:
        element = f"({base}->%s->0)"
        params = [*params, what.attribute.name]
        if sub is None:
            return f"lower({element}#>>'{{}}')", params
        return f"lower({element}->>%s)", [*params, sub.name]
    if what.attribute.kind == "complex":
        if sub is None:
            raise invalid_filter("sortBy names an attribute of several parts; name one of them.")
        return f"lower({base}->%s->>%s)", [*params, what.attribute.name, sub.name]
    return f"lower({base}->>%s)", [*params, what.attribute.name]


def _joined(word: str, left: Compiled, right: Compiled) -> Compiled:
    return Compiled(f"({left.sql}{word}{right.sql})", left.params + right.params)


def _step(base: str, extension: str) -> tuple[str, list[Any]]:
    return (f"({base}->%s)", [extension]) if extension else (base, [])


def _what(kind: Kind, name: Name) -> Found:
    what = found(kind.name, name, invalid_filter(f"There is no attribute {name.attribute!r}."))
    if what.attribute.name == "schemas":
        raise invalid_filter("schemas cannot be filtered by: ask /Users or /Groups.")
    return what


def _comparison(kind: Kind, tree: Compare) -> Compiled:
    what = _what(kind, tree.name)
    if what.attribute.name == "meta":
        return _of_meta(kind, what, tree)
    if what.attribute.name == "id":
        return _compare("id::text", [], what.attribute, tree)
    base, params = _step("doc", what.extension)
    if what.attribute.is_many:
        sub = what.sub or what.attribute.sub("value")
        element, leaf, more = ("e.v->>%s", sub, [sub.name]) if sub else _bare(what.attribute)
        inner = _compare(element, more, leaf, tree)
        return _any_element(base, params, what.attribute, inner)
    if what.attribute.kind == "complex":
        if what.sub is None:
            raise invalid_filter(f"Name a part of {what.attribute.name}.")
        expression = f"{base}->%s->>%s"
        return _compare(expression, [*params, what.attribute.name, what.sub.name], what.sub, tree)
    return _compare(f"{base}->>%s", [*params, what.attribute.name], what.attribute, tree)


def _bare(attribute: Attribute) -> tuple[str, Attribute, list[Any]]:
    return "e.v#>>'{}'", attribute, []


def _any_element(base: str, params: list[Any], attribute: Attribute, inner: Compiled) -> Compiled:
    if attribute.name in _LINKED:
        return Compiled(f"EXISTS ({_LINKED[attribute.name]} WHERE {inner.sql})", inner.params)
    values = f"{base}->%s"
    sql = (
        "EXISTS (SELECT FROM jsonb_array_elements("
        f"CASE jsonb_typeof({values}) WHEN 'array' THEN {values} ELSE '[]' END) e(v)"
        f" WHERE {inner.sql})"
    )
    where = [*params, attribute.name]
    return Compiled(sql, [*where, *where, *inner.params])


_LINKED = {
    "groups": """
SELECT FROM (
    SELECT jsonb_build_object('value', g.id, 'display', g.name, 'type', 'direct') AS v
      FROM accounts_groupmember n JOIN accounts_group g ON g.id = n.group_id
     WHERE n.user_id = x.id) e""",
    "members": """
SELECT FROM (
    SELECT jsonb_build_object(
               'value', coalesce(n.user_id, n.child_id),
               'type', CASE WHEN n.child_id IS NULL THEN 'User' ELSE 'Group' END) AS v
      FROM accounts_groupmember n WHERE n.group_id = x.id) e""",
}
"""Who is in what stands in a table of its own, and not in the document."""


def _some(kind: Kind, name: Name, inner: Filter) -> Compiled:
    what = _what(kind, name)
    if not what.attribute.is_many or what.sub is not None:
        raise invalid_filter(f"{what.attribute.name} has no several values.")
    base, params = _step("doc", what.extension)
    return _any_element(base, params, what.attribute, _of_element(what.attribute, inner))


def _of_element(attribute: Attribute, tree: Filter) -> Compiled:
    """A condition on one value of an attribute that has several."""
    match tree:
        case Both(left, right):
            return _joined(" AND ", _of_element(attribute, left), _of_element(attribute, right))
        case Either(left, right):
            return _joined(" OR ", _of_element(attribute, left), _of_element(attribute, right))
        case Not(inner):
            one = _of_element(attribute, inner)
            return Compiled(f"(({one.sql}) IS NOT TRUE)", one.params)
        case Compare(name):
            sub = _sub(attribute, name)
            return _compare("e.v->>%s", [sub.name], sub, tree)
        case Present(name):
            return Compiled("(coalesce(e.v->>%s, '') <> '')", [_sub(attribute, name).name])
        case Some():
            raise invalid_filter("Brackets do not stand within brackets.")


def _sub(attribute: Attribute, name: Name) -> Attribute:
    sub = attribute.sub(name.attribute)
    if sub is None or name.sub or name.schema:
        raise invalid_filter(f"{attribute.name} has no part {name.attribute!r}.")
    return sub


def _present(kind: Kind, name: Name) -> Compiled:
    what = _what(kind, name)
    if what.attribute.name in ("id", "meta"):
        return Compiled("TRUE")
    base, params = _step("doc", what.extension)
    if what.attribute.name in _LINKED and what.sub is None:
        return _any_element(base, params, what.attribute, Compiled("TRUE"))
    whole = f"{base}->%s"
    where = [*params, what.attribute.name]
    if what.attribute.is_many and what.sub is not None:
        inner = Compiled("(coalesce(e.v->>%s, '') <> '')", [what.sub.name])
        return _any_element(base, params, what.attribute, inner)
    if what.sub is not None:
        return Compiled(f"(coalesce({whole}->>%s, '') <> '')", [*where, what.sub.name])
    empty = "coalesce({whole}, 'null') NOT IN ('null', '\"\"', '[]', '{{}}')"
    return Compiled(f"({empty.format(whole=whole)})", where)


def _of_meta(kind: Kind, what: Found, tree: Compare) -> Compiled:
    if what.sub is not None and what.sub.name == "resourceType":
        return _compare("%s", [kind.name], what.sub, tree)
    symbol = _ORDER.get(tree.operator)
    if what.sub is None or what.sub.kind != "dateTime" or symbol is None:
        raise invalid_filter("Of meta, created and lastModified can be compared.")
    return Compiled(f"({_moment(kind, what)} {symbol} %s)", [_time(tree.value)])


def _moment(kind: Kind, what: Found) -> str:
    is_created = what.sub is not None and what.sub.name == "created"
    return kind.created if is_created else kind.modified


def _time(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as wrong:
        raise invalid_filter("Give a time such as 2026-01-31T00:00:00Z.") from wrong
    try:
        # PostgreSQL knows fewer zones than Python: +17:17 is none of them.
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        # The first day there is, or the last.
        return moment.replace(tzinfo=UTC)


_ORDER = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def _compare(expression: str, params: list[Any], leaf: Attribute, tree: Compare) -> Compiled:
    """Compare a text of the document with a value, as the attribute's kind has it."""
    value, operator = tree.value, tree.operator
    if value is None:
        if operator not in ("eq", "ne"):
            raise invalid_filter("null is equal or not equal, nothing else.")
        is_or_not = "" if operator == "eq" else "NOT "
        return Compiled(f"(({expression}) IS {is_or_not}NULL)", params)
    if leaf.kind == "boolean" or isinstance(value, bool):
        return _truth(expression, params, tree)
    if leaf.kind in ("integer", "decimal") and isinstance(value, int | float):
        return _number(expression, params, tree)
    return _text(f"({expression})", params, leaf, operator, str(value))


def _truth(expression: str, params: list[Any], tree: Compare) -> Compiled:
    word = str(tree.value).lower()
    if tree.operator not in ("eq", "ne") or word not in ("true", "false"):
        raise invalid_filter("A truth is equal or not equal to true or false.")
    symbol = "=" if tree.operator == "eq" else "<>"
    return Compiled(f"(coalesce({expression}, 'false') {symbol} %s)", [*params, word])


def _number(expression: str, params: list[Any], tree: Compare) -> Compiled:
    symbol = _ORDER.get(tree.operator)
    if symbol is None:
        raise invalid_filter("Numbers are compared by eq, ne, gt, ge, lt and le.")
    return Compiled(f"(({expression})::numeric {symbol} %s)", [*params, tree.value])


_PARTLY = {
    "co": "strpos({text}, {value}) > 0",
    "sw": "starts_with({text}, {value})",
    "ew": "right({text}, char_length({value})) = {value}",
}


def _text(
    expression: str, params: list[Any], leaf: Attribute, operator: str, value: str
) -> Compiled:
    text, given = (
        (expression, "%s::text") if leaf.is_exact else (f"lower({expression})", "lower(%s::text)")
    )
    if operator == "ne":
        return Compiled(f"({text} IS DISTINCT FROM {given})", [*params, value])
    if operator in _PARTLY:
        sql = _PARTLY[operator].format(text=text, value=given)
        times = _PARTLY[operator].count("{value}")
        return Compiled(f"({sql})", [*params, *[value] * times])
    return Compiled(f"({text} {_ORDER[operator]} {given})", [*params, value])


def id_is(tree: Compare, column: str) -> Compiled | None:
    """The comparison of an id, which an index serves; None where it is not that."""
    if tree.operator != "eq" or tree.name.attribute.lower() != "id" or tree.name.sub:
        return None
    try:
        return Compiled(f"({column} = %s)", [UUID(str(tree.value))])
    except ValueError:
        return Compiled("FALSE")
