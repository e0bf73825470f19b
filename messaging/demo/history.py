"""Plays a script into a conversation as if it had happened: journalled, dated, told to nobody."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import NAMESPACE_DNS, UUID, uuid5

from core.actor import Actor
from core.ids import id_at
from events.journal import heads, record
from messaging.attention.models import Mention
from messaging.conversations.models import Conversation, Membership
from messaging.demo.script import Line, read
from messaging.messages.events import MessageCreated
from messaging.messages.mentions import calls_in
from messaging.messages.models import Message
from messaging.reactions.events import ReactionAdded
from messaging.reactions.models import Reaction

_NAME = re.compile(r"@(\w+)")
_UNREAD = 3
"""So many messages wait for those who did not write last."""


def play(
    conversation: Conversation, script: str, people: Mapping[str, Actor], *, now: datetime
) -> int:
    """Write the script's messages, threads, mentions and reactions; returns how many messages."""
    lines = read(script, now=now)
    ids = [_id(conversation, line) for line in lines]
    mentions: list[Mention] = []
    for line in lines:
        message = _say(conversation, line, ids, people)
        mentions += _mentions(message)
        _react(message, line, people)
    Mention.objects.bulk_create(mentions)
    _count_replies(lines, ids)
    _read_up(conversation)
    return len(lines)


def _id(conversation: Conversation, line: Line) -> UUID:
    return id_at(line.at, salt=uuid5(conversation.id, f"message {line.number}"))


def _say(
    conversation: Conversation, line: Line, ids: Sequence[UUID], people: Mapping[str, Actor]
) -> Message:
    actor = people[line.author]
    text = _NAME.sub(lambda found: _called(found[1], people), line.text)
    calls = calls_in(text)
    message = Message(
        id=ids[line.number],
        conversation_id=conversation.id,
        thread_id=None if line.answers is None else ids[line.answers],
        author_id=actor.user_id,
        text=text,
        key=uuid5(NAMESPACE_DNS, str(ids[line.number])),
        created_at=line.at,
    )
    fact = MessageCreated(conversation.id, message.id, actor.user_id, message.thread_id, *calls)
    record(fact, by=actor, row=message, at=line.at)
    return message


def _called(name: str, people: Mapping[str, Actor]) -> str:
    if name in people:
        return f"<@{people[name].user_id}>"
    return f"<!{name}>" if name in {"channel", "here"} else f"@{name}"


def _mentions(message: Message) -> list[Mention]:
    calls = calls_in(message.text or "")
    called = [*calls.people, *([None] if calls.everybody or calls.here else [])]
    return [
        Mention(
            user_id=user_id,
            conversation_id=message.conversation_id,
            message_id=message.id,
            author_id=message.author_id,
            seq=message.seq,
        )
        for user_id in called
        if user_id != message.author_id
    ]


def _react(message: Message, line: Line, people: Mapping[str, Actor]) -> None:
    for number, (emoji, name) in enumerate(line.reactions, start=1):
        actor, at = people[name], line.at + timedelta(seconds=11 * number)
        Reaction.objects.create(
            message_id=message.id, user_id=actor.user_id, emoji=emoji, created_at=at
        )
        fact = ReactionAdded(message.conversation_id, message.id, actor.user_id, emoji)
        record(fact, by=actor, at=at)


def _count_replies(lines: Sequence[Line], ids: Sequence[UUID]) -> None:
    replies: dict[int, list[Line]] = {}
    for line in lines:
        if line.answers is not None:
            replies.setdefault(line.answers, []).append(line)
    for number, answers in replies.items():
        Message.objects.filter(id=ids[number]).update(
            reply_count=len(answers), last_reply_at=answers[-1].at
        )


def _read_up(conversation: Conversation) -> None:
    """Everybody has read everything; who did not speak last has a few messages left to read."""
    messages = Message.objects.filter(conversation_id=conversation.id).order_by("-seq")
    last = list(messages.values_list("author_id", "seq")[: _UNREAD + 1])
    head = heads([conversation.id])[conversation.id]
    for membership in Membership.objects.filter(conversation=conversation):
        is_behind = membership.user_id != last[0][0] and len(last) > _UNREAD
        membership.read_seq = last[-1][1] if is_behind else head
        membership.save(update_fields=["read_seq"])
