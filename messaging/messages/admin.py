"""The organisation's console: what it decides about messages."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.policies.page import PolicyAdmin
from core.console import Section
from messaging.messages.models import MessagePolicy


@admin.register(MessagePolicy)
class MessagePolicyAdmin(PolicyAdmin):
    section = Section.MESSAGES
    lead = _("Who sees earlier versions of messages, and what channels say by themselves.")
