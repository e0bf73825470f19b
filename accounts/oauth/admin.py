"""Apps in the console: set up, their secrets shown once, ended; and who lets them in."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.oauth import services
from accounts.oauth.models import GrantType, Kind, OAuthApp, OAuthConnection
from accounts.oauth.selectors import used
from accounts.oauth.views import IN_WORDS
from accounts.pages import ServiceForm, ServicePage, sentence
from accounts.sso.addresses import site
from accounts.stepup import is_recent, lead_to_proof
from core.actor import Actor
from core.console import ReadOnly, Section
from core.errors import Refusal
from core.permissions import Permission

_SCOPES = [(scope, format_lazy("{}: {}", scope, words[0])) for scope, words in IN_WORDS.items()]


def _sets_up(request: HttpRequest) -> bool:
    return request.user.is_active and actor_for(request.user).may(Permission.INTEGRATIONS_MANAGE)


def _sees(request: HttpRequest) -> bool:
    user = request.user
    return _sets_up(request) or (user.is_active and actor_for(user).may(Permission.TOKENS_MANAGE))


class _Lines(forms.CharField):
    """One value on each line."""

    def __init__(self, **kwargs: Any) -> None:
        rows = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "dir": "ltr"})
        super().__init__(required=False, max_length=12_000, widget=rows, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return super().clean(value).replace(",", " ").split()


class OAuthAppForm(ServiceForm):
    """What can be changed of an app."""

    redirect_uris = _Lines(
        label=_("Redirect URIs"),
        help_text=_(
            "One per line: https:// addresses, compared to the letter, or"
            " http://127.0.0.1/callback with any port for programs on people's own"
            " devices."
        ),
    )
    scopes = forms.MultipleChoiceField(
        choices=_SCOPES,
        widget=forms.CheckboxSelectMultiple,
        initial=["read"],
        label=_("What it may ask for"),
    )
    networks = _Lines(
        label=_("Only from these networks"),
        help_text=_("Such as 192.0.2.0/24, separated by commas; empty: from everywhere."),
    )

    class Meta:
        model = OAuthApp
        fields = ("name", "redirect_uris", "scopes", "networks")


class NewOAuthAppForm(OAuthAppForm):
    """An app as it is set up; what it is does not change later."""

    kind = forms.ChoiceField(
        choices=Kind.choices,
        widget=forms.RadioSelect,
        initial=Kind.CONFIDENTIAL.value,
        label=_("Kind"),
    )
    grants = forms.MultipleChoiceField(
        choices=GrantType.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[GrantType.AUTHORIZATION_CODE.value, GrantType.REFRESH_TOKEN.value],
        label=_("How it gets its tokens"),
    )

    class Meta(OAuthAppForm.Meta):
        fields = ("name", "kind", "grants", "redirect_uris", "scopes", "networks")


class OAuthAppAdmin(ServicePage):
    """Programs of others that act for people, or by themselves. Ending one ends all its tokens."""

    section = Section.PROGRAMS
    lead = _("Programs of others that people may let act for them, or that act by themselves.")
    list_display = ("name", "kind", "scope_list", "people", "last_used_at", "revoked_at")
    list_filter = ("kind",)
    search_fields = ("name",)
    ordering = ("revoked_at", "name")
    actions = ("end",)
    change_form_template = "accounts/oauth/app.html"
    add_form_template = "admin/change_form.html"

    @admin.display(description=_("scopes"))
    def scope_list(self, app: OAuthApp) -> str:
        return ", ".join(app.scopes)

    @admin.display(description=_("people"))
    def people(self, app: Any) -> int:
        return app.people_count

    def get_queryset(self, request: HttpRequest) -> QuerySet[OAuthApp]:
        return super().get_queryset(request).annotate(people_count=Count("connections"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _sees(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _sees(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _sets_up(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _sets_up(request) and (obj is None or obj.revoked_at is None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any):
        kwargs["form"] = NewOAuthAppForm if obj is None else OAuthAppForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return NewOAuthAppForm.Meta.fields if obj is None else OAuthAppForm.Meta.fields

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(self.act)
        name = "accounts_oauthapp_act"
        return [path("<path:object_id>/act/", act, name=name), *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Apps are set up and changed by somebody who has proved lately who they are."""
        if request.method == "POST" and not is_recent(request):
            return lead_to_proof(request)
        app = self.get_object(request, object_id) if object_id else None
        extra = _ONE_WAY_ON if app is None else self._shown(request, app)
        return super().changeform_view(request, object_id, form_url, extra)

    def create(self, actor: Actor, values: dict[str, Any]) -> OAuthApp:
        made = services.create_app(actor, **values)
        made.app.secret = made.secret  # type: ignore[attr-defined]
        return made.app

    def change(self, actor: Actor, row: Any, values: dict[str, Any]) -> None:
        services.change_app(actor, app_id=row.pk, **values)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            self.change(actor_for(request.user), obj, form.cleaned_data)
            return
        app = self.create(actor_for(request.user), form.cleaned_data)
        obj.pk, obj.name, obj._state.adding = app.pk, app.name, False
        if app.secret:  # type: ignore[attr-defined]
            self._show(request, app.secret)  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        """On to its page, where its client id and the addresses stand."""
        self.message_user(request, _("The app is set up."), messages.SUCCESS)
        return HttpResponseRedirect(_page_of(obj.pk))

    @admin.action(description=_("End the chosen apps and all their tokens at once"))
    def end(self, request: HttpRequest, apps: QuerySet[OAuthApp]) -> None:
        for app in apps.filter(revoked_at=None):
            services.revoke_app(actor_for(request.user), app_id=app.id)

    def act(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One of the buttons: the next secret, the end of one, the end of the app."""
        if not _sees(request):
            raise PermissionDenied
        app = self.get_object(request, object_id)
        if request.method != "POST" or app is None:
            raise Http404
        if not is_recent(request):
            return lead_to_proof(request)
        try:
            self._do(request, app)
        except Refusal as refusal:
            self.message_user(request, sentence(refusal), messages.ERROR)
        return HttpResponseRedirect(_page_of(object_id))

    def _do(self, request: HttpRequest, app: OAuthApp) -> None:
        actor, act = actor_for(request.user), request.POST.get("act", "")
        if act == "secret":
            self._show(request, services.make_secret(actor, app_id=app.id)[1])
        elif act == "end":
            services.revoke_app(actor, app_id=app.id)
            self.message_user(request, _("The app is ended, with all its tokens."))
        elif "secret" in request.POST:
            services.end_secret(actor, app_id=app.id, secret_id=_uuid(request.POST["secret"]))
            self.message_user(request, _("The secret is ended."))
        else:
            raise Http404

    def _show(self, request: HttpRequest, secret: str) -> None:
        words = _("The secret, shown this once: %(secret)s") % {"secret": secret}
        self.message_user(request, words, messages.WARNING)

    def _shown(self, request: HttpRequest, app: OAuthApp) -> dict[str, Any]:
        return {
            "app": app,
            "issuer": site(),
            "secrets": app.secrets,
            "grant_words": [GrantType(grant).label for grant in app.grants],
            "may_set_up": _sets_up(request),
            "show_save_and_add_another": False,
        }


class OAuthConnectionAdmin(ReadOnly, admin.ModelAdmin):
    """Who lets which app act for them."""

    section = Section.PROGRAMS
    lead = _("Who lets which app act for them. Choose some in the list to take it back.")
    list_display = ("app", "user", "scope_list", "created_at", "used")
    list_display_links = None
    list_filter = ("app",)
    list_select_related = ("app", "user")
    search_fields = ("app__name", "user__name", "user__email")
    ordering = ("-created_at",)
    actions = ("end",)

    @admin.display(description=_("scopes"))
    def scope_list(self, row: OAuthConnection) -> str:
        return ", ".join(row.scopes)

    @admin.display(description=_("last used"))
    def used(self, row: Any) -> Any:
        return row.used_at or row.last_used_at

    def get_queryset(self, request: HttpRequest) -> QuerySet[OAuthConnection]:
        return used(super().get_queryset(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _sees(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _sees(request) and obj is None

    @admin.action(description=_("Take back what these people allowed, at once"))
    def end(self, request: HttpRequest, rows: QuerySet[OAuthConnection]) -> None:
        for row in rows:
            services.disconnect(actor_for(request.user), app_id=row.app_id, user_id=row.user_id)


_ONE_WAY_ON = {"show_save_and_add_another": False, "show_save_and_continue": False}


def _page_of(id_: object) -> str:
    return reverse("admin:accounts_oauthapp_change", args=[id_])


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as wrong:
        raise Http404 from wrong


admin.site.register(OAuthApp, OAuthAppAdmin)
admin.site.register(OAuthConnection, OAuthConnectionAdmin)
