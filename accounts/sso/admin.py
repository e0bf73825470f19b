"""Identity providers in the console: made, tested, switched on; and what they have sent."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.people.models import User
from accounts.sso import access, addresses, arrivals, selectors, services
from accounts.sso.entering import dry_run
from accounts.sso.forms import SWITCHES, ChangedProviderForm, NewProviderForm
from accounts.sso.keys import ends_at, fingerprint
from accounts.sso.models import Arrival, IdentityProvider, Kind, State
from accounts.stepup import is_recent, lead_to_proof
from core.actor import Actor
from core.console import ReadOnly, Section
from core.errors import Refusal
from core.permissions import Permission

ACTS: dict[str, Callable[[Actor, UUID], object]] = {
    "on": lambda actor, id_: services.switch(actor, provider_id=id_, state=State.ON),
    "off": lambda actor, id_: services.switch(actor, provider_id=id_, state=State.DRAFT),
    "vouch": lambda actor, id_: services.vouch(actor, provider_id=id_),
    "refresh": lambda actor, id_: services.refresh(actor, provider_id=id_),
    "make_key": lambda actor, id_: services.make_key(actor, provider_id=id_),
    "retire_key": lambda actor, id_: services.retire_key(actor, provider_id=id_),
}
"""What the buttons above a provider's form do."""

DONE = {
    "on": _("Switched on: people can sign in with it now."),
    "off": _("Switched off. Sessions that are open stay open."),
    "vouch": _("The provider may now sign in people with up to the rights that you have."),
    "refresh": _("Its metadata was read again."),
    "make_key": _("The next key is made. Give the provider our metadata once more."),
    "retire_key": _("The new key now signs; the old one has been removed."),
}


SOON = timedelta(days=30)


class IdentityAdmin(admin.ModelAdmin):
    """Pages for those who look after identity, or after one provider."""

    def _may(self, request: HttpRequest) -> bool:
        return request.user.is_staff and access.may_open(actor_for(request.user))

    def _may_all(self, request: HttpRequest) -> bool:
        return request.user.is_staff and actor_for(request.user).may(Permission.IDENTITY_MANAGE)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)


class IdentityProviderAdmin(IdentityAdmin):
    """Where people of the organisation prove who they are."""

    section = Section.IDENTITY
    lead = _("Where your people prove who they are, by SAML or OpenID Connect.")
    list_display = ("name", "kind", "slug", "state", "domain_list", "tested_at")
    ordering = ("name",)
    change_form_template = "accounts/sso/provider.html"
    add_form_template = "accounts/sso/new_provider.html"

    @admin.display(description=_("domains"))
    def domain_list(self, provider: IdentityProvider) -> str:
        return ", ".join(provider.domains)

    def get_queryset(self, request: HttpRequest) -> QuerySet[IdentityProvider]:
        return access.providers_of(actor_for(request.user)).order_by("name", "id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may_all(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_all(request) and (obj is None or not obj.is_on)

    def get_form(
        self, request: HttpRequest, obj: Any = None, **kwargs: Any
    ) -> type[forms.ModelForm]:
        base = NewProviderForm if obj is None else ChangedProviderForm
        actor = actor_for(request.user)

        def post_clean(form: Any) -> None:
            _try(form, actor)

        return type(base.__name__, (base,), {"actor": actor, "_post_clean": post_clean})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return _new_fieldsets()
        return _changed_fieldsets(obj)

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<path:object_id>/act/",
                self.admin_site.admin_view(self.act),
                name="accounts_identityprovider_act",
            ),
            path(
                "<path:object_id>/certificate/",
                self.admin_site.admin_view(self.certificate),
                name="accounts_identityprovider_certificate",
            ),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """The services have saved it while the form was checked."""
        obj.pk, obj._state.adding = form.made.id, False

    def save_related(self, *args: Any, **kwargs: Any) -> None:
        """There is nothing beside the row."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        services.remove_provider(actor_for(request.user), provider_id=obj.id)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for provider in queryset:
            services.remove_provider(actor_for(request.user), provider_id=provider.id)

    def get_actions(self, request: HttpRequest, action_location: Any = None) -> dict:
        """Those that are on cannot be deleted: one by one, on their own pages."""
        return {}

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        self.message_user(
            request, _("It is a draft. Hand our side over, test it, then switch it on."), "success"
        )
        return HttpResponseRedirect(_page_of(obj.pk))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Whoever changes a provider has proved lately who they are."""
        if request.method == "POST" and not is_recent(request):
            return lead_to_proof(request, keeps_form=not request.POST.get("secret"))
        return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not is_recent(request):
            return lead_to_proof(request)
        return super().delete_view(request, *args, **kwargs)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        provider = self.get_object(request, object_id)
        extra = self._shown(provider) if provider is not None and self._may(request) else {}
        return super().change_view(request, object_id, form_url, extra)

    def _shown(self, provider: IdentityProvider) -> dict[str, Any]:
        keys = selectors.own_keys(provider)
        theirs = provider.trust.get("certificates", [])
        return {
            "provider": provider,
            "where": addresses.of(provider),
            "keys": [(key, fingerprint(key.certificate)) for key in keys],
            "their_keys": [(fingerprint(each), ends_at(each)) for each in theirs],
            "their_keys_ending": _all_ending(theirs),
            "arrivals": list(provider.arrivals.order_by("-at")[:5]),
            "vouched_role": provider.vouched.get("role", ""),
            "show_save_and_add_another": False,
        }

    def act(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One of the buttons."""
        act = ACTS.get(request.POST.get("act", ""))
        if not self._may(request):
            raise PermissionDenied
        if request.method != "POST" or act is None or self.get_object(request, object_id) is None:
            raise Http404
        if not is_recent(request):
            return lead_to_proof(request)
        try:
            act(actor_for(request.user), UUID(object_id))
            self.message_user(request, DONE[request.POST["act"]], messages.SUCCESS)
        except Refusal as refusal:
            self.message_user(request, str(refusal.detail or refusal.title), messages.ERROR)
        return HttpResponseRedirect(_page_of(object_id))

    def certificate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Our certificates for a provider, as a file to hand over."""
        provider = self.get_object(request, object_id) if self._may(request) else None
        if provider is None:
            raise Http404
        text = "".join(key.certificate for key in selectors.own_keys(provider))
        response = HttpResponse(text, content_type="application/x-pem-file")
        response["Content-Disposition"] = f'attachment; filename="chancery-{provider.slug}.pem"'
        return response


def _all_ending(certificates: list[str]) -> list[tuple[str, datetime]]:
    """The certificate that ends last, where that is soon: one of two that ends is no trouble."""
    found = [(fingerprint(each), ends_at(each)) for each in certificates]
    last = max(found, key=lambda each: each[1], default=None)
    return [last] if last is not None and last[1] < timezone.now() + SOON else []


def _page_of(id_: object) -> str:
    return reverse("admin:accounts_identityprovider_change", args=[id_])


def _try(form: Any, actor: Actor) -> None:
    """Save by the services, so that what they refuse is shown at its field."""
    form.made = form.instance
    if form.errors or not form.is_bound:
        return
    data = form.cleaned_data
    try:
        if form.instance._state.adding:
            form.made = services.add_provider(
                actor,
                kind=data["kind"],
                slug=data["slug"],
                name=data["name"],
                metadata=data["metadata_file"],
                metadata_url=data["metadata_url"],
                issuer=data["issuer"],
                trust=form.particulars(),
                secret=data["secret"],
            )
        else:
            form.made = services.change_provider(
                actor, provider_id=form.instance.id, **form.changes()
            )
    except Refusal as refusal:
        form.show(refusal)


def _new_fieldsets() -> Any:
    return (
        (None, {"fields": ("kind", "name", "slug")}),
        (
            _("How it is described"),
            {"fields": ("metadata_url", "metadata_file", "client_id", "secret")},
        ),
        (
            _("By hand, where it publishes nothing"),
            {
                "fields": ("issuer", "sso_url", "slo_url", "certificates"),
                "classes": ("collapse",),
            },
        ),
    )


def _changed_fieldsets(provider: IdentityProvider) -> Any:
    is_saml = provider.kind == Kind.SAML
    trust = (
        ("metadata_url", "metadata_file", "issuer", "sso_url", "slo_url", "certificates")
        if is_saml
        else ("metadata_url", "metadata_file", "issuer", "client_id", "secret")
    )
    away = (
        {"userinfo"}
        if is_saml
        else {"idp_initiated", "needs_signed_response", "needs_encryption", "signs_requests"}
    )
    return (
        (None, {"fields": ("name", "domains")}),
        (
            _("Attributes and claims"),
            {
                "fields": tuple(
                    f"map_{name}"
                    for name in (
                        "email",
                        "name",
                        "given_name",
                        "family_name",
                        "locale",
                        "groups",
                        "subject",
                    )
                ),
                "description": _(
                    "Empty fields try the usual names, such as email or displayName. The"
                    " identifier is the NameID or sub unless you name an attribute that never"
                    " changes."
                ),
            },
        ),
        (_("Roles and groups"), {"fields": ("default_role", "grants")}),
        (
            _("Rules"),
            {
                "fields": (
                    *(f"rule_{name}" for name in SWITCHES if name not in away),
                    "clock_skew_s",
                )
            },
        ),
        (_("Whom we trust"), {"fields": trust}),
    )


class ArrivalAdmin(ReadOnly, IdentityAdmin):
    """What providers have sent, what came of it, and what would come of it now."""

    section = Section.LOOK
    lead = _("Every answer a provider sent: what was expected, what came, and why it was refused.")
    list_display = ("at", "provider", "outcome", "code", "person")
    list_filter = ("outcome", ("provider", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("provider",)
    ordering = ("-at",)
    change_form_template = "accounts/sso/arrival.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Arrival]:
        rows = super().get_queryset(request)
        return rows.filter(provider__in=access.providers_of(actor_for(request.user)))

    @admin.display(description=_("person"))
    def person(self, arrival: Arrival) -> str:
        found = User.objects.filter(id=arrival.user_id).first() if arrival.user_id else None
        return str(found or "")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        arrival = self.get_object(request, object_id)
        extra = {}
        if arrival is not None and self._may(request):
            content = arrivals.content_of(arrival)
            extra = {
                "arrival": arrival,
                "provider": arrival.provider,
                "facts": content.get("facts", {}),
                "subject": content.get("subject", ""),
                "claims": _readable(content.get("claims", {})),
                "dry_run": _readable(dry_run(arrival.provider, arrival)),
                "person": self.person(arrival),
            }
        return super().change_view(request, object_id, form_url, extra)


def _readable(values: dict[str, Any]) -> dict[str, Any]:
    """Lists as people write them."""
    return {
        name: ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in values.items()
    }


admin.site.register(IdentityProvider, IdentityProviderAdmin)
admin.site.register(Arrival, ArrivalAdmin)
