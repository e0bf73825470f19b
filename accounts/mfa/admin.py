"""Second factors in the organisation's console: who has to have one."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.mfa.models import SecondFactorPolicy
from accounts.policies.page import PolicyAdmin
from core.console import Section


class SecondFactorPolicyAdmin(PolicyAdmin):
    """Of whom one is required, and from when on."""

    section = Section.IDENTITY
    lead = _("A passkey or a code from an app, besides the password.")


admin.site.register(SecondFactorPolicy, SecondFactorPolicyAdmin)
