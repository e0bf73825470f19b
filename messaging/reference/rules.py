"""What may be allowed, and what an organisation decides: permissions, roles, policies."""

from typing import Any

from accounts.policies.models import Policy
from accounts.policies.values import described, kinds, shown
from core.permissions import IN_WORDS, ROLE_PERMISSIONS, Permission, Role
from messaging.reference.markdown import code, page, said_of, table


def permissions_page() -> str:
    """Which role may what."""
    roles = list(Role)
    rows = [
        (
            code(one.value),
            IN_WORDS[one],
            *("yes" if one in ROLE_PERMISSIONS[role] else "" for role in roles),
        )
        for one in Permission
    ]
    return page(
        "Permissions and roles",
        "An organisation's own roles are further sets of the same permissions, for everybody or"
        " over some groups or channels. What a token may do is what its person or service account"
        " may do, and its scopes allow; which scope an operation takes is told [there](rest.md).",
        table(("permission", "", *(role.value for role in roles)), rows),
    )


def policies_page() -> str:
    """Every policy with its fields and what they are before anybody changes them."""
    parts = [
        "Changed in the console, by `manage.py set_policy --tenant SLUG NAME FIELD=VALUE …`, or by"
        " `PATCH /api/v1/policies/NAME`. Each change is an event with before and after."
    ]
    for name, kind in kinds().items():
        parts += [f"## `{name}`", said_of(kind), _fields(kind)]
    return page("Policies", *parts)


def _fields(kind: type[Policy]) -> str:
    begins = shown(kind())
    rows = [
        (code(one["name"]), _begins(begins[one["name"]]), _told(one)) for one in described(kind)
    ]
    return table(("field", "at first", ""), rows)


def _begins(value: Any) -> str:
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _told(field: dict[str, Any]) -> str:
    label = f"{field['label'][:1].upper()}{field['label'][1:]}"
    parts = [f"{label.rstrip('.')}.", field["help"]]
    if field["choices"]:
        parts.append(f"One of {', '.join(map(code, field['choices']))}.")
    return " ".join(part for part in parts if part)
