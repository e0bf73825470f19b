"""Policies and the rows they lie in: fields of their types here, JSON there."""

from typing import Any

from django.db import models

from accounts.policies.models import Policy, StoredPolicy


def name_of(kind: type[Policy]) -> str:
    """What a kind is called in its row and in events, such as `accounts.sessionpolicy`."""
    return kind._meta.label_lower


def read[P: Policy](kind: type[P]) -> P:
    """The policy as the database has it at this moment, or the defaults."""
    row = StoredPolicy.objects.filter(kind=name_of(kind)).first()
    return kind() if row is None else _policy(kind, row)


def hold[P: Policy](kind: type[P]) -> P:
    """The same, which nobody else changes before this transaction has ended."""
    StoredPolicy.objects.get_or_create(kind=name_of(kind))
    return _policy(kind, StoredPolicy.objects.select_for_update().get(kind=name_of(kind)))


def write(policy: Policy) -> None:
    """Write down a policy that is held.

    It is for `services.change`, and for what a feature notes in fields that nobody decides: nobody
    is told.
    """
    StoredPolicy(
        kind=name_of(type(policy)),
        version=policy.version,
        content={
            field.name: plain(getattr(policy, field.name)) for field in policy.content_fields()
        },
        changed_at=policy.changed_at,
        changed_by_id=policy.changed_by_id,
    ).save(force_update=True)


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if isinstance(value, bool | int | float | str | type(None)) else str(value)


def _policy[P: Policy](kind: type[P], row: StoredPolicy) -> P:
    given = {
        field.name: _value(field, row.content[field.name])
        for field in kind.content_fields()
        if field.name in row.content
    }
    return kind(
        version=row.version, changed_at=row.changed_at, changed_by_id=row.changed_by_id, **given
    )


def _value(field: models.Field, value: Any) -> Any:
    # Not by the `to_python` of the list, which takes what people write.
    base = getattr(field, "base_field", None)
    if base is not None and value is not None:
        return [_value(base, item) for item in value]
    return field.to_python(value)
