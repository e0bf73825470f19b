"""The attributes of people and groups, from the RFC's own schemas in scim2-models.

Names are looked up whatever their case, and values are brought into the form that the schema has:
providers send booleans as text, one value where a list belongs, and attributes nobody knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from scim2_models import EnterpriseUser, Group, User

from accounts.scim.errors import invalid_value

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

LONGEST_VALUE = 5_000
LONGEST = {"externalId": 255}
"""Characters of the values that have columns of their own."""

MOST_VALUES = 200
_TRUE, _FALSE = frozenset({"true", "1"}), frozenset({"false", "0"})


@dataclass(frozen=True)
class Attribute:
    """One attribute of a schema; `subs` by their lower-case names."""

    name: str
    kind: str
    is_many: bool = False
    is_exact: bool = False
    is_read_only: bool = False
    subs: Mapping[str, "Attribute"] = field(default_factory=dict)

    def sub(self, name: str) -> "Attribute | None":
        """A sub-attribute, whatever the case of its name."""
        return self.subs.get(name.lower())


@cache
def attributes_of(kind: str) -> Mapping[str, Attribute]:
    """The attributes of `User` or `Group` by lower-case names; extensions stand under their URN."""
    if kind == "Group":
        return {**_COMMON, **_table(Group)}
    extension = Attribute(ENTERPRISE, "complex", subs=_table(EnterpriseUser))
    return {**_COMMON, **_table(User), ENTERPRISE.lower(): extension}


def cleaned(kind: str, sent: Any) -> dict[str, Any]:
    """A resource as it may be stored: known and writable attributes, in their canonical form."""
    if not isinstance(sent, dict):
        raise invalid_value("Send an object.")
    return _object(attributes_of(kind), sent)


def value_of(attribute: Attribute, value: Any, *, is_element: bool = False) -> Any:
    """One value in the form that its attribute has; None for no value."""
    if value is None:
        return None
    if attribute.is_many and not is_element:
        values = value if isinstance(value, list) else [value]
        if len(values) > MOST_VALUES and attribute.name != "members":
            raise invalid_value(f"{attribute.name} has at most {MOST_VALUES} values.")
        return _one_primary([value_of(attribute, one, is_element=True) for one in values])
    if attribute.kind == "complex":
        if not isinstance(value, dict):
            if "value" not in attribute.subs:
                raise invalid_value(f"{attribute.name} is an object.")
            value = {"value": value}
        return _object(attribute.subs, value)
    return _simple(attribute, value)


def _object(table: Mapping[str, Attribute], sent: dict[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for name, value in sent.items():
        attribute = table.get(str(name).lower())
        if attribute is None or attribute.is_read_only or value is None:
            continue
        kept = value_of(attribute, value)
        if kept is not None and kept != [] and kept != {}:
            clean[attribute.name] = kept
    return clean


def _simple(attribute: Attribute, value: Any) -> Any:
    if attribute.kind == "boolean":
        return _boolean(attribute, value)
    if attribute.kind in ("integer", "decimal"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise invalid_value(f"{attribute.name} is a number.")
        return value
    if isinstance(value, bool | int | float):
        value = str(value)
    if not isinstance(value, str):
        raise invalid_value(f"{attribute.name} is text.")
    if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise invalid_value(f"{attribute.name} holds characters that cannot be stored.")
    longest = LONGEST.get(attribute.name, LONGEST_VALUE)
    if len(value) > longest:
        raise invalid_value(f"{attribute.name} has at most {longest} characters.")
    return value


def _boolean(attribute: Attribute, value: Any) -> bool:
    # Entra sends "True" and "False".
    word = str(value).lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise invalid_value(f"{attribute.name} is true or false.")


def _one_primary(values: list[Any]) -> list[Any]:
    """Of several primary values the first one remains so."""
    values = [value for value in values if value not in (None, {})]
    seen = False
    for value in values:
        if isinstance(value, dict) and value.get("primary"):
            value["primary"] = not seen
            seen = True
    return values


def _table(model: type) -> dict[str, Attribute]:
    schema = model.to_schema().model_dump()
    return {one["name"].lower(): _attribute(one) for one in schema["attributes"]}


def _attribute(one: dict[str, Any]) -> Attribute:
    return Attribute(
        name=one["name"],
        kind=one["type"],
        is_many=bool(one.get("multiValued")),
        is_exact=bool(one.get("caseExact")),
        is_read_only=one.get("mutability") == "readOnly",
        subs={sub["name"].lower(): _attribute(sub) for sub in one.get("subAttributes") or ()},
    )


_COMMON = {
    "id": Attribute("id", "string", is_exact=True, is_read_only=True),
    "externalid": Attribute("externalId", "string", is_exact=True),
    "schemas": Attribute("schemas", "reference", is_many=True, is_exact=True, is_read_only=True),
    "meta": Attribute(
        "meta",
        "complex",
        is_read_only=True,
        subs={
            "created": Attribute("created", "dateTime"),
            "lastmodified": Attribute("lastModified", "dateTime"),
            "location": Attribute("location", "string", is_exact=True),
            "resourcetype": Attribute("resourceType", "string", is_exact=True),
            "version": Attribute("version", "string", is_exact=True),
        },
    ),
}
