"""Grant single files to people and groups who do not see the conversation they stand in.

Such a grant is to open the file: its bytes, versions and small pictures. Who granted what, and who
took it back, is in the journal, on a stream of the file's own that no browser follows.
"""

from itertools import batched
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.grants.kinds import Grantable, grantable
from accounts.grants.services import erase, holder_of, write
from accounts.groups.models import Group
from accounts.groups.selectors import people_in
from accounts.people.models import User
from accounts.policies.selectors import current
from core.actor import Actor, system_actor
from core.errors import Conflict, Invalid
from core.permissions import GUESTS, Permission, Role
from events.journal import hold, publish, publish_all
from messaging.files.access import (
    every_sent_file,
    file_held,
    file_to_share,
    file_with_grants,
    newly_given,
)
from messaging.files.events import GivenFilesChanged
from messaging.files.models import FileGroupGrant, FilePersonGrant, FilePolicy
from tenants.context import current_tenant

_TOLD_TOGETHER = 500


def _give(actor: Actor, file_id: UUID, user_id: UUID | None, group_id: UUID | None) -> bool:
    return share_file(actor, file_id=file_id, user_id=user_id, group_id=group_id)


def _take(actor: Actor, file_id: UUID, user_id: UUID | None, group_id: UUID | None) -> bool:
    return unshare_file(actor, file_id=file_id, user_id=user_id, group_id=group_id)


FILES = grantable(
    Grantable(
        name="file",
        label=_("file"),
        people=FilePersonGrant,
        groups=FileGroupGrant,
        codename="open_file",
        permission=Permission.CHANNELS_MANAGE_ANY,
        objects=every_sent_file,
        title=str,
        opens_console=False,
        give=_give,
        take=_take,
        is_private=True,
    )
)
"""Its permission sees the grants and takes them back; it opens no file, and grants none."""


def share_file(
    actor: Actor, *, file_id: UUID, user_id: UUID | None = None, group_id: UUID | None = None
) -> bool:
    """Let a person, or everybody in a group, open one file; returns whether that is new.

    They can with the commit. Sharing twice is once.
    Errors  NotFound, Forbidden by access; Invalid for nobody known here, or a guest where guests
            are given none; Conflict for a file that was not sent yet.
    """
    file = file_to_share(actor, file_id)
    if file.message_id is None:
        raise Conflict("file", _("Send the file in a message first."), code="not_sent")
    holder = holder_of(user_id, group_id)
    _check_is_given(holder)
    with transaction.atomic():
        file_held(file)
        # Asked again under the lock: whoever lost the file meanwhile shares it no more.
        file_to_share(actor, file_id)
        is_new = write(actor, FILES, file_id, holder)
        if is_new and user_id is not None:
            publish(GivenFilesChanged(user_id), by=actor)
    return is_new


def unshare_file(
    actor: Actor, *, file_id: UUID, user_id: UUID | None = None, group_id: UUID | None = None
) -> bool:
    """Take it back: whoever sees the file by nothing else has lost it with the commit.

    Returns whether there was anything to take.
    Errors  NotFound, Forbidden by access.
    """
    file = file_with_grants(actor, file_id)
    if file.conversation_id is None:
        return False
    with transaction.atomic():
        hold(file.conversation_id)
        was_there = erase(actor, FILES, file_id, user_id, group_id)
        if was_there and user_id is not None:
            publish(GivenFilesChanged(user_id), by=actor)
    return was_there


def look_at_given(actor: Actor) -> None:
    """Note that the actor has seen which files they were given; their other devices are told."""
    if actor.user_id is None:
        return
    with transaction.atomic():
        is_news = newly_given(actor).exists()
        FilePersonGrant.objects.filter(user_id=actor.user_id, is_new=True).update(is_new=False)
        User.objects.filter(id=actor.user_id).update(given_seen_at=timezone.now())
        if is_news:
            publish(GivenFilesChanged(actor.user_id), by=actor)


def tell_group(group_id: UUID) -> None:
    """Tell everybody in a group that which files they were given has changed."""
    by = system_actor(current_tenant())
    for some in batched(sorted(people_in([group_id])), _TOLD_TOGETHER, strict=False):
        publish_all([GivenFilesChanged(user_id) for user_id in some], by=by)


def _check_is_given(holder: User | Group) -> None:
    """Refuse a guest where the organisation gives them none.

    A group may hold guests, now or later: for them its grant does not count.
    """
    is_guest = isinstance(holder, User) and Role(holder.role) in GUESTS
    if is_guest and not current(FilePolicy).shares_with_guests:
        raise Invalid.field(
            "user_id", _("Guests open files only where they see the conversation."), code="guest"
        )
