"""Bearer tokens in their organisation's console: made and shown once, listed, ended."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.pages import ServiceForm, ServicePage, sentence
from accounts.people import access
from accounts.people.models import User
from accounts.stepup import is_recent, lead_to_proof
from accounts.tokens import access as token_access
from accounts.tokens import services
from accounts.tokens.models import ApiToken, ServiceAccount
from accounts.tokens.reach import clean_networks
from core.actor import Actor, Role
from core.console import Section
from core.errors import Refusal
from core.permissions import Permission

SCOPES = [
    ("read", _("read: what its person or account can read")),
    ("write", _("write: post, react, upload, as its person or account")),
    ("admin", _("admin: groups, roles, policies, identity providers, as far as they may")),
    ("sensitive", _("sensitive, beside admin: what people have to confirm themselves for")),
]


def networks_of(text: str) -> list[str]:
    """The networks in a field, in their short form; what is none is shown at the field."""
    named = [one for one in text.replace(",", " ").split() if one]
    try:
        return clean_networks(named) or []
    except Refusal as refusal:
        raise forms.ValidationError(sentence(refusal)) from refusal


def _looks_after_any(request: HttpRequest) -> bool:
    return request.user.is_staff and token_access.may_open(actor_for(request.user))


class NewTokenForm(forms.ModelForm):
    """For whom, what for, how far it reaches and for how long."""

    days = forms.IntegerField(min_value=1, max_value=3650, initial=90, label=_("Lifetime in days"))
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=SCOPES,
        widget=forms.CheckboxSelectMultiple,
        initial=["read", "write"],
    )

    networks = forms.CharField(
        required=False,
        max_length=2000,
        label=_("Only from these networks"),
        help_text=_("Such as 192.0.2.0/24, separated by commas; empty: from everywhere."),
    )

    class Meta:
        model = ApiToken
        fields = ("user", "name")
        labels: ClassVar = {"user": _("For whom"), "name": _("What it is for")}
        help_texts: ClassVar = {
            "user": _("A person or a service account. The token can do no more than they can.")
        }

    def clean_networks(self) -> list[str]:
        return networks_of(self.cleaned_data["networks"])


class ApiTokenAdmin(admin.ModelAdmin):
    """Tokens cannot be changed: one that is wrong is ended, and another one made."""

    section = Section.PROGRAMS
    lead = _("With such a token a program acts as a person or a service account. It is shown once.")
    list_display = (
        "name",
        "person",
        "reach",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_filter = ("revoked_at",)
    list_select_related = ("user",)
    search_fields = ("name", "user__name", "user__email")
    ordering = ("-created_at",)
    actions = ("revoke",)

    @admin.display(description=_("for whom"), ordering="user__name")
    def person(self, token: ApiToken) -> str:
        return str(token.user)

    @admin.display(description=_("scopes"))
    def reach(self, token: ApiToken) -> str:
        return str(_("all")) if token.scopes is None else ", ".join(token.scopes)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Tokens are made by somebody who has proved lately who they are."""
        if request.method == "POST" and not is_recent(request):
            return lead_to_proof(request)
        return super().add_view(request, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Any = None, **kwargs: Any
    ) -> type[forms.ModelForm]:
        if obj is not None:
            return super().get_form(request, obj, **kwargs)
        form = super().get_form(request, obj, **{**kwargs, "form": NewTokenForm, "fields": None})
        people = User.objects.filter(is_active=True)
        if actor_for(request.user).role is not Role.OWNER:
            people = people.exclude(role=Role.OWNER)
        actor = actor_for(request.user)
        if not actor.may(Permission.TOKENS_MANAGE) or not actor.may(Permission.PEOPLE_MANAGE):
            people = token_access.bots_of(actor).filter(is_active=True)
        form.base_fields["user"].queryset = people
        return form

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        """Those that were made here; those of apps come and go each hour, and have a page."""
        rows = super().get_queryset(request).filter(app_id=None)
        actor = actor_for(request.user)
        if actor.may(Permission.TOKENS_MANAGE):
            return rows
        return rows.filter(user__in=token_access.bots_of(actor))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _looks_after_any(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _looks_after_any(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _looks_after_any(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("user", "name", "scopes", "days", "networks")
        return ("name", "person", "reach", "created_at", "expires_at", "last_used_at", "revoked_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        data, actor = form.cleaned_data, actor_for(request.user)
        chosen: User = data["user"]
        given = {name: data[name] for name in ("name", "scopes", "days", "networks")}
        if chosen.is_bot and chosen.role == Role.BOT:
            row, token = services.create_service_token(actor, user_id=chosen.id, **given)
        else:
            person = access.person_to_manage(actor, chosen.id)
            row, token = services.create_token(person, **given, by=actor)
        obj.pk, obj._state.adding = row.id, False
        words = _("The token, shown this once: %(token)s") % {"token": token}
        self.message_user(request, words, messages.WARNING)

    @admin.action(description=_("End the chosen tokens at once"))
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        actor = actor_for(request.user)
        for token in tokens:
            services.revoke_token(actor, token_id=token.id)


admin.site.register(ApiToken, ApiTokenAdmin)


class NewServiceAccountForm(ServiceForm):
    """An account for a program, with its first token."""

    name = forms.CharField(max_length=120, label=_("What it is for"))
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=SCOPES,
        widget=forms.CheckboxSelectMultiple,
        initial=["read", "write"],
    )
    days = forms.IntegerField(min_value=1, max_value=3650, initial=365, label=_("Lifetime in days"))
    networks = forms.CharField(
        required=False,
        max_length=2000,
        label=_("Only from these networks"),
        help_text=_("Such as 192.0.2.0/24, separated by commas; empty: from everywhere."),
    )

    class Meta:
        model = ServiceAccount
        fields = ("name",)

    def clean_networks(self) -> list[str]:
        return networks_of(self.cleaned_data["networks"])


class ServiceAccountAdmin(ServicePage):
    """Programs: put them into channels as you would a person. Ending one ends all its tokens."""

    section = Section.PROGRAMS
    lead = _(
        "Accounts for programs rather than people. Add them to channels as you would a person."
    )
    form = NewServiceAccountForm
    list_display = ("name", "is_active", "created_at")
    list_display_links = None
    list_filter = ("is_active",)
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "scopes", "days", "networks")
    actions = ("end",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return (
            super()
            .get_queryset(request)
            .filter(id__in=token_access.bots_of(actor_for(request.user)).values("id"))
        )

    def _manages(self, request: HttpRequest) -> bool:
        return request.user.is_staff and actor_for(request.user).may(Permission.TOKENS_MANAGE)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _looks_after_any(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _looks_after_any(request) and obj is None

    def get_actions(self, request: HttpRequest, action_location: Any = None) -> dict:
        """Ending an account is not for those who look after one alone."""
        actions = super().get_actions(request)
        return actions if self._manages(request) else {}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._manages(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor: Actor = actor_for(request.user)
        row, token = services.create_service_account(actor, **form.cleaned_data)
        obj.pk, obj._state.adding = row.user_id, False
        words = _("The token, shown this once: %(token)s") % {"token": token}
        self.message_user(request, words, messages.WARNING)

    @admin.action(description=_("End the chosen accounts and their tokens at once"))
    def end(self, request: HttpRequest, accounts: QuerySet[User]) -> None:
        for account in accounts:
            services.end_service_account(actor_for(request.user), user_id=account.id)


admin.site.register(ServiceAccount, ServiceAccountAdmin)
