"""What events do to seats, before anybody reads them: removal works at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from messaging.live.channel import Channel, Hold
from messaging.live.frames import CONVERSATION, TENANT, USER, Frame, Topic
from messaging.live.protocol import CloseCode

if TYPE_CHECKING:
    from messaging.live.hub import Hub

type Effect = Callable[["Hub", Channel, Frame], None]


def member_removed(hub: Hub, channel: Channel, frame: Frame) -> None:
    """In the conversation's own stream, so that it stands between what they may see and not."""
    if user_id := frame.data.get("user_id"):
        hub.evict(channel.topic, user_id, frame.seq)


def member_added(hub: Hub, channel: Channel, frame: Frame) -> None:
    if user_id := frame.data.get("user_id"):
        hub.let_back(channel.topic, user_id)


def i_was_added(hub: Hub, channel: Channel, frame: Frame) -> None:
    topic = _conversation(channel, frame)
    if topic is None:
        return
    added, hold = hub.channel(topic.name), Hold()
    sockets = hub.sockets_of(topic.tenant, channel.topic.stream_id)
    newcomers = [
        socket
        for socket in sockets
        if topic.name not in socket.topics and socket.person.reaches(topic.name)
    ]
    for socket in newcomers:
        added.hold_back(socket, hold)
    if begins_at := frame.data.get("history_from_seq"):
        added.begins[channel.topic.stream_id] = begins_at
    if newcomers:
        hub.spawn(hub.catch_up.welcome(added, newcomers, hold))


def i_was_removed(hub: Hub, channel: Channel, frame: Frame) -> None:
    topic = _conversation(channel, frame)
    if topic is not None:
        for socket in hub.sockets_of(topic.tenant, channel.topic.stream_id):
            hub.take_seat(socket, topic)


def session_revoked(hub: Hub, channel: Channel, frame: Frame) -> None:
    credential = frame.data.get("credential")
    for socket in hub.sockets_of(channel.topic.tenant, channel.topic.stream_id):
        if credential is None or socket.person.credential == credential:
            hub.shut_out(socket, CloseCode.REVOKED)


def user_deactivated(hub: Hub, channel: Channel, frame: Frame) -> None:
    for socket in hub.sockets_of(channel.topic.tenant, channel.topic.stream_id):
        hub.shut_out(socket, CloseCode.REVOKED)


def cursor_moved(hub: Hub, channel: Channel, frame: Frame) -> None:
    """What somebody has read is told to those who wrote it, a moment later."""
    conversation_id, seq = frame.data.get("conversation_id"), frame.data.get("read_seq")
    if conversation_id and seq is not None:
        topic = channel.topic
        hub.receipts.read(topic.tenant, conversation_id, topic.stream_id, seq)


def status_changed(hub: Hub, channel: Channel, frame: Frame) -> None:
    """What somebody says of themselves is told to those who have them in view."""
    status = frame.data.get("status")
    if isinstance(status, dict):
        hub.presence.say_status(channel.topic.tenant, channel.topic.stream_id, status)


def access_rules_changed(hub: Hub, channel: Channel, frame: Frame) -> None:
    """What the organisation lets in, and for how long, is another thing now."""
    hub.spawn(hub.judge_again(channel.topic.tenant))


def user_updated(hub: Hub, channel: Channel, frame: Frame) -> None:
    """In another role somebody may need a second factor that they lack."""
    for socket in hub.sockets_of(channel.topic.tenant, frame.data.get("id", "")):
        if socket.judge is not None:
            hub.spawn(socket.judge())


def archived(hub: Hub, channel: Channel, frame: Frame) -> None:
    channel.is_archived = True


def restored(hub: Hub, channel: Channel, frame: Frame) -> None:
    channel.is_archived = False


def _conversation(channel: Channel, frame: Frame) -> Topic | None:
    conversation_id = frame.data.get("conversation_id")
    if not conversation_id:
        return None
    return Topic.of(channel.topic.tenant, CONVERSATION, conversation_id)


#: By the kind of the stream and the event's type.
EFFECTS: dict[tuple[str, str], Effect] = {
    (CONVERSATION, "chancery.membership.removed.v1"): member_removed,
    (CONVERSATION, "chancery.membership.added.v1"): member_added,
    (CONVERSATION, "chancery.conversation.archived.v1"): archived,
    (CONVERSATION, "chancery.conversation.restored.v1"): restored,
    (USER, "chancery.membership.added.v1"): i_was_added,
    (USER, "chancery.membership.removed.v1"): i_was_removed,
    (USER, "chancery.cursor.moved.v1"): cursor_moved,
    (USER, "chancery.status.changed.v1"): status_changed,
    (USER, "chancery.session.revoked.v1"): session_revoked,
    (USER, "chancery.user.deactivated.v1"): user_deactivated,
    (TENANT, "chancery.access_rules.changed.v1"): access_rules_changed,
    (TENANT, "chancery.user.updated.v1"): user_updated,
}
