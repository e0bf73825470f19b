"""Grants of channels in their organisation's console."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.changed_things import called
from accounts.pages import KeptPage, ServiceForm
from core.actor import Actor
from core.console import Section
from core.permissions import Permission
from messaging.conversations.models import Conversation, Kind
from messaging.grants import services
from messaging.grants.models import ConversationGroupGrant, ConversationUserGrant
from messaging.grants.selectors import known_channels


class GrantForm(ServiceForm):
    """Direct messages are not offered: they are their people's alone."""

    content_object = forms.ModelChoiceField(queryset=None, label=_("Channel"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = Conversation.objects.exclude(kind=Kind.DIRECT).order_by("name")
        if "content_object" in self.fields:
            self.fields["content_object"].queryset = channels


class _GrantAdmin(KeptPage):
    form = GrantForm
    list_filter = (("content_object", admin.RelatedOnlyFieldListFilter),)
    ordering = ("content_object__name",)

    @admin.display(description=_("channel"), ordering="content_object__name")
    def channel(self, grant: Any) -> str:
        return str(grant.content_object)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("content_object")

    def _manages(self, request: HttpRequest) -> bool:
        actor = actor_for(request.user)
        return request.user.is_staff and actor.may(Permission.CHANNELS_MANAGE_ANY)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._manages(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._manages(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._manages(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._manages(request)


@admin.register(ConversationGroupGrant)
class GroupGrantAdmin(_GrantAdmin):
    """Everybody in the group reaches the channel, for as long as they are in it."""

    section = Section.RIGHTS
    lead = _("Everybody in the group is in the channel, for as long as they are in the group.")
    add_words = _("Grant a channel to a group")
    list_display = ("channel", "group")
    list_select_related = ("group",)
    search_fields = ("content_object__name", "group__name")
    autocomplete_fields = ("group",)
    fields = ("content_object", "group")

    def create(self, actor: Actor, values: dict[str, Any]) -> Any:
        channel, group = values["content_object"], values["group"]
        services.grant(actor, conversation_id=channel.id, group_id=group.id)
        return ConversationGroupGrant.objects.filter(content_object=channel, group=group).first()

    def remove(self, actor: Actor, row: Any) -> None:
        services.take_grant(actor, conversation_id=row.content_object_id, group_id=row.group_id)


@admin.register(ConversationUserGrant)
class UserGrantAdmin(_GrantAdmin):
    """The person reaches the channel."""

    section = Section.RIGHTS
    lead = _("The person is in the channel until the line is deleted.")
    add_words = _("Grant a channel to a person")
    list_display = ("channel", "person")
    list_select_related = ("user",)
    search_fields = ("content_object__name", "user__name", "user__email")
    autocomplete_fields = ("user",)
    fields = ("content_object", "user")

    def create(self, actor: Actor, values: dict[str, Any]) -> Any:
        channel, user = values["content_object"], values["user"]
        services.grant(actor, conversation_id=channel.id, user_id=user.id)
        return ConversationUserGrant.objects.filter(content_object=channel, user=user).first()

    def remove(self, actor: Actor, row: Any) -> None:
        services.take_grant(actor, conversation_id=row.content_object_id, user_id=row.user_id)


def _channels(actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, str]:
    found = known_channels(actor).filter(id__in=ids).values_list("id", "name")
    return {id_: f"#{name}" for id_, name in found}


called(
    _channels,
    conversation_id=_("channel"),
    conversation_ids=_("channels"),
    over_conversation_id=_("only over this channel"),
)
