"""How a move looks in a browser: every message that stands elsewhere, and the roots it concerns."""

from collections.abc import Sequence
from typing import Any

from events.render import renders
from messaging.messages.events import MessageArrived, MessageMoved
from messaging.messages.frames import changed, shown_in
from messaging.messages.selectors import messages_by_id

# A message that came from another conversation looks like any other.
renders(MessageArrived)(changed)


@renders(MessageMoved)
def moved(facts: Sequence[MessageMoved], rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The messages as they are now.

    `seq` is the first one's: the frame is withheld from whoever may not see them all.
    """
    ids = {id_ for fact in facts for id_ in _concerned(fact)}
    found = messages_by_id(list(ids))
    frames = []
    for fact in facts:
        views = (shown_in(fact.conversation_id, found.get(id_)) for id_ in _concerned(fact))
        frames.append(_frame(fact, [view for view in views if view is not None]))
    return frames


def _frame(fact: MessageMoved, messages: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "message_id": fact.message_id,
        "thread_id": fact.thread_id,
        "seq": min((message["seq"] for message in messages), default=0),
        "messages": messages,
    }


def _concerned(fact: MessageMoved) -> list:
    roots = (fact.before_thread_id, fact.thread_id)
    return [*fact.message_ids, *(id_ for id_ in roots if id_ is not None)]
