"""The console's two pages of a kind of grants: to people, and to groups; made from the register."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.grants import services
from accounts.grants.kinds import Grantable
from accounts.pages import KeptPage, ServiceForm
from core.actor import Actor
from core.console import Section


class _ObjectGrantForm(ServiceForm):
    """What there is of the kind is offered, by name."""

    kind: Grantable

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.kind.thing in self.fields:
            self.fields[self.kind.thing] = forms.ModelChoiceField(
                queryset=self.kind.offered(), label=str(self.kind.label).capitalize()
            )


class _ObjectGrantAdmin(KeptPage):
    """Who looks after which one; a grant is taken back by deleting its line."""

    section = Section.RIGHTS
    lead = _(
        "Who looks after one of them, and no other. To take it back, open the line and delete it."
    )
    kind: Grantable
    holder = ""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related(self.kind.thing, self.holder)

    def _may(self, request: HttpRequest) -> bool:
        return request.user.is_staff and actor_for(request.user).may(self.kind.permission)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not self.kind.is_private and self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def create(self, actor: Actor, values: dict[str, Any]) -> Any:
        about = {f"{self.holder}_id": values[self.holder].id}
        object_id = values[self.kind.thing].id
        services.grant(actor, kind=self.kind.name, object_id=object_id, **about)
        return self.model.objects.filter(**{self.kind.thing_id: object_id}, **about).first()

    def remove(self, actor: Actor, row: Any) -> None:
        holder_id = getattr(row, f"{self.holder}_id")
        services.take_grant(
            actor,
            kind=self.kind.name,
            object_id=getattr(row, self.kind.thing_id),
            **{f"{self.holder}_id": holder_id},
        )


_OF_PEOPLES_OWN = _(
    "Files shared with people who cannot see the conversation they were sent"
    " in. To stop sharing one, open its line and delete it."
)


def register_kind(kind: Grantable) -> None:
    """Make the two pages of one kind."""
    form = type("GrantForm", (_ObjectGrantForm,), {"kind": kind})

    @admin.display(description=_("what"), ordering=f"{kind.thing}__name")
    def granted(_page: Any, grant: Any) -> str:
        return kind.title(getattr(grant, kind.thing))

    for holder, model, words in (
        ("user", kind.people, _("Let a person look after one")),
        ("group", kind.groups, _("Let a group look after one")),
    ):
        names = ["user__name", "user__email"] if holder == "user" else ["group__name"]
        page = type(
            f"{model.__name__}Admin",
            (_ObjectGrantAdmin,),
            {
                "kind": kind,
                "holder": holder,
                "granted": granted,
                "lead": _OF_PEOPLES_OWN if kind.is_private else _ObjectGrantAdmin.lead,
                "add_words": words,
                "form": form,
                "fields": (kind.thing, holder),
                "ordering": (f"{kind.thing}__name",),
                "list_display": ("granted", "person" if holder == "user" else holder),
                "autocomplete_fields": (holder,),
                "search_fields": (f"{kind.thing}__name", *names),
            },
        )
        admin.site.register(model, page)
