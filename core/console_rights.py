"""Which permission opens which page of the console to people who do not run all of it.

A page that nobody named here is for owners and admins alone.
"""

from collections.abc import Set as AbstractSet

from django.db.models import Model

from core.permissions import Permission

_opened_by: dict[tuple[str, str], Permission] = {}


def opened_by(permission: Permission, *models: type[Model]) -> None:
    """Let a permission open these tables' pages in the console, to look at and to change.

    What exactly may be changed stays for the page and its services to say.
    """
    for model in models:
        _opened_by[model._meta.app_label, model._meta.model_name or ""] = permission


def opens(permissions: AbstractSet[Permission], perm: str) -> bool:
    """Say whether permissions like `accounts.change_user` come with these permissions."""
    app_label, _, codename = perm.partition(".")
    _action, _, model = codename.partition("_")
    needed = _opened_by.get((app_label, model))
    return needed is not None and needed in permissions


def opens_any(permissions: AbstractSet[Permission], app_label: str) -> bool:
    """Say whether any page of an app is opened by these permissions."""
    return any(
        needed in permissions for (app, _model), needed in _opened_by.items() if app == app_label
    )
