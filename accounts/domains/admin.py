"""E-mail domains in the console: claimed, with the record to publish, looked up, let go."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.domains import services
from accounts.domains.models import DomainProof
from core.console import Section
from core.errors import Refusal
from core.permissions import Permission


class NewDomainForm(forms.ModelForm):
    """The domain alone; its record is shown next."""

    class Meta:
        model = DomainProof
        fields = ("domain",)
        help_texts = {"domain": _("What stands after the @ in your people's e-mail addresses.")}


class DomainProofAdmin(admin.ModelAdmin):
    """Domains cannot be changed: one that is wrong is let go, and another one claimed."""

    section = Section.IDENTITY
    lead = _("Proved by a record in the DNS: people with such an address are recognised as yours.")
    form = NewDomainForm
    list_display = ("domain", "state", "record", "checked_at")
    ordering = ("domain",)
    actions = ("look_up", "let_go")
    readonly_fields = ("domain", "state", "record", "created_at", "checked_at", "missing_since")

    @admin.display(description=_("state"))
    def state(self, row: DomainProof) -> str:
        if row.missing_since:
            return str(_("proved, but the record is missing"))
        return str(_("proved") if row.is_proved else _("not proved yet"))

    @admin.display(description=_("TXT record"))
    def record(self, row: DomainProof) -> SafeString:
        return format_html("<code>{}</code> <code>{}</code>", row.record_name, row.record_value)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("domain",) if obj is None else self.readonly_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else self.readonly_fields

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _may(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_active and actor_for(user).may(Permission.IDENTITY_MANAGE)

    def get_form(
        self, request: HttpRequest, obj: Any = None, **kwargs: Any
    ) -> type[forms.ModelForm]:
        base = super().get_form(request, obj, **kwargs)
        if obj is not None:
            return base

        def clean_domain(form: forms.ModelForm) -> str:
            try:
                return services.check_new(
                    actor_for(request.user), domain=form.cleaned_data.get("domain", "")
                )
            except Refusal as refusal:
                words = refusal.errors[0].message if refusal.errors else refusal.detail
                raise forms.ValidationError(str(words)) from refusal

        return type(base.__name__, (base,), {"clean_domain": clean_domain})

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        made = services.add_domain(actor_for(request.user), domain=form.cleaned_data["domain"])
        obj.pk, obj._state.adding = made.id, False
        words = _("Publish this TXT record at %(name)s, then look it up here: %(value)s") % {
            "name": made.record_name,
            "value": made.record_value,
        }
        self.message_user(request, words, messages.WARNING)

    @admin.action(description=_("Look the record up now"))
    def look_up(self, request: HttpRequest, rows: QuerySet[DomainProof]) -> None:
        for row in rows[:20]:
            try:
                found = services.check_domain(actor_for(request.user), domain_id=row.id)
            except Refusal as refusal:
                self.message_user(request, f"{row.domain}: {refusal.detail}", messages.ERROR)
                continue
            level = messages.SUCCESS if found.is_proved else messages.WARNING
            self.message_user(request, self._found(found), level)

    def _found(self, row: DomainProof) -> str:
        """What the DNS had, and what to do where that was not the record."""
        if row.is_proved and not row.missing_since:
            return _("%(domain)s is proved.") % {"domain": row.domain}
        words = _(
            "No TXT record with this text was found, neither at %(name)s nor at %(domain)s. A new"
            " one can take an hour to be seen: look it up again then."
        )
        return words % {"name": row.record_name, "domain": row.domain}

    @admin.action(description=_("Let go of the chosen domains"))
    def let_go(self, request: HttpRequest, rows: QuerySet[DomainProof]) -> None:
        for row in rows:
            services.remove_domain(actor_for(request.user), domain_id=row.id)


admin.site.register(DomainProof, DomainProofAdmin)
