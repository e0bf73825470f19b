"""Directory sync in its organisation's console: tokens, shown once, and what the provider sent."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.pages import ServiceForm, ServicePage
from accounts.people.models import RoleChoice
from accounts.rows import RowsField
from accounts.scim.credentials import NEW_ROLES, SCOPE, create_scim_token
from accounts.scim.models import ScimRequest, ScimToken
from accounts.stepup import is_recent, lead_to_proof
from accounts.tokens.models import ApiToken
from accounts.tokens.services import revoke_token
from core.actor import Actor
from core.console import ReadOnly, Section
from core.permissions import Permission, Role


def _manages(request: HttpRequest) -> bool:
    return request.user.is_staff and actor_for(request.user).may(Permission.IDENTITY_MANAGE)


class NewScimTokenForm(ServiceForm):
    """Which provider it is for, and what the people it brings are."""

    name = forms.CharField(max_length=100, label=_("Identity provider"))
    new_role = forms.ChoiceField(
        choices=[(role.value, RoleChoice(role).label) for role in NEW_ROLES],
        initial=Role.MEMBER.value,
        label=_("New people are"),
    )
    role_map = RowsField(
        heads=(_("What the provider sends as a role"), _("The role here")),
        choices=[
            (role.value, role.label)
            for role in RoleChoice
            if role not in (RoleChoice.OWNER, RoleChoice.BOT)
        ],
        label=_("Roles by what is sent"),
        help_text=_("Such as contractor: Guest. Everyone else becomes what new people are."),
    )
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=3650,
        label=_("Lifetime in days"),
        help_text=_("Empty: until it is ended."),
    )

    class Meta:
        model = ApiToken
        fields = ("name",)

    def clean_role_map(self) -> dict[str, str]:
        return {sent: role for sent, role, _name in self.cleaned_data["role_map"]}


class ScimTokenAdmin(ServicePage):
    """One token per identity provider; give it the address /scim/v2 of this host."""

    section = Section.IDENTITY
    lead = _("With such a token your identity provider adds and removes people automatically.")
    add_words = _("Connect a directory")
    form = NewScimTokenForm
    list_display = ("name", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_display_links = None
    ordering = ("-created_at",)
    fields = ("name", "new_role", "role_map", "days")
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        return super().get_queryset(request).filter(scopes=[SCOPE])

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _manages(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _manages(request) and obj is None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _manages(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Like other tokens, by somebody who has proved lately who they are."""
        if request.method == "POST" and not is_recent(request):
            return lead_to_proof(request)
        return super().add_view(request, form_url, extra_context)

    def create(self, actor: Actor, values: dict[str, Any]) -> ApiToken:
        made = create_scim_token(actor, **values)
        made.row.secret = made.secret  # type: ignore[attr-defined]
        return made.row

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        row = self.create(actor_for(request.user), form.cleaned_data)
        obj.pk, obj.name, obj._state.adding = row.pk, row.name, False
        address = request.build_absolute_uri("/scim/v2")
        words = _("Address: %(address)s. The token, shown this once: %(token)s") % {
            "address": address,
            "token": row.secret,  # type: ignore[attr-defined]
        }
        self.message_user(request, words, messages.WARNING)

    @admin.action(description=_("End the chosen tokens at once"))
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        for token in tokens:
            revoke_token(actor_for(request.user), token_id=token.id)


class ScimRequestAdmin(ReadOnly, admin.ModelAdmin):
    """The newest requests of identity providers, with secrets masked."""

    section = Section.LOOK
    lead = _(
        "What the directory asked for, and what was answered; the newest 2,000, without secrets."
    )
    list_display = ("at", "method", "path", "status", "detail", "duration_ms")
    list_filter = ("method", "status")
    search_fields = ("path", "detail", "body")
    ordering = ("-id",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _manages(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _manages(request)


admin.site.register(ScimToken, ScimTokenAdmin)
admin.site.register(ScimRequest, ScimRequestAdmin)
