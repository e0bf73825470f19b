"""The page of the policy in the organisation's console."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.policies.page import PolicyAdmin
from core.console import Section
from messaging.etiquette.models import EtiquettePolicy


@admin.register(EtiquettePolicy)
class EtiquettePolicyAdmin(PolicyAdmin):
    """How people call on each other, and what they see of each other's reading."""

    section = Section.MESSAGES
    lead = _("Who may mention @channel and @here depends on people's roles.")
