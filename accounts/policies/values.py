"""A policy's fields as JSON has them: for programs, which see and change what the console does."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.policies.models import Policy
from accounts.policies.rows import plain
from core.errors import FieldError, Invalid, NotFound
from core.text import masked

_LONGEST = 200_000


def kinds() -> dict[str, type[Policy]]:
    """Every kind of policy by its name in addresses, such as `sign_in`."""
    return {name_of(kind): kind for kind in sorted(_concrete(Policy), key=name_of)}


def kind_named(name: str) -> type[Policy]:
    """A kind by its name.

    Errors  NotFound.
    """
    found = kinds().get(name)
    if found is None:
        raise NotFound("policy")
    return found


def name_of(kind: type[Policy]) -> str:
    """`SignInPolicy` is `sign_in`."""
    words = kind.__name__.removesuffix("Policy")
    return "".join(
        f"_{letter.lower()}" if letter.isupper() and place else letter.lower()
        for place, letter in enumerate(words)
    )


def shown(policy: Policy) -> dict[str, Any]:
    """The fields as they may be read: of secrets and pictures, that they are set."""
    return {field.name: _shown(policy, field.name) for field in _fields(type(policy))}


def described(kind: type[Policy]) -> list[dict[str, Any]]:
    """What each field is called, and what may be chosen."""
    return [
        {
            "name": field.name,
            "label": str(field.verbose_name),
            "help": str(field.help_text),
            "choices": [str(key) for key in _choices(field)],
            "is_list": hasattr(field, "base_field"),
        }
        for field in _fields(kind)
    ]


def clean(kind: type[Policy], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values in their fields' types.

    Errors  Invalid, naming every field that is wrong.
    """
    fields = {field.name: field for field in _fields(kind)}
    errors, cleaned = [], {}
    for name, value in values.items():
        if name not in fields:
            errors.append(FieldError(name[:60], _("This policy has no such field.")))
            continue
        try:
            cleaned[name] = _clean(fields[name], value)
        except ValidationError as wrong:
            errors.append(FieldError(name, " ".join(wrong.messages)))
        except (TypeError, ValueError, AttributeError, OverflowError):
            errors.append(FieldError(name, _("This is not a value that the field can have.")))
    if errors:
        raise Invalid("policy", errors[0].message, errors=errors)
    return cleaned


def _clean(field: models.Field, value: Any) -> Any:
    is_list = hasattr(field, "base_field")
    parts = value if isinstance(value, list) else [value]
    if is_list != isinstance(value, list) or any(isinstance(part, dict | list) for part in parts):
        raise TypeError
    if isinstance(field, models.BooleanField) and not isinstance(value, bool):
        raise TypeError
    for part in parts:
        is_text = isinstance(part, str)
        if is_text and (len(part) > _LONGEST or "\x00" in part or not _is_unicode(part)):
            raise ValueError
    return field.clean(value, None)


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _fields(kind: type[Policy]) -> list[Any]:
    return [kind._meta.get_field(name) for name in kind.choice_names()]


def _shown(policy: Policy, name: str) -> Any:
    value = getattr(policy, name)
    if name in policy.masked:
        return masked(value)
    return plain(value)


def _choices(field: Any) -> list[Any]:
    base = getattr(field, "base_field", field)
    return [key for key, _words in base.flatchoices if key not in (None, "")]


def _concrete(kind: type[Policy]) -> Iterator[type[Policy]]:
    for each in kind.__subclasses__():
        if each._meta.abstract:
            yield from _concrete(each)
        elif not each.__module__.startswith("tests."):
            yield each
