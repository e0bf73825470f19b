"""Dead letters in the organisation's console: what a handler could not digest, and why."""

from django.contrib import admin

from core.console import ReadOnly
from events.models import DeadLetter


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("handler", "entry_id", "attempts", "created_at", "replayed_at")
    list_filter = ("handler", "replayed_at")
    search_fields = ("entry_id", "handler")
    ordering = ("-created_at",)
