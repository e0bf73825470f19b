"""People in their organisation's console. What may be changed is for the services to say."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.mfa import services as services_mfa
from accounts.pages import NamesInput
from accounts.people import access, services
from accounts.people.models import RoleChoice, User
from accounts.stepup import is_recent, lead_to_proof
from core.actor import Actor, Role
from core.console import Section, ShownForm
from core.errors import Refusal

FIELDS = ("name", "email", "title", "role", "is_active", "locale", "time_zone")


class PersonForm(ShownForm):
    """Changes to an account; `actor` is set by the admin for each request."""

    actor: Actor
    locale = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "time_zone" in self.fields:
            self.fields["time_zone"].widget = NamesInput(sorted(available_timezones()))
        if "locale" in self.fields:
            spoken = dict(settings.LANGUAGES)
            # A directory may say another one, and it stays.
            spoken.setdefault(self.instance.locale, self.instance.locale)
            self.fields["locale"].choices = list(spoken.items())
        if "role" in self.fields:
            given = set(access.roles_to_give(self.actor)) | {self.instance.role}
            self.fields["role"].choices = [c for c in RoleChoice.choices if c[0] in given]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        before = User.objects.get(id=self.instance.id)
        try:
            services.check_changes(self.actor, before, {name: data[name] for name in FIELDS})
        except Refusal as refusal:
            _show(self, refusal)
        return data


class NewPersonForm(forms.ModelForm):
    """A new account, with a password that its owner will want to change."""

    actor: Actor
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters. Pass it on to them, and have them change it."),
    )

    class Meta:
        model = User
        fields = ("name", "email", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = set(access.roles_to_give(self.actor))
        self.fields["role"].choices = [c for c in RoleChoice.choices if c[0] in given]
        self.fields["email"].required = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        new = {name: data[name] for name in self.fields}
        try:
            # By itself first: behind a refused password, the database would say that it is taken.
            services.check_new(self.actor, **new | {"password": None})
            services.check_new(self.actor, **new)
        except Refusal as refusal:
            _show(self, refusal)
        return data


class PeopleAdmin(UserAdmin):
    """The people of the organisation: nobody raises their own rights, only owners touch owners."""

    section = Section.PEOPLE
    lead = _(
        "Everybody with an account. Most people join by invitation; here you"
        " change their accounts, and deactivate those who leave."
    )
    form = PersonForm
    add_form = NewPersonForm
    change_password_form = AdminPasswordChangeForm
    add_form_template = None
    list_display = ("name", "email", "role", "is_active", "is_bot", "last_login")
    list_filter = ("role", "is_active", "is_bot")
    search_fields = ("name", "email")
    ordering = ("name",)
    actions = ("reset_second_factor", "remove_picture")
    filter_horizontal = ()
    fieldsets = ((None, {"fields": (*FIELDS, "password_state", "last_login", "created_at")}),)
    add_fieldsets = ((None, {"fields": ("name", "email", "role", "password")}),)
    readonly_fields = ("password_state", "last_login", "created_at")

    @admin.display(description=_("password"))
    def password_state(self, person: User) -> str:
        """Whether there is one; of what is stored nothing is shown."""
        state = _("set") if person.has_usable_password() else _("none: other ways lead in")
        return format_html('{} · <a href="../password/">{}</a>', state, _("Set a new one"))

    def get_form(
        self, request: HttpRequest, obj: Any = None, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, **kwargs)
        return type(form.__name__, (form,), {"actor": actor_for(request.user)})

    def offered(self, request: HttpRequest, asking: list[type[Model]]) -> QuerySet[User]:
        """Whom forms may name: whom everybody knows of; guests know of those they share with."""
        actor = actor_for(request.user)
        rows = User.objects.order_by("name")
        return rows.filter(id=actor.user_id) if actor.is_guest else rows

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or access.may_manage(actor_for(request.user), obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are deactivated; what they wrote stays theirs."""
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Making somebody an owner is asked for by somebody who has proved lately who they are."""
        if request.POST.get("role") == Role.OWNER and not is_recent(request):
            person = self.get_object(request, unquote(object_id))
            if person is not None and person.role != Role.OWNER:
                return lead_to_proof(request)
        return super().change_view(request, object_id, form_url, extra_context)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Set somebody's password: asked for by somebody who has proved lately who they are.

        The journal tells it, and the person's sessions end, but the one that this is done in.
        """
        if not is_recent(request):
            # A form that is put aside lies in the session: no password shall lie there.
            is_form = request.method != "POST"
            return lead_to_proof(request) if is_form else HttpResponseRedirect(request.path)
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            if isinstance(response, HttpResponseRedirect):
                person = self.get_object(request, unquote(id))
                services.note_password_set(
                    actor_for(request.user),
                    user_id=person.id,
                    but=request.session.session_key,
                )
        return response

    @admin.action(description=_("Take all second factors away, and sign out"))
    def reset_second_factor(self, request: HttpRequest, people: QuerySet[User]) -> None:
        actor = actor_for(request.user)
        for person in people:
            with self._telling(request, person):
                services_mfa.reset_second_factor(actor, user_id=person.id)

    @admin.action(description=_("Remove the picture"))
    def remove_picture(self, request: HttpRequest, people: QuerySet[User]) -> None:
        actor = actor_for(request.user)
        for person in people:
            with self._telling(request, person):
                services.note_avatar(actor, user_id=person.id, version=None)

    @contextmanager
    def _telling(self, request: HttpRequest, person: User) -> Iterator[None]:
        """Say whose turn was refused, and why; the others are still done."""
        try:
            yield
        except Refusal as refusal:
            words = f"{person}: {refusal.detail or refusal.title}"
            self.message_user(request, words, messages.ERROR)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        actor, data = actor_for(request.user), form.cleaned_data
        if change:
            services.update_person(actor, user_id=obj.pk, **{name: data[name] for name in FIELDS})
            return
        made = services.create_user(actor, **{name: data[name] for name in form.fields})
        obj.pk, obj._state.adding = made.id, False


def _show(form: forms.ModelForm, refusal: Refusal) -> None:
    for error in refusal.errors:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
    if not refusal.errors:
        form.add_error(None, str(refusal.detail or refusal.title))


admin.site.register(User, PeopleAdmin)
