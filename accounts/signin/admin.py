"""Ways to sign in, in the organisation's console."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from accounts.policies.page import PolicyAdmin
from accounts.signin.models import SignInPolicy
from core.console import Section
from core.permissions import Role


class SignInPolicyAdmin(PolicyAdmin):
    """Which ways are allowed, and who can always get in."""

    section = Section.IDENTITY
    lead = _("Whatever is chosen here, one owner can always sign in by password.")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name != "break_glass_id":
            return field
        owners = User.objects.filter(role=Role.OWNER, is_active=True).order_by("name")
        return forms.TypedChoiceField(
            choices=[("", _("Nobody in particular"))] + [(str(o.id), str(o)) for o in owners],
            coerce=lambda value: db_field.to_python(value),
            empty_value=None,
            required=False,
            label=capfirst(db_field.verbose_name),
            help_text=db_field.help_text,
        )


admin.site.register(SignInPolicy, SignInPolicyAdmin)
