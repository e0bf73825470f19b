"""Says in words what a change of a policy will do, before it is made."""

from django.utils.translation import gettext as _

from accounts.policies.models import Policy

_LONGEST_SHOWN = 80
"""Of what is longer, such as a picture, the page says only that it is set."""


def told(before: Policy, after: Policy) -> list[str]:
    """One sentence per change, then what the policy itself says of its consequences."""
    changed = [
        field
        for field in before._meta.fields
        if field.editable and getattr(before, field.name) != getattr(after, field.name)
    ]
    if not changed:
        return []
    rows = [
        _("%(name)s: %(before)s becomes %(after)s.")
        % {
            "name": str(field.verbose_name)[:1].upper() + str(field.verbose_name)[1:],
            "before": _shown(before, field.name),
            "after": _shown(after, field.name),
        }
        for field in changed
    ]
    uncounted = [after.nobody[field.name] for field in changed if field.name in after.nobody]
    return [*rows, *map(str, dict.fromkeys([*after.consequences(before), *uncounted]))]


def _shown(policy: Policy, name: str) -> str:
    value = getattr(policy, name)
    if name in policy.masked and len(str(value)) > _LONGEST_SHOWN:
        return _("set")
    if value is None or value == "" or value == []:
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(policy.said(name, item)) for item in value)
    return str(policy.said(name, value))
