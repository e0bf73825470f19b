"""Move messages to another conversation, with their replies, and take that back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Conflict, Invalid
from core.ids import new_id
from events.journal import hold, publish, publish_all
from messaging.conversations.access import Do as InConversation
from messaging.conversations.access import Place, place_for
from messaging.messages import policy
from messaging.messages.access import moved_meanwhile
from messaging.messages.carrying import Carried, Journey, carry
from messaging.messages.events import (
    MessageArrived,
    MessageDeleted,
    MessageMoved,
    MessagesDeparted,
)
from messaging.messages.models import Message
from messaging.messages.parts import Part, forget_part, note_part
from messaging.messages.system import Line, tell
from messaging.moving.access import (
    check_may_move,
    no_messages,
    own_move,
    place_of_messages,
    place_to_move_to,
)
from messaging.moving.models import Move, MovedMessage
from messaging.moving.services import recount

MOST_NAMED = 100
MOST_MOVED = 300
"""Replies included: each has a number of its own in the other conversation."""

_PLACED = """
UPDATE messaging_message m
   SET conversation_id = %s, seq = now.seq, thread_id = now.thread_id,
       also_in_conversation = now.also_in_conversation
  FROM unnest(%s::uuid[], %s::bigint[], %s::uuid[], %s::boolean[])
       AS now (id, seq, thread_id, also_in_conversation)
 WHERE m.id = now.id
"""

UNDO_WITHIN = timedelta(minutes=10)


def move_to_conversation(
    actor: Actor, *, message_ids: Sequence[UUID], conversation_id: UUID
) -> Move:
    """Let messages of one conversation stand in another; a thread goes with its replies.

    Each keeps its id, and gets a new number: there it is new. Both conversations say so.
    Errors  NotFound and Forbidden by access to the other conversation; Invalid names `message_ids`;
            Forbidden by the organisation's policy; Conflict where they are too many or are moved at
            the same moment.
    """
    wanted = list(dict.fromkeys(message_ids))
    place_to_move_to(actor, conversation_id)
    if not 1 <= len(wanted) <= MOST_NAMED:
        raise Invalid.field("message_ids", _("Name 1 to 100 messages."))
    source = place_of_messages(actor, wanted)
    if source.id == conversation_id:
        words = _("These messages are already in this conversation.")
        raise Invalid.field("message_ids", words, code="same_place")
    with transaction.atomic():
        hold(source.id, conversation_id)
        # Asked again under the lock: whoever was taken out of either a moment ago moves nothing,
        # and what was archived or closed to them meanwhile takes nothing.
        target = place_to_move_to(actor, conversation_id)
        if place_of_messages(actor, wanted).id != source.id:
            raise moved_meanwhile()
        rows = _all_of(source, wanted)
        check_may_move(actor, source, rows)
        for row in rows:
            policy.check(actor, conversation_id, row.text or "")
        return _moved(actor, source, target, rows)


def undo_move(actor: Actor, *, move_id: UUID) -> Move:
    """Put everything back where it stood, within ten minutes; twice is once.

    Errors  NotFound for moves of others; Conflict `too_late`, or where somebody replied or moved on
            meanwhile; NotFound and Forbidden for whoever is no longer in both conversations.
    """
    move = own_move(actor, move_id)
    with transaction.atomic():
        hold(move.from_id, move.to_id)
        move = own_move(actor, move_id)
        if move.undone_at is not None:
            return move
        if timezone.now() - move.created_at > UNDO_WITHIN:
            raise Conflict("move", _("It is too late to undo this."), code="too_late")
        for place_id in (move.from_id, move.to_id):
            place_for(actor, place_id, InConversation.TAKE_PART)
        _returned(actor, move)
    return move


def _all_of(source: Place, wanted: Sequence[UUID]) -> list[Message]:
    """The messages named and the replies of those that begin a thread, in the order they came."""
    rows = {row.id: row for row in Message.objects.defer("words").filter(id__in=wanted)}
    if any(row.deleted_at is not None for row in rows.values()):
        raise no_messages()
    roots = [row.id for row in rows.values() if row.thread_id is None]
    replies = Message.objects.defer("words").filter(thread_id__in=roots)
    rows |= {row.id: row for row in replies[: MOST_MOVED + 1]}
    if len(rows) > MOST_MOVED:
        words = _("At most 300 messages can be moved at once, including replies.")
        raise Conflict("message", words, code="too_many")
    return sorted(rows.values(), key=lambda row: row.seq)


def _moved(actor: Actor, source: Place, target: Place, rows: list[Message]) -> Move:
    move = Move.objects.create(id=new_id(), by_id=actor.user_id, from_id=source.id, to_id=target.id)
    ids = {row.id for row in rows}
    kept = [
        MovedMessage(
            move=move,
            message_id=row.id,
            seq=row.seq,
            thread_id=row.thread_id,
            also_in_conversation=row.also_in_conversation,
            # A reply whose thread stays behind begins one of its own.
            after_thread_id=row.thread_id if row.thread_id in ids else None,
        )
        for row in rows
    ]
    MovedMessage.objects.bulk_create(kept)
    facts = [MessageArrived(target.id, row.id, source.id, move.id) for row in rows]
    carried = []
    for row, was, head in zip(rows, kept, publish_all(facts, by=actor), strict=True):
        row.seq, row.thread_id = head.seq, was.after_thread_id
        row.also_in_conversation = was.also_in_conversation and row.thread_id is not None
        carried.append(Carried(row.id, was.seq, row.seq, row.thread_id))
    _place(target.id, rows)
    note_part(ids, Part.MOVED)
    journey = Journey(actor, source.id, target.id, tuple(carried))
    carry(journey)
    left = {was.thread_id for was in kept if was.thread_id and _rejoins(was)}
    _depart(actor, move, source.id, target.id, kept, left)
    away = tell(actor, source.id, Line.MOVED_AWAY, f"{len(ids)} {target.id} {move.id}")
    here = tell(actor, target.id, Line.MOVED_HERE, f"{len(ids)} {source.id} {move.id}")
    move.lines, move.aside = [str(away.id), str(here.id)], journey.aside
    move.save(update_fields=["lines", "aside"])
    return move


def _returned(actor: Actor, move: Move) -> None:
    kept = list(move.messages.order_by("seq"))
    rows = Message.objects.defer("words").in_bulk([was.message_id for was in kept])
    _check_untouched(move, kept, rows)
    alone = [was.message_id for was in kept if not _rejoins(was)]
    facts = [MessageArrived(move.from_id, id_, move.to_id, move.id) for id_ in alone]
    publish_all(facts, by=actor)
    carried = []
    for was in kept:
        row = rows[was.message_id]
        root_id = was.thread_id if was.after_thread_id is not None else None
        carried.append(Carried(row.id, row.seq, was.seq, root_id))
        row.seq, row.thread_id = was.seq, was.thread_id
        row.also_in_conversation = was.also_in_conversation
    _place(move.from_id, rows.values())
    move.undone_at = timezone.now()
    move.save(update_fields=["undone_at"])
    still = MovedMessage.objects.filter(message_id__in=rows, move__undone_at=None)
    forget_part(set(rows) - set(still.values_list("message_id", flat=True)), Part.MOVED)
    carry(
        Journey(
            actor, move.to_id, move.from_id, tuple(carried), is_return=True, aside=dict(move.aside)
        )
    )
    for root_id in sorted({was.thread_id for was in kept if was.thread_id and _rejoins(was)}):
        recount(root_id)
        ids = tuple(was.message_id for was in kept if was.thread_id == root_id and _rejoins(was))
        # With the messages it shows the root, which counts them again.
        publish(MessageMoved(move.from_id, ids[0], None, root_id, ids), by=actor)
    _depart(actor, move, move.to_id, move.from_id, kept, set())
    _take_lines_back(actor, move)


def _place(conversation_id: UUID, rows: Collection[Message]) -> None:
    """Let messages stand in a conversation, with the numbers and in the threads that they name."""
    names = ("id", "seq", "thread_id", "also_in_conversation")
    columns = [[getattr(row, name) for row in rows] for name in names]
    with connection.cursor() as cursor:
        cursor.execute(_PLACED, [conversation_id, *columns])


def _rejoins(was: MovedMessage) -> bool:
    """Whether it was taken out of a thread that stayed behind."""
    return was.thread_id is not None and was.after_thread_id is None


def _check_untouched(
    move: Move, kept: Sequence[MovedMessage], rows: Mapping[UUID, Message]
) -> None:
    """What was answered or moved on since is part of another conversation by now."""
    for was in kept:
        row = rows.get(was.message_id)
        is_there = row is not None and row.conversation_id == move.to_id
        if not is_there or row.thread_id != was.after_thread_id:
            words = _("Some of it has been moved again since; move it back by hand.")
            raise Conflict("move", words, code="moved")
    if Message.objects.filter(thread_id__in=rows).exclude(id__in=rows).exists():
        words = _("Somebody has replied since; move it back by hand.")
        raise Conflict("move", words, code="replied")
    roots = {was.thread_id for was in kept if _rejoins(was)}
    there = Message.objects.filter(id__in=roots, conversation_id=move.from_id, thread_id=None)
    if there.count() != len(roots):
        words = _("The thread that it came from has moved meanwhile.")
        raise Conflict("move", words, code="moved")


def _depart(
    actor: Actor,
    move: Move,
    from_id: UUID,
    to_id: UUID,
    kept: Sequence[MovedMessage],
    root_ids: set[UUID],
) -> None:
    for root_id in root_ids:
        recount(root_id)
    ids = tuple(was.message_id for was in kept)
    fact = MessagesDeparted(from_id, ids, tuple(sorted(root_ids)), to_id, move.id)
    publish(fact, by=actor)


def _take_lines_back(actor: Actor, move: Move) -> None:
    """What the two lines tell of is so no longer."""
    for line in Message.objects.defer("words").filter(id__in=move.lines, deleted_at=None):
        line.text, line.deleted_at = None, timezone.now()
        line.save(update_fields=["text", "deleted_at"])
        publish(MessageDeleted(line.conversation_id, line.id), by=actor)
