"""Sessions in their organisation's console: whose, from where, and ended at once."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.people import access
from accounts.people.models import User
from accounts.policies.page import PolicyAdmin
from accounts.sessions import services
from accounts.sessions.models import Session, SessionPolicy
from core.console import ReadOnly
from core.errors import Refusal


class SessionAdmin(ReadOnly, admin.ModelAdmin):
    """A list without the keys, which are secrets."""

    list_display = ("person", "device", "ip", "created_at", "last_used_at", "expire_date")
    list_display_links = None
    ordering = ("-last_used_at",)
    actions = ("end",)

    @admin.display(description=_("person"))
    def person(self, session: Session) -> str:
        return str(User.objects.filter(id=session.user_id).first() or "")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        return super().get_queryset(request).filter(user_id__isnull=False).defer("session_data")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The page of one session would show its key.
        return obj is None and super().has_view_permission(request, obj)

    @admin.action(description=_("End the chosen sessions at once"))
    def end(self, request: HttpRequest, sessions: QuerySet[Session]) -> None:
        actor = actor_for(request.user)
        for session in sessions:
            try:
                access.person_to_manage(actor, session.user_id)
            except Refusal as refusal:
                self.message_user(request, str(refusal.detail or refusal.title), level="error")
                continue
            services.end_session(actor, session)


class SessionPolicyAdmin(PolicyAdmin):
    """How long people stay signed in."""

    lead = _("Signed-out people lose nothing: drafts stay in their browser.")


admin.site.register(Session, SessionAdmin)
admin.site.register(SessionPolicy, SessionPolicyAdmin)
