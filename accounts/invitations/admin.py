"""Invitations and requests to join, in the organisation's console."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.invitations import access, services
from accounts.invitations.mails import invitation_link, mail_invitation
from accounts.invitations.models import Invitation, JoinPolicy, JoinRequest
from accounts.pages import ServiceForm, ServicePage
from accounts.people.models import RoleChoice
from accounts.policies.page import PolicyAdmin
from accounts.policies.selectors import current
from core.console import Section
from core.errors import Refusal
from core.permissions import Permission, Role


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


class NewInvitationForm(ServiceForm):
    """One or several addresses, or none for a link."""

    email = forms.CharField(
        required=False,
        max_length=20_000,
        label=_("E-mail addresses"),
        widget=forms.Textarea(attrs={"rows": 3, "cols": 50, "dir": "ltr", "spellcheck": "false"}),
        help_text=_(
            "One per line; each gets an e-mail of their own. Leave empty for a link"
            " that you send yourself."
        ),
    )
    most_uses = forms.IntegerField(
        initial=1,
        min_value=1,
        max_value=services.MOST_USES,
        label=_("How many may use the link"),
        help_text=_("An invitation by mail is for one person."),
    )
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=services.MOST_DAYS,
        label=_("Good for so many days"),
    )

    class Meta:
        model = Invitation
        fields = ("email", "role", "most_uses", "guest_until")
        help_texts = {
            "guest_until": _("For guests: their account then ends automatically. In UTC.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "role" not in self.fields:
            return
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, role.label)
            for role in RoleChoice
            if access.may_invite_as(self.actor, Role(role))
        ]
        self.fields["days"].initial = current(JoinPolicy).invitation_days


class InvitationAdmin(_Inviting, ServicePage):
    """Made and taken back; the link is shown once."""

    section = Section.PEOPLE
    lead = _("An e-mail for one person, or a link for many. Each expires, and can be taken back.")
    add_words = _("Invite people")
    form = NewInvitationForm
    list_display = ("__str__", "role", "uses", "most_uses", "expires_at", "revoked_at")
    search_fields = ("email",)
    ordering = ("-created_at",)
    actions = ("take_back",)
    fields = ("email", "role", "most_uses", "guest_until", "days")
    kept = ("email", "role", "most_uses", "uses", "guest_until", "expires_at", "revoked_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.kept if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.kept if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor, values = actor_for(request.user), dict(form.cleaned_data)
        made = services.invite_each(actor, emails=values.pop("email").split(), **values)
        for row, secret in made:
            if row.email:
                mail_invitation(request, row, secret, by=str(request.user))
        obj.pk, obj._state.adding = made[0][0].id, False
        self.message_user(request, _said_of(request, made), messages.WARNING)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        return self.response_post_save_add(request, obj)

    @admin.action(description=_("Take the chosen invitations back"))
    def take_back(self, request: HttpRequest, rows: QuerySet[Invitation]) -> None:
        for row in rows:
            services.revoke_invitation(actor_for(request.user), invitation_id=row.id)


def _said_of(request: HttpRequest, made: list[tuple[Invitation, str]]) -> str:
    """What was sent, and the link of a single one."""
    emails = ", ".join(row.email for row, _secret in made if row.email)
    if len(made) > 1:
        return _("Mailed to %(emails)s.") % {"emails": emails}
    link = {"emails": emails, "link": invitation_link(request, made[0][1])}
    if emails:
        return _("Mailed to %(emails)s. The link, shown this once: %(link)s") % link
    return _("The link, shown this once: %(link)s") % link


class JoinRequestAdmin(_Inviting):
    """Let in, or turned away."""

    section = Section.PEOPLE
    lead = _(
        "People who have asked to join. Choose them in the list, and let them in or turn them away."
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
    lead = _("Ways to join besides individual invitations.")


admin.site.register(Invitation, InvitationAdmin)
admin.site.register(JoinRequest, JoinRequestAdmin)
admin.site.register(JoinPolicy, JoinPolicyAdmin)
