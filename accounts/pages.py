"""Base of console pages whose changes are services': a page asks, and shows what was refused."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from core.actor import Actor
from core.console import ShownForm
from core.errors import Refusal


class ServiceForm(ShownForm):
    """A form that shows what a service refused; nothing is saved by the form itself."""

    actor: ClassVar[Actor]
    refusal: ClassVar[Refusal | None] = None

    def _post_clean(self) -> None:
        """The service judges the values, and says it in our words."""
        for name, value in self.cleaned_data.items():
            if name in {field.name for field in self._meta.model._meta.fields}:
                setattr(self.instance, name, value)
        if self.refusal is not None:
            show_refusal(self, self.refusal)


class Picked(AutocompleteSelect):
    """Django's field that searches while one types, sent back with something that is no id.

    Its own looks the value up to draw it again, and fails; a plain list of choices draws nothing.
    """

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        return super().optgroups(name, [one for one in value if self._is_id(one)], attr)

    def _is_id(self, value: str) -> bool:
        try:
            self.field.remote_field.model._meta.pk.to_python(value)
        except ValidationError:
            return False
        return True


class NamesInput(forms.TextInput):
    """A line of text that suggests names while one types, without asking anybody."""

    template_name = "accounts/names.html"

    def __init__(self, names: list[str]) -> None:
        super().__init__(attrs={"autocomplete": "off"})
        self.names = names

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["names"] = self.names
        context["widget"]["attrs"]["list"] = f"{name}-names"
        return context


class ServicePage(admin.ModelAdmin):
    """`create`, `change` and `remove` call the services."""

    form: type[forms.ModelForm] = ServiceForm

    @admin.display(description=_("person"), ordering="user__name")
    def person(self, row: Any) -> str:
        """Whose a line is, for tables that call the column by what it refers to."""
        return str(row.user or "")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """People are called people wherever one is chosen."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = Picked(db_field, self.admin_site)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name == "user":
            field.label = _("Person")
        return field

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A choice is only a choice: what is chosen has its own page, in the menu."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def create(self, actor: Actor, values: dict[str, Any]) -> Model | None:
        """Make a row from the form's values; None where nothing came of it."""
        raise PermissionError

    def change(self, actor: Actor, row: Any, values: dict[str, Any]) -> None:
        """Change a row to the form's values."""
        raise PermissionError

    def remove(self, actor: Actor, row: Any) -> None:
        """Take a row away."""
        raise PermissionError

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any):
        form = super().get_form(request, obj, change, **kwargs)
        given = {"actor": actor_for(request.user), "refusal": getattr(request, "refusal", None)}
        return type(form.__name__, (form,), given)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """As Django's; what the service refuses is shown at its field."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refusal as refusal:
            self.message_user(request, sentence(refusal), level="error")
            opts = self.opts
            name = f"admin:{opts.app_label}_{opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=[quote(object_id)]))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor, values = actor_for(request.user), form.cleaned_data
        if change:
            self.change(actor, obj, values)
            return
        made = self.create(actor, values)
        if made is not None:
            obj.pk, obj._state.adding = made.pk, False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing: relations are the services', too."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove(actor_for(request.user), obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        actor = actor_for(request.user)
        for row in queryset:
            try:
                self.remove(actor, row)
            except Refusal as refusal:
                self.message_user(request, f"{row}: {sentence(refusal)}", level="error")


class KeptPage(ServicePage):
    """Rows made and taken away, never changed: the page of one shows the list's columns."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj is None else self.list_display

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.list_display

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def sentence(refusal: Refusal) -> str:
    """A refusal in one sentence, for a line on a page."""
    words = [str(error.message) for error in refusal.errors]
    return " ".join(words) or str(refusal.detail or refusal.title)


def show_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a refusal at the fields it names, or above the form."""
    for error in refusal.errors:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
    if not refusal.errors:
        form.add_error(None, str(refusal.detail or refusal.title))
