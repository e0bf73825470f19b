"""Conversations in the organisation's console: that they exist, and who belongs to them.

Direct messages are left out, and nothing that was said is shown: an admin is not a reader.
"""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

import messaging.conversations.admin
import messaging.files.admin
import messaging.grants.admin
import messaging.messages.admin
import messaging.reviews.admin
import messaging.search.admin  # noqa: F401 - registers itself
from core.console import Section
from messaging.conversations.models import Conversation, Kind, Membership
from messaging.etiquette import admin as etiquette
from messaging.explain import page as explain
from messaging.trace import admin as trace


class _ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


MOST_SHOWN = 200


@admin.register(Conversation)
class ConversationAdmin(_ReadOnly, admin.ModelAdmin):
    section = Section.MESSAGES
    lead = _("All channels and who is in them. What is said there is not shown here.")
    list_display = ("name", "kind", "people", "created_at", "archived_at")
    list_filter = (("kind", admin.ChoicesFieldListFilter), "archived_at")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "kind", "topic", "purpose", "created_at", "archived_at")
    change_form_template = "messaging/conversation_admin.html"
    change_list_template = "messaging/conversations_admin.html"

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(partial(trace.trace_page, self.admin_site))
        return [path("trace/", page, name="messaging_trace"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        rows = super().get_queryset(request).exclude(kind=Kind.DIRECT)
        return rows.annotate(member_count=Count("memberships"))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """With its members: a channel of ten thousand shows the first of them, and says so."""
        channel = self.get_object(request, object_id)
        extra: dict[str, Any] = {}
        if channel is not None:
            rows = Membership.objects.filter(conversation=channel).select_related("user")
            members = rows.order_by("user__name", "id")[:MOST_SHOWN]
            extra = {"members": members, "member_count": channel.member_count}
        return super().change_view(request, object_id, form_url, extra)

    @admin.display(description=_("people"), ordering="member_count")
    def people(self, conversation: Conversation) -> int:
        return conversation.member_count


admin.site.pages += [explain.PAGE, trace.PAGE]

__all__ = ["ConversationAdmin", "etiquette"]
