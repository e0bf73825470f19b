"""Sessions in their organisation's console: whose, from where, and ended at once."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.people import access
from accounts.people.models import User
from accounts.policies.page import PolicyAdmin
from accounts.sessions import services
from accounts.sessions.models import Session, SessionPolicy
from accounts.sessions.selectors import device_name
from core.console import ReadOnly, Section
from core.errors import Refusal


class SessionAdmin(ReadOnly, admin.ModelAdmin):
    """A list without the keys, which are secrets."""

    section = Section.IDENTITY
    lead = _("Who is signed in, from where. Choose some in the list to end them at once.")
    list_display = ("person", "seen_device", "address", "begun", "used", "ends")
    list_display_links = None
    ordering = ("-last_used_at",)
    search_fields = ("person_name", "person_email", "ip")
    actions = ("end",)

    @admin.display(description=_("person"))
    def person(self, session: Any) -> str:
        return session.person_name or session.person_email or ""

    @admin.display(description=_("device"))
    def seen_device(self, session: Session) -> str:
        return device_name(session.device)

    @admin.display(description=_("address"), ordering="ip")
    def address(self, session: Session) -> str:
        return session.ip or ""

    @admin.display(description=_("signed in"), ordering="created_at")
    def begun(self, session: Session) -> datetime:
        return session.created_at

    @admin.display(description=_("last used"), ordering="last_used_at")
    def used(self, session: Session) -> datetime | None:
        return session.last_used_at

    @admin.display(description=_("ends by itself"), ordering="expire_date")
    def ends(self, session: Session) -> datetime:
        return session.expire_date

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        whose = User.objects.filter(id=OuterRef("user_id"))
        return (
            super()
            .get_queryset(request)
            .filter(user_id__isnull=False, expire_date__gt=timezone.now())
            .defer("session_data")
            .annotate(
                person_name=Subquery(whose.values("name")[:1]),
                person_email=Subquery(whose.values("email")[:1]),
            )
        )

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

    section = Section.IDENTITY
    lead = _("Signed-out people lose nothing: drafts stay in their browser.")


admin.site.register(Session, SessionAdmin)
admin.site.register(SessionPolicy, SessionPolicyAdmin)
