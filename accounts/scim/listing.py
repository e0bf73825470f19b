"""Lists of people and groups: filtered, sorted, paged by index or by cursor, cut to attributes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.scim.discovery import MOST_RESULTS
from accounts.scim.documents import (
    GROUPS,
    PEOPLE,
    count_of,
    group_documents,
    ids_of,
    people_documents,
)
from accounts.scim.errors import ScimError, invalid_filter
from accounts.scim.filters import read_filter, read_path
from accounts.scim.sql import Compiled, Kind, compiled, sort_key
from core.errors import Refusal
from core.paging import decode_cursor, encode_cursor

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_DEFAULT = 100
_MOST_NAMES = 200
_ALWAYS = frozenset({"schemas", "id"})


@dataclass(frozen=True)
class Wanted:
    """Which attributes of a resource the caller wants to see."""

    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> "Wanted":
        """From `attributes` and `excludedAttributes`, of which one may be given."""
        included, excluded = _names(query, "attributes"), _names(query, "excludedAttributes")
        if included and excluded:
            raise ScimError(400, "Give attributes or excludedAttributes, not both.", "invalidValue")
        return cls(included, excluded)

    def needs(self, name: str) -> bool:
        """Say whether an attribute is to be shown at all."""
        if self.included:
            return any(_covers(one, name) or _covers(name, one) for one in self.included)
        return not any(_covers(one, name) for one in self.excluded)

    def cut(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document with what is wanted of it."""
        if self.included:
            return {
                name: _only(value, name, self.included)
                for name, value in document.items()
                if name in _ALWAYS or self.needs(name)
            }
        return {
            name: _without(value, name, self.excluded)
            for name, value in document.items()
            if name in _ALWAYS or self.needs(name)
        }


def listed(kind: Kind, base_url: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """A ListResponse.

    Errors  ScimError for a filter, sort or page that cannot be read.
    """
    where = compiled(kind, read_filter(str(query["filter"]))) if query.get("filter") else None
    where = where or Compiled("TRUE")
    count = _number(query, "count", _DEFAULT, least=0)
    count = min(count, MOST_RESULTS)
    if "cursor" in query:
        return _by_cursor(kind, base_url, query, where, count)
    start = _number(query, "startIndex", 1, least=1)
    order, params = _order(kind, query)
    ids = (
        ids_of(
            kind, where, order=order, order_params=params, limit=count, offset=min(start - 1, 2**31)
        )
        if count
        else []
    )
    total = len(ids) if start == 1 and len(ids) < count else count_of(kind, where)
    resources = documents(kind, base_url, ids, Wanted.of(query))
    return {
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }


def documents(kind: Kind, base_url: str, ids: list[UUID], wanted: Wanted) -> list[dict[str, Any]]:
    """The resources with these ids, cut to what is wanted."""
    if kind is PEOPLE:
        found = people_documents(base_url, ids, with_groups=wanted.needs("groups"))
    else:
        found = group_documents(base_url, ids, with_members=wanted.needs("members"))
    return [wanted.cut(one) for one in found]


def _by_cursor(
    kind: Kind, base_url: str, query: Mapping[str, Any], where: Compiled, count: int
) -> dict[str, Any]:
    """RFC 9865: in the order of the ids, each page after the one before."""
    if query.get("sortBy"):
        raise ScimError(400, "Pages by cursor come in their own order; leave sortBy out.")
    total = count_of(kind, where)
    if cursor := str(query["cursor"]):
        try:
            (after,) = decode_cursor(cursor, UUID)
        except Refusal as wrong:
            words = "Use the cursor exactly as the page before gave it."
            raise ScimError(400, words, "invalidCursor") from wrong
        where = Compiled(f"({where.sql} AND id > %s)", [*where.params, after])
    size = max(count, 1)
    ids = ids_of(kind, where, order="id", order_params=[], limit=size + 1, offset=0)
    page = ids[:size]
    resources = documents(kind, base_url, page, Wanted.of(query))
    answer: dict[str, Any] = {
        "schemas": [LIST],
        "totalResults": total,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }
    if len(ids) > size:
        answer["nextCursor"] = encode_cursor(page[-1])
    return answer


def _order(kind: Kind, query: Mapping[str, Any]) -> tuple[str, list[Any]]:
    if not query.get("sortBy"):
        return "created_at, id", []
    key, params = sort_key(kind, read_path(str(query["sortBy"])).name)
    word = str(query.get("sortOrder", "ascending")).lower()
    if word not in ("ascending", "descending"):
        raise invalid_filter("sortOrder is ascending or descending.")
    return f"{key} {'DESC NULLS LAST' if word == 'descending' else 'ASC NULLS LAST'}, id", params


def _number(query: Mapping[str, Any], name: str, default: int, *, least: int) -> int:
    value = query.get(name)
    if value in (None, ""):
        return default
    try:
        # No more digits than JSON's writer takes.
        number = int(str(value)[:18])
    except ValueError as wrong:
        raise ScimError(400, f"{name} is a number.", "invalidValue") from wrong
    # RFC 7644, 3.4.2.4: what is too small is taken for the smallest.
    return max(least, number)


def _names(query: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = query.get(name) or ()
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or len(names) > _MOST_NAMES:
        raise ScimError(400, f"{name} is a list of at most {_MOST_NAMES} names.", "invalidValue")
    return tuple(one for each in names if (one := _short(str(each).strip())))


def _short(name: str) -> str:
    """`urn:…:core:2.0:User:userName` is `userName`; parts of extensions keep their URN."""
    lower = name.lower()
    for core in ("urn:ietf:params:scim:schemas:core:2.0:user:", _GROUP_PREFIX):
        if lower.startswith(core):
            return name[len(core) :]
    return name


_GROUP_PREFIX = "urn:ietf:params:scim:schemas:core:2.0:group:"


def _covers(whole: str, part: str) -> bool:
    """`name` covers `name.familyName`, a URN what stands in it."""
    one, other = whole.lower(), part.lower()
    return other == one or other.startswith((f"{one}.", f"{one}:"))


def _parts(name: str, names: tuple[str, ...]) -> set[str]:
    """The parts of an attribute that these names name."""
    begin = (f"{name.lower()}.", f"{name.lower()}:")
    return {one[len(name) + 1 :].lower() for one in names if one.lower().startswith(begin)}


def _only(value: Any, name: str, names: tuple[str, ...]) -> Any:
    parts = _parts(name, names)
    if not parts or any(one.lower() == name.lower() for one in names):
        return value
    return _each(value, lambda inner: {k: v for k, v in inner.items() if k.lower() in parts})


def _without(value: Any, name: str, names: tuple[str, ...]) -> Any:
    parts = _parts(name, names)
    if not parts:
        return value
    return _each(value, lambda inner: {k: v for k, v in inner.items() if k.lower() not in parts})


def _each(value: Any, cut: Any) -> Any:
    if isinstance(value, list):
        return [cut(one) if isinstance(one, dict) else one for one in value]
    return cut(value) if isinstance(value, dict) else value


__all__ = ["GROUPS", "PEOPLE", "Wanted", "documents", "listed"]
