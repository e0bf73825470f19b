"""From what a provider says of somebody to what we need to know of them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.sso.models import IdentityProvider
from accounts.sso.schemas import Mapping as Names
from core.permissions import Role
from core.text import repaired_name

_OID = "urn:oid:"
_SOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_MS = "http://schemas.microsoft.com/"

USUAL: Mapping[str, tuple[str, ...]] = {
    "email": (
        "email",
        "mail",
        "emailAddress",
        "urn:oid:0.9.2342.19200300.100.1.3",
        _SOAP + "emailaddress",
        "emailaddress",
        "Email",
        "User.email",
    ),
    "name": (
        "name",
        "displayName",
        "display_name",
        _OID + "2.16.840.1.113730.3.1.241",
        _MS + "identity/claims/displayname",
        "cn",
    ),
    "given_name": (
        "given_name",
        "givenName",
        "firstName",
        _OID + "2.5.4.42",
        _SOAP + "givenname",
        "User.FirstName",
    ),
    "family_name": (
        "family_name",
        "sn",
        "lastName",
        "surname",
        _OID + "2.5.4.4",
        _SOAP + "surname",
        "User.LastName",
    ),
    "locale": ("locale", "preferredLanguage", _OID + "2.16.840.1.113730.3.1.39"),
    "groups": (
        "groups",
        "memberOf",
        "Group",
        _MS + "ws/2008/06/identity/claims/groups",
        _OID + "1.3.6.1.4.1.5923.1.5.1.1",
    ),
}
"""Where providers put things unless they are told otherwise, the likeliest first."""

_RANK = {Role.GUEST: 0, Role.MEMBER: 1, Role.ADMIN: 2}


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody, as the provider describes them."""

    subject: str
    email: str = ""
    name: str = ""
    locale: str = ""
    groups: tuple[str, ...] = ()
    email_is_unverified: bool = False
    role: str = ""
    """Empty where no rule of the mapping speaks of one."""

    group_ids: tuple[UUID, ...] = field(default_factory=tuple)

    def shown(self) -> dict[str, Any]:
        """For the page that says what would happen."""
        return {name: value for name, value in asdict(self).items() if value}


def identity_of(provider: IdentityProvider, subject: str, claims: Mapping[str, Any]) -> Identity:
    """Read claims by the provider's mapping, or by the usual names where it says nothing."""
    names = provider.claims
    if names.subject:
        subject = _first(claims, (names.subject,))
    given, family = (_one(names, claims, each) for each in ("given_name", "family_name"))
    email = _one(names, claims, "email")
    name = _one(names, claims, "name") or f"{given} {family}"
    groups = tuple(dict.fromkeys(_all(claims, _names(names, "groups"))))
    granted = [grant for grant in provider.granted if grant.value in groups]
    roles = [Role(grant.role) for grant in granted if grant.role]
    return Identity(
        subject=subject,
        email=email,
        name=repaired_name(name, longest=120),
        locale=_locale(_one(names, claims, "locale")),
        groups=groups,
        email_is_unverified=not _is_verified(claims.get("email_verified")),
        role=str(max(roles, key=_RANK.__getitem__)) if roles else "",
        group_ids=tuple(
            dict.fromkeys(grant.group_id for grant in granted if grant.group_id is not None)
        ),
    )


def _names(names: Names, what: str) -> tuple[str, ...]:
    chosen = getattr(names, what)
    return (chosen,) if chosen else USUAL[what]


def _one(names: Names, claims: Mapping[str, Any], what: str) -> str:
    return _first(claims, _names(names, what))


def _first(claims: Mapping[str, Any], names: Iterable[str]) -> str:
    return next(iter(_all(claims, names)), "")


def _all(claims: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """The values of the first of these names that has any."""
    for name in names:
        found = claims.get(name)
        values = found if isinstance(found, list) else [found]
        texts = [value for value in values if isinstance(value, str) and value]
        if texts:
            return texts[:1000]
    return []


def _is_verified(said: Any) -> bool:
    """Only what says so, or says nothing at all: many providers verify, and do not mention it."""
    values = said if isinstance(said, list) else [said]
    return said is None or all(
        value is True or (isinstance(value, str) and value.lower() in ("true", "1"))
        for value in values
    )


def _locale(value: str) -> str:
    """The language we have that is nearest; empty for none."""
    known = {code.lower(): code for code, _name in settings.LANGUAGES}
    wanted = value.replace("_", "-").lower()
    return known.get(wanted) or known.get(wanted.partition("-")[0], "")
