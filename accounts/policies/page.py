"""The page of a policy in its organisation's console: a form, and what it would do, then saving."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.people.models import User
from accounts.policies import access, selectors, services, words
from accounts.policies.models import Policy
from accounts.stepup import is_recent, lead_to_proof
from core.errors import Refusal


class PolicyAdmin(admin.ModelAdmin):
    """Base of the pages of policies; a subclass may set `form`, `fieldsets` and `lead`.

    Step one is the form; step two says in words what will happen and to how many people. Only what
    was shown is saved: where somebody else changed the policy meanwhile, it is shown again.
    """

    lead: Any = ""
    """A sentence under the heading: what the policy is about."""

    change_form_template = "accounts/policy.html"

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_changelist"
        return [path("", self.admin_site.admin_view(self.page), name=name)]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access.may_change(actor_for(request.user), self.model)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A list of choices is ticked, and times and numbers are plain fields."""
        if isinstance(db_field, ArrayField) and db_field.base_field.choices:
            return forms.MultipleChoiceField(
                choices=db_field.base_field.choices,
                widget=forms.CheckboxSelectMultiple,
                required=not db_field.blank,
                label=capfirst(db_field.verbose_name),
                help_text=db_field.help_text,
            )
        if isinstance(db_field, models.TimeField):
            return db_field.formfield(widget=forms.TimeInput(attrs={"type": "time"}))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def page(self, request: HttpRequest) -> HttpResponse:
        """Show the form, what it would do, or save: by the button that was pressed."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        before: Policy = selectors.stored(self.model)
        form_class = self.get_form(request, before, change=True)
        if request.method != "POST":
            return self._form_page(request, form_class(instance=before), before)
        # A second instance: the form writes into the one it is given.
        form = form_class(request.POST, request.FILES, instance=selectors.stored(self.model))
        if not form.is_valid():
            return self._form_page(request, form, before)
        values = dict(form.cleaned_data)
        try:
            if "save" in request.POST and request.POST.get("version") == str(before.version):
                if not is_recent(request):
                    return lead_to_proof(request)
                return self._saved(request, before, values)
            return self._review(request, form, before, services.changed(before, values))
        except Refusal as refusal:
            _show(form, refusal)
            return self._form_page(request, form, before)

    def _saved(self, request: HttpRequest, before: Policy, values: dict[str, Any]) -> HttpResponse:
        services.change(actor_for(request.user), self.model, if_version=before.version, **values)
        name = str(self.opts.verbose_name)
        self.message_user(request, _("Saved: %(name)s.") % {"name": name}, messages.SUCCESS)
        return HttpResponseRedirect(request.path)

    def _review(
        self, request: HttpRequest, form: forms.ModelForm, before: Policy, after: Policy
    ) -> HttpResponse:
        sentences = words.told(before, after)
        if not sentences:
            self.message_user(request, _("Nothing was changed."), messages.INFO)
            return HttpResponseRedirect(request.path)
        for field in form.fields.values():
            field.widget = field.hidden_widget()
        is_stale = "save" in request.POST
        return self._drawn(
            request, form, before, sentences=sentences, is_review=True, is_stale=is_stale
        )

    def _form_page(
        self, request: HttpRequest, form: forms.ModelForm, before: Policy
    ) -> HttpResponse:
        return self._drawn(request, form, before, is_review=False)

    def _drawn(
        self, request: HttpRequest, form: forms.ModelForm, before: Policy, **context: Any
    ) -> HttpResponse:
        return TemplateResponse(
            request,
            self.change_form_template,
            {
                **self.admin_site.each_context(request),
                "title": str(self.opts.verbose_name)[:1].upper() + str(self.opts.verbose_name)[1:],
                "lead": self.lead,
                "opts": self.opts,
                "form": form,
                "policy": before,
                "changed_by": User.objects.filter(id=before.changed_by_id).first(),
                "media": form.media,
                **context,
            },
        )


def _show(form: forms.ModelForm, refusal: Refusal) -> None:
    for error in refusal.errors:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
    if not refusal.errors:
        form.add_error(None, str(refusal.detail or refusal.title))
