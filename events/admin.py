"""Dead letters in the organisation's console: what a handler could not digest, and why."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from events.models import DeadLetter


@admin.register(DeadLetter)
class DeadLetterAdmin(admin.ModelAdmin):
    list_display = ("handler", "entry_id", "attempts", "created_at", "replayed_at")
    list_filter = ("handler", "replayed_at")
    search_fields = ("entry_id", "handler")
    ordering = ("-created_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
