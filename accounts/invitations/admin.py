"""Invitations and requests to join, in the organisation's console."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.invitations import services
from accounts.invitations.mails import invitation_link, mail_invitation
from accounts.invitations.models import Invitation, JoinPolicy, JoinRequest
from accounts.policies.page import PolicyAdmin
from core.console import Section
from core.errors import Refusal
from core.permissions import Permission


class _Inviting(admin.ModelAdmin):
    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _may(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_active and actor_for(user).may(Permission.PEOPLE_INVITE)


class InvitationAdmin(_Inviting):
    """Made and taken back; the link is shown once."""

    section = Section.PEOPLE
    lead = _(
        "One mail for one person, or a link for many. Each ends by itself, and can be taken back."
    )
    add_words = _("Invite people")
    list_display = ("__str__", "role", "uses", "most_uses", "expires_at", "revoked_at")
    ordering = ("-created_at",)
    actions = ("take_back",)
    fields = ("email", "role", "most_uses", "guest_until", "expires_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def get_form(
        self, request: HttpRequest, obj: Any = None, **kwargs: Any
    ) -> type[forms.ModelForm]:
        base = super().get_form(request, obj, **kwargs)
        if obj is None:
            base.base_fields["email"].help_text = _(
                "Leave empty for a link that you send yourself."
            )
            base.base_fields.pop("expires_at", None)
        return base

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.fields if obj else ("email", "role", "most_uses", "guest_until")

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        try:
            row, secret = services.invite(actor_for(request.user), **form.cleaned_data)
        except Refusal as refusal:
            words = refusal.errors[0].message if refusal.errors else refusal.detail
            self.message_user(request, str(words or refusal.title), messages.ERROR)
            obj.pk = None
            return
        obj.pk, obj._state.adding = row.id, False
        if row.email:
            mail_invitation(request, row, secret, by=str(request.user))
        words = _("The link, shown this once: %(link)s") % {
            "link": invitation_link(request, secret)
        }
        self.message_user(request, words, messages.WARNING)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing to log where nothing was made."""
        return super().log_addition(request, obj, message) if obj.pk else None

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        return self.response_post_save_add(request, obj)

    @admin.action(description=_("Take the chosen invitations back"))
    def take_back(self, request: HttpRequest, rows: QuerySet[Invitation]) -> None:
        for row in rows:
            services.revoke_invitation(actor_for(request.user), invitation_id=row.id)


class JoinRequestAdmin(_Inviting):
    """Let in, or turned away."""

    section = Section.PEOPLE
    lead = _(
        "Who has asked to come in. Choose them in the list, and let them in or turn them away."
    )
    list_display = ("email", "name", "created_at", "is_accepted", "decided_at")
    list_filter = ("is_accepted",)
    ordering = ("decided_at", "created_at")
    actions = ("let_in", "turn_away")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.action(description=_("Let the chosen people in"))
    def let_in(self, request: HttpRequest, rows: QuerySet[JoinRequest]) -> None:
        self._decide(request, rows, accept=True)

    @admin.action(description=_("Turn the chosen people away"))
    def turn_away(self, request: HttpRequest, rows: QuerySet[JoinRequest]) -> None:
        self._decide(request, rows, accept=False)

    def _decide(self, request: HttpRequest, rows: QuerySet[JoinRequest], *, accept: bool) -> None:
        for row in rows.filter(decided_at=None):
            try:
                services.decide_request(actor_for(request.user), request_id=row.id, accept=accept)
            except Refusal as refusal:
                words = f"{row.email}: {refusal.detail or refusal.title}"
                self.message_user(request, words, messages.ERROR)


class JoinPolicyAdmin(PolicyAdmin):
    """Who comes in without an invitation of their own."""

    section = Section.PEOPLE


admin.site.register(Invitation, InvitationAdmin)
admin.site.register(JoinRequest, JoinRequestAdmin)
admin.site.register(JoinPolicy, JoinPolicyAdmin)
