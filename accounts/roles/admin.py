"""The organisation's own roles in its console, and who has them."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.pages import KeptPage, NamesInput, ServiceForm, ServicePage
from accounts.roles import services
from accounts.roles.models import CustomRole, RoleAssignment
from accounts.roles.places import MOST_OFFERED, places
from core.actor import Actor
from core.console import Section
from core.permissions import IN_WORDS, Permission


class RoleForm(ServiceForm):
    """The permissions are ticked; only those are offered that the person has themselves."""

    permissions = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, label=_("What it allows")
    )

    class Meta:
        model = CustomRole
        fields = ("name", "description", "permissions")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "permissions" in self.fields:
            offered = self.actor.permissions - services.RESERVED
            self.fields["permissions"].choices = [
                (permission.value, IN_WORDS[permission])
                for permission in Permission
                if permission in offered
            ]


class NewAssignmentForm(ServiceForm):
    """The channel is named: what stands in the table is its id."""

    channel = forms.CharField(
        required=False,
        max_length=80,
        label=_("Only over this channel"),
        help_text=_("Its name; the field suggests the channels that you may see."),
    )

    class Meta:
        model = RoleAssignment
        fields = ("role", "user", "group", "over_group")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "channel" in self.fields:
            names = places().offered(self.actor, MOST_OFFERED)
            self.fields["channel"].widget = NamesInput(names)

    def clean_channel(self) -> UUID | None:
        name = self.cleaned_data["channel"].strip()
        found = places().named(self.actor, name) if name else []
        if name and not found:
            raise forms.ValidationError(_("There is no channel with this name that you can see."))
        if len(found) > 1:
            words = _("Several channels have this name. Give the role over REST, using the id.")
            raise forms.ValidationError(words)
        return found[0] if found else None


def _manages(request: HttpRequest) -> bool:
    return request.user.is_staff and actor_for(request.user).may(Permission.ROLES_MANAGE)


class _OfRoles:
    def has_module_permission(self, request: HttpRequest) -> bool:
        return _manages(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _manages(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _manages(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _manages(request)


class CustomRoleAdmin(_OfRoles, ServicePage):
    """Roles besides the product's own."""

    section = Section.RIGHTS
    lead = _(
        "Your own roles, beside those that everybody has from the start. Make one, then give it."
    )
    form = RoleForm
    list_display = ("name", "description", "allows")
    search_fields = ("name",)
    ordering = ("name",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _manages(request)

    def tools(self, request: HttpRequest, role: CustomRole) -> list[tuple[Any, str]]:
        """Who has it, and the way to give it."""
        given = "admin:accounts_roleassignment"
        return [
            (_("Who has it"), f"{reverse(f'{given}_changelist')}?role__id__exact={role.id}"),
            (_("Give this role"), f"{reverse(f'{given}_add')}?role={role.id}"),
        ]

    @admin.display(description=_("allows"))
    def allows(self, role: CustomRole) -> str:
        return ", ".join(str(IN_WORDS[Permission(name)]) for name in role.permissions)

    def create(self, actor: Actor, values: dict[str, Any]) -> CustomRole:
        return services.create_role(actor, **values)

    def change(self, actor: Actor, row: CustomRole, values: dict[str, Any]) -> None:
        services.update_role(actor, role_id=row.id, **values)

    def remove(self, actor: Actor, row: CustomRole) -> None:
        services.delete_role(actor, role_id=row.id)


class RoleAssignmentAdmin(_OfRoles, KeptPage):
    """Who has which role; everywhere, or over one group or channel only."""

    section = Section.RIGHTS
    lead = _("Who has which of your own roles. To take one back, open the line and delete it.")
    add_words = _("Give a role")
    form = NewAssignmentForm
    list_display = ("role", "person", "group", "over_group", "over_channel", "created_at")
    list_filter = (("role", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("role", "user", "group", "over_group")
    search_fields = ("role__name", "user__name", "user__email", "group__name")
    autocomplete_fields = ("role", "user", "group", "over_group")
    ordering = ("role__name", "-created_at")
    fields = ("role", "user", "group", "over_group", "channel")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoleAssignment]:
        title = places().title(actor_for(request.user), "over_conversation_id")
        return super().get_queryset(request).annotate(channel_name=title)

    @admin.display(description=_("only over this channel"))
    def over_channel(self, row: Any) -> str:
        if row.over_conversation_id is None:
            return ""
        return f"#{row.channel_name}" if row.channel_name else str(_("a channel you do not see"))

    def create(self, actor: Actor, values: dict[str, Any]) -> RoleAssignment:
        def id_of(name: str) -> Any:
            return values[name].id if values[name] else None

        return services.give_role(
            actor,
            role_id=values["role"].id,
            user_id=id_of("user"),
            group_id=id_of("group"),
            over_group_id=id_of("over_group"),
            over_conversation_id=values["channel"],
        )

    def remove(self, actor: Actor, row: RoleAssignment) -> None:
        services.take_role(actor, assignment_id=row.id)


admin.site.register(CustomRole, CustomRoleAdmin)
admin.site.register(RoleAssignment, RoleAssignmentAdmin)
