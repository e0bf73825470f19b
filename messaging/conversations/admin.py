"""The organisation's console: what it has decided about its channels."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.policies.page import PolicyAdmin
from core.console import Section
from messaging.conversations.policy import ChannelPolicy


@admin.register(ChannelPolicy)
class ChannelPolicyAdmin(PolicyAdmin):
    section = Section.MESSAGES
    lead = _(
        "Who makes channels, what they are called, which ones new people are in, and what becomes"
        " of idle ones."
    )
