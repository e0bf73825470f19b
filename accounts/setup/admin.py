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
        "Messages and files are kept indefinitely, until somebody deletes them."
        " Nobody can see what was deleted; the database keeps what a message said."
        " Automatic deletion after a set period is not available yet."
    )


@admin.register(NotificationConfirmation)
class NotificationConfirmationAdmin(PolicyAdmin):
    """Seen where people are signed in."""

    section = Section.MESSAGES
    lead = _(
        "New messages show in the list of conversations; mentions and direct"
        " messages are counted there, in the title of the tab and on the badge of"
        " the installed app. Nothing is sent by e-mail or shown outside Chancery,"
        " and nothing else can be set yet."
    )
