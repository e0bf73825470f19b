"""Who was granted a conversation: people, and groups for everybody in them.

django-guardian's permission models with a direct foreign key per object: its generic ones keep the
object's id as text and cast it in every query.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from accounts.groups.models import Group
from messaging.conversations.models import Conversation


class ConversationUserGrant(UserObjectPermissionBase):
    """A person who reaches a conversation by a grant."""

    content_object = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="user_grants"
    )

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        verbose_name = _("channel granted to a person")
        verbose_name_plural = _("channels granted to people")

    def __str__(self) -> str:
        return f"{self.content_object}: {self.user}"


class ConversationGroupGrant(GroupObjectPermissionBase):
    """A group that reaches a conversation: everybody in it does, while they are in it."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="conversation_grants")
    content_object = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="group_grants"
    )

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False
        verbose_name = _("channel granted to a group")
        verbose_name_plural = _("channels granted to groups")

    def __str__(self) -> str:
        return f"{self.content_object}: {self.group}"
