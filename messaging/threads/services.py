"""Follow threads, and say how far one has read them."""

from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from core.actor import Actor, system_actor
from core.errors import Forbidden, Invalid
from events.journal import publish
from messaging.messages.access import Found, moved_meanwhile
from messaging.messages.models import Message
from messaging.threads.access import thread_to_follow
from messaging.threads.events import ThreadFollowed, ThreadRead, ThreadUnfollowed
from messaging.threads.models import Follow
from tenants.context import current_tenant

_SHARED = "SELECT conversation_id FROM messaging_message WHERE id = %s FOR KEY SHARE"


def follow_thread(actor: Actor, *, message_id: UUID) -> None:
    """Follow a thread: its new replies are unread from now on. Twice is once.

    Errors  NotFound by access; Forbidden for people who are not members.
    """
    with transaction.atomic():
        root = _held(thread_to_follow(actor, message_id))
        _follow(actor, actor.user_id, root, read_seq=_last_reply(root), insists=True)


def unfollow_thread(actor: Actor, *, message_id: UUID) -> None:
    """Stop following a thread, until one replies in it or follows it again."""
    with transaction.atomic():
        root = _held(thread_to_follow(actor, message_id))
        row, _is_new = Follow.objects.get_or_create(
            user_id=actor.user_id,
            root_id=root.id,
            defaults={"conversation_id": root.conversation_id, "is_following": False},
        )
        if Follow.objects.filter(id=row.id, is_following=True).update(is_following=False):
            publish(ThreadUnfollowed(actor.user_id, root.conversation_id, root.id), by=actor)


def read_thread(actor: Actor, *, message_id: UUID, seq: int, backwards: bool = False) -> None:
    """Say that the thread was read up to `seq`; the cursor only goes forward unless `backwards`.

    Errors  NotFound by access; Forbidden where the thread is not followed; Invalid names `seq`.
    """
    if seq < 0:
        raise Invalid.field("seq", _("Give the number of an event: 0 or more."))
    with transaction.atomic():
        root = _held(thread_to_follow(actor, message_id))
        seq = min(seq, _last_reply(root))
        followed = Follow.objects.filter(user_id=actor.user_id, root_id=root.id, is_following=True)
        rows = followed.exclude(read_seq=seq) if backwards else followed.filter(read_seq__lt=seq)
        if rows.update(read_seq=seq):
            fact = ThreadRead(actor.user_id, root.conversation_id, root.id, seq)
            publish(fact, by=actor)
        elif not followed.exists():
            raise Forbidden("thread", _("Follow the thread first."))


def follow_for(user_id: UUID, root: Message, *, read_seq: int, insists: bool) -> None:
    """Let somebody follow a thread because of what happened in it.

    `insists` says that it overrules their earlier wish not to; they replied themselves. The caller
    is in a transaction and goes through people in the order of their ids.
    """
    _follow(system_actor(current_tenant()), user_id, root, read_seq=read_seq, insists=insists)


def held_root(root_id: UUID | None) -> Message | None:
    """A thread's root that is moved to no other conversation until the transaction ends."""
    if root_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_SHARED, [root_id])
    return Message.objects.defer("words").filter(id=root_id).first()


def follow_on(root_id: UUID, thread_id: UUID | None) -> None:
    """Let those who follow one thread follow another in its place, from where they have read."""
    root = held_root(thread_id)
    for row in Follow.objects.filter(root_id=root_id).order_by("user_id"):
        if root is not None and row.is_following:
            follow_for(row.user_id, root, read_seq=row.read_seq, insists=False)
        row.delete()


def _follow(
    actor: Actor, user_id: UUID | None, root: Message, *, read_seq: int, insists: bool
) -> None:
    row, is_new = Follow.objects.get_or_create(
        user_id=user_id,
        root_id=root.id,
        defaults={"conversation_id": root.conversation_id, "read_seq": read_seq},
    )
    if not is_new:
        again = Follow.objects.filter(id=row.id, is_following=False) if insists else None
        if again is None or not again.update(is_following=True, read_seq=read_seq):
            return
    publish(ThreadFollowed(user_id, root.conversation_id, root.id), by=actor)


def _held(found: Found) -> Message:
    """The root, which is moved to no other conversation until the transaction ends.

    Cursors count in the numbers of where it stands. Its row is shared with everybody but a move.
    Errors  Conflict where it has just been moved.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SHARED, [found.message.id])
        row = cursor.fetchone()
    if row is None or row[0] != found.place.id:
        raise moved_meanwhile()
    return found.message


def _last_reply(root: Message) -> int:
    """The `seq` of the latest reply; of the root where there is none."""
    last = Message.objects.filter(thread_id=root.id).aggregate(seq=Max("seq"))["seq"]
    return last or root.seq
