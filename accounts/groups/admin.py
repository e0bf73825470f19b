"""Groups in their organisation's console, and who is in them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.groups import access, selectors, services
from accounts.groups.models import Group, GroupMember
from accounts.groups.services import Members
from accounts.pages import KeptPage, ServiceForm, ServicePage
from accounts.roles import selectors as roles
from core.actor import Actor
from core.console import Section
from core.permissions import Permission


def _may_open(request: HttpRequest) -> bool:
    actor = actor_for(request.user)
    if actor.user_id is None or not request.user.is_staff:
        return False
    is_manager = actor.may(Permission.GROUPS_MANAGE)
    return is_manager or bool(roles.groups_under(actor, Permission.GROUPS_MANAGE))


def _within_reach(request: HttpRequest) -> set[Any] | None:
    """The groups whose pages the person may see; None for all."""
    actor = actor_for(request.user)
    if actor.may(Permission.GROUPS_MANAGE):
        return None
    return selectors.groups_below(roles.groups_under(actor, Permission.GROUPS_MANAGE))


class GroupAdmin(ServicePage):
    """Groups of the directory are changed at the identity provider, and only shown here."""

    section = Section.PEOPLE
    lead = _("Whole groups are given channels and roles, and can be mentioned by their handle.")
    list_display = ("name", "handle", "people", "is_from_directory", "modified_at")
    list_filter = ("is_from_directory",)
    search_fields = ("name", "handle")
    ordering = ("name",)
    fields = ("name", "handle", "description")

    @admin.display(description=_("members"), ordering="member_count")
    def people(self, group: Any) -> int:
        return group.member_count

    def offered(self, request: HttpRequest, asking: list[type[Model]]) -> QuerySet[Group]:
        """Which groups forms may name: people are put only into those within reach."""
        if GroupMember in asking:
            return self.get_queryset(request)
        return selectors.visible_groups(actor_for(request.user)).order_by("name")

    def tools(self, request: HttpRequest, group: Group) -> list[tuple[Any, str]]:
        """Who is in it, and the way to put somebody in."""
        members = "admin:accounts_groupmember"
        within = f"{reverse(f'{members}_changelist')}?group__id__exact={group.id}"
        add = f"{reverse(f'{members}_add')}?group={group.id}"
        may_add = self.has_change_permission(request, group)
        return [(_("Members"), within), *([(_("Put somebody in"), add)] if may_add else [])]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        rows = super().get_queryset(request).annotate(member_count=Count("members"))
        reach = _within_reach(request)
        return rows if reach is None else rows.filter(id__in=reach)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _may_open(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_open(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff and actor_for(request.user).may(Permission.GROUPS_MANAGE)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None:
            return _may_open(request)
        return not obj.is_from_directory and access.may_manage(actor_for(request.user), obj.id)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def create(self, actor: Actor, values: dict[str, Any]) -> Group:
        return services.create_group(actor, **{name: values[name] for name in self.fields})

    def change(self, actor: Actor, row: Group, values: dict[str, Any]) -> None:
        changes = {name: values[name] for name in self.fields}
        services.update_group(actor, group_id=row.id, **changes)

    def remove(self, actor: Actor, row: Group) -> None:
        services.delete_group(actor, group_id=row.id)


class NewMemberForm(ServiceForm):
    """A person or a group, into a group."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (data.get("user") is None) == (data.get("child") is None):
            raise forms.ValidationError(_("Choose either a person or a group."))
        return data


class GroupMemberAdmin(KeptPage):
    """Who is in which group; to take somebody out, delete the line."""

    section = Section.PEOPLE
    lead = _("Who is in which group. To take somebody out, open the line and delete it.")
    add_words = _("Put somebody into a group")
    form = NewMemberForm
    list_display = ("group", "person", "group_within", "added_at")
    list_filter = (("group", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("group", "user", "child")
    search_fields = ("group__name", "user__name", "user__email", "child__name")
    autocomplete_fields = ("group", "user", "child")
    ordering = ("group__name", "user__name")
    fields = ("group", "user", "child")

    @admin.display(description=_("group within it"), ordering="child__name")
    def group_within(self, row: GroupMember) -> str:
        return str(row.child or "")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name == "user":
            field.help_text = _("Either a person or a group.")
        if field is not None and db_field.name == "child":
            field.label = _("Or a whole group")
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[GroupMember]:
        rows = super().get_queryset(request)
        reach = _within_reach(request)
        return rows if reach is None else rows.filter(group_id__in=reach)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _may_open(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_open(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _may_open(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None:
            return _may_open(request)
        return not obj.group.is_from_directory and access.may_manage(
            actor_for(request.user), obj.group_id
        )

    def create(self, actor: Actor, values: dict[str, Any]) -> GroupMember | None:
        group, user, child = values["group"], values["user"], values["child"]
        members = Members.of([user.id] if user else [], [child.id] if child else [])
        services.add_members(actor, group_id=group.id, members=members)
        return GroupMember.objects.filter(group=group, user=user, child=child).first()

    def remove(self, actor: Actor, row: GroupMember) -> None:
        members = Members.of(
            [row.user_id] if row.user_id else [], [row.child_id] if row.child_id else []
        )
        services.remove_members(actor, group_id=row.group_id, members=members)


admin.site.register(Group, GroupAdmin)
admin.site.register(GroupMember, GroupMemberAdmin)
