"""Change what an organisation has decided."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.policies import access, rows, selectors
from accounts.policies.events import AccessRulesChanged, PolicyChanged
from accounts.policies.models import Policy
from core.actor import Actor
from core.errors import Conflict, FieldError, Invalid
from core.text import masked
from events.journal import publish
from tenants.selectors import tenant_id


def change[P: Policy](
    actor: Actor, kind: type[P], *, if_version: int | None = None, **values: Any
) -> P:
    """Change fields of the organisation's policy of this kind; the same values change nothing.

    `if_version` is that of the policy which the actor has seen.

    Errors  Forbidden; Invalid, naming the fields; Conflict where somebody has changed it since, or
            whatever the policy's own `check_change` refuses.
    """
    access.check_may_change(actor, kind)
    with transaction.atomic():
        before = rows.hold(kind)
        if if_version is not None and if_version != before.version:
            raise Conflict("policy", _("Somebody else has changed this policy since. Look again."))
        after = changed(before, values)
        names = [name for name in values if getattr(before, name) != getattr(after, name)]
        if not names:
            return before
        after.version = before.version + 1
        after.changed_at = timezone.now()
        after.changed_by_id = actor.user_id
        # What `check_change` derived goes with it.
        rows.write(after)
        tenant = tenant_id(actor.tenant)
        if kind.ends_access:
            publish(AccessRulesChanged(tenant), by=actor)
        publish(
            PolicyChanged(
                tenant,
                rows.name_of(kind),
                _told(before, names),
                _told(after, names),
            ),
            by=actor,
        )
        # Now for this transaction's own readers, again for those who read before its commit.
        selectors.announce(kind, after.version)
        transaction.on_commit(lambda: selectors.announce(kind, after.version), robust=True)
    return after


def changed[P: Policy](before: P, values: dict[str, Any]) -> P:
    """The policy as it would be with these values; refuses like `change`, and stores nothing."""
    kind = type(before)
    unknown = sorted(set(values) - set(kind.choice_names()))
    if unknown:
        raise Invalid.field(unknown[0], _("This policy has no such field."))
    after = kind(
        **{field.attname: getattr(before, field.attname) for field in kind._meta.concrete_fields}
    )
    for name, value in values.items():
        setattr(after, name, value)
    try:
        # Cleans the values into their types, too: "30" becomes 30.
        after.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as wrong:
        raise _invalid(wrong) from wrong
    after.check_change(before)
    return after


def _invalid(wrong: ValidationError) -> Invalid:
    errors = [
        FieldError("" if name == "__all__" else name, " ".join(messages))
        for name, messages in wrong.message_dict.items()
    ]
    return Invalid("policy", errors[0].message, errors=errors)


def _told(policy: Policy, names: list[str]) -> dict[str, Any]:
    return {name: _value(policy, name) for name in names}


def _value(policy: Policy, name: str) -> Any:
    value = getattr(policy, name)
    if name in policy.masked:
        return masked(value)
    return rows.plain(value)
