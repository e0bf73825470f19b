"""Dead letters in the organisation's console: what a handler could not digest, and why."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.console import ReadOnly, Section
from events.models import DeadLetter


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnly, admin.ModelAdmin):
    section = Section.LOOK
    lead = _("Background work that failed several times and was set aside, with the reason.")
    list_display = ("handler", "entry_id", "attempts", "created_at", "replayed_at")
    list_filter = ("handler", "replayed_at")
    search_fields = ("entry_id", "handler")
    ordering = ("-created_at",)
