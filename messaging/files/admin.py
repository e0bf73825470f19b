"""The organisation's console: which files it takes."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.grants.page import register_kind
from accounts.policies.page import PolicyAdmin
from core.console import Section
from messaging.files.models import FilePolicy
from messaging.files.sharing import FILES


@admin.register(FilePolicy)
class FilePolicyAdmin(PolicyAdmin):
    section = Section.MESSAGES
    lead = _("How large files may be, how much room they have, and which are not taken.")


register_kind(FILES)
