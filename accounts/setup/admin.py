"""What is confirmed, in the organisation's console."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.policies.page import PolicyAdmin
from accounts.setup.models import NotificationConfirmation, RetentionConfirmation
from core.console import Section


@admin.register(RetentionConfirmation)
class RetentionConfirmationAdmin(PolicyAdmin):
    """Everything is kept."""

    section = Section.MESSAGES
    lead = _(
        "Messages and files are kept without end, until somebody deletes them. What is deleted"
        " is seen by nobody any more; the database keeps what a message said. A period after"
        " which things are deleted by themselves cannot be set yet."
    )


@admin.register(NotificationConfirmation)
class NotificationConfirmationAdmin(PolicyAdmin):
    """Seen where people are signed in."""

    section = Section.MESSAGES
    lead = _(
        "New messages show in the list of conversations; mentions and direct messages are"
        " counted there, in the title of the tab and on the badge of the installed app. No mail"
        " and no notification outside of Chancery is sent for them, and nothing else can be set"
        " yet."
    )
