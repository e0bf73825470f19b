"""Follows threads for those who write in them or are called on there."""

from events.handlers import on
from messaging.conversations.models import Membership
from messaging.messages.events import MessageCreated, MessageMoved
from messaging.messages.models import Message
from messaging.threads.services import follow_for, follow_on, held_root


@on(MessageCreated, when=lambda fact: fact.thread_id is not None)
def follow_where_one_takes_part(fact: MessageCreated) -> None:
    """Whoever replies follows; so do the thread's author and those named, unless they chose not to.

    Their cursors start where they have read: the replier's at the reply, the others' before it.
    """
    reply = Message.objects.defer("words").filter(id=fact.message_id).first()
    root = None if reply is None else held_root(reply.thread_id)
    if reply is None or root is None:
        return
    # Once its root stands still, so does a reply.
    reply.refresh_from_db(fields=["conversation_id", "seq", "thread_id"])
    if reply.thread_id != root.id:
        return
    concerned = {root.author_id, reply.author_id, *fact.mentions} - {None}
    members = Membership.objects.filter(
        conversation_id=reply.conversation_id, user_id__in=concerned
    )
    for user_id in sorted(members.values_list("user_id", flat=True)):
        is_author = user_id == reply.author_id
        read_seq = reply.seq if is_author else reply.seq - 1
        follow_for(user_id, root, read_seq=read_seq, insists=is_author)


@on(MessageMoved, when=lambda fact: fact.thread_id is not None)
def follow_to_the_new_thread(fact: MessageMoved) -> None:
    """Whoever followed the thread that went into another one follows that one."""
    follow_on(fact.message_id, fact.thread_id)
