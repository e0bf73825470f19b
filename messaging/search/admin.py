"""The organisation's console: the languages of the search."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.policies.page import PolicyAdmin
from core.console import Section
from messaging.search.models import SearchPolicy


@admin.register(SearchPolicy)
class SearchPolicyAdmin(PolicyAdmin):
    section = Section.MESSAGES
    lead = _("The languages in which people write here.")
