"""Bearer tokens in their organisation's console: made and shown once, listed, ended."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.people import access
from accounts.people.models import User
from accounts.tokens import services
from accounts.tokens.models import ApiToken
from core.actor import Role


class NewTokenForm(forms.ModelForm):
    """For whom, what for, how far it reaches and for how long."""

    days = forms.IntegerField(min_value=1, max_value=3650, initial=90, label=_("Lifetime in days"))
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in sorted(services.SCOPES)],
        widget=forms.CheckboxSelectMultiple,
        initial=["read", "write"],
    )

    class Meta:
        model = ApiToken
        fields = ("user", "name")


class ApiTokenAdmin(admin.ModelAdmin):
    """Tokens cannot be changed: one that is wrong is ended, and another one made."""

    list_display = (
        "name",
        "user",
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

    @admin.display(description=_("scopes"))
    def reach(self, token: ApiToken) -> str:
        return str(_("all")) if token.scopes is None else ", ".join(token.scopes)

    def get_form(
        self, request: HttpRequest, obj: Any = None, **kwargs: Any
    ) -> type[forms.ModelForm]:
        if obj is not None:
            return super().get_form(request, obj, **kwargs)
        form = super().get_form(request, obj, **{**kwargs, "form": NewTokenForm, "fields": None})
        people = User.objects.filter(is_active=True)
        if actor_for(request.user).role is not Role.OWNER:
            people = people.exclude(role=Role.OWNER)
        form.base_fields["user"].queryset = people
        return form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("user", "name", "scopes", "days")
        return ("name", "user", "reach", "created_at", "expires_at", "last_used_at", "revoked_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        data = form.cleaned_data
        person = access.person_to_manage(actor_for(request.user), data["user"].id)
        row, token = services.create_token(
            person, name=data["name"], scopes=data["scopes"], days=data["days"]
        )
        obj.pk, obj._state.adding = row.id, False
        words = _("The token, shown this once: %(token)s") % {"token": token}
        self.message_user(request, words, messages.WARNING)

    @admin.action(description=_("End the chosen tokens at once"))
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        actor = actor_for(request.user)
        for token in tokens:
            services.revoke_token(actor, token_id=token.id)


admin.site.register(ApiToken, ApiTokenAdmin)
