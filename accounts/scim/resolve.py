"""Finds the attribute that a filter or path names."""

from dataclasses import dataclass

from accounts.scim.errors import ScimError
from accounts.scim.filters import Name
from accounts.scim.schema import ENTERPRISE, GROUP, USER, Attribute, attributes_of


@dataclass(frozen=True)
class Found:
    """An attribute where it stands: in an extension or not, as a whole or a part of it."""

    attribute: Attribute
    sub: Attribute | None = None
    extension: str = ""


def find(kind: str, name: Name) -> Found | None:
    """The attribute of a `User` or `Group`; None where the schemas know none."""
    table = attributes_of(kind)
    # "urn:…:enterprise:2.0:User" alone is read as schema "urn:…:2.0" and attribute "User".
    whole = f"{name.schema}:{name.attribute}" if name.schema else ""
    if whole.lower() == ENTERPRISE.lower():
        return _part(Found(table[ENTERPRISE.lower()]), name.sub) if kind == "User" else None
    if whole.lower() in (USER.lower(), GROUP.lower()):
        return None
    if name.schema.lower() == ENTERPRISE.lower():
        extension = table.get(ENTERPRISE.lower())
        attribute = extension.sub(name.attribute) if extension else None
        return _part(Found(attribute, extension=ENTERPRISE), name.sub) if attribute else None
    if name.schema and name.schema.lower() not in (USER.lower(), GROUP.lower()):
        return None
    attribute = table.get(name.attribute.lower())
    return _part(Found(attribute), name.sub) if attribute else None


def found(kind: str, name: Name, error: ScimError) -> Found:
    """The same; raises the error where there is none."""
    result = find(kind, name)
    if result is None:
        raise error
    return result


def _part(whole: Found, sub: str) -> Found | None:
    if not sub:
        return whole
    part = whole.attribute.sub(sub)
    return Found(whole.attribute, part, whole.extension) if part else None
