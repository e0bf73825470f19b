"""Makes what tests talk about: channels, direct messages and what is said in them."""

from collections.abc import Iterable
from uuid import UUID

from core.ids import new_id
from events.models import Entry
from messaging.conversations.models import Conversation
from messaging.conversations.services import create_conversation
from messaging.messages.models import Message
from messaging.messages.services import post_message
from tenants.context import in_tenant
from tests.cast import Person

PREFIX = "chancery."


def make_channel(
    by: Person, *others: Person, name: str = "general", kind: str = "public"
) -> Conversation:
    """A channel with these people in it."""
    with in_tenant(by.tenant):
        members = [person.id for person in others]
        return create_conversation(by.actor, kind=kind, name=name, member_ids=members)[0]


def make_direct(by: Person, *others: Person) -> Conversation:
    """A direct conversation of exactly these people."""
    with in_tenant(by.tenant):
        members = [person.id for person in others]
        return create_conversation(by.actor, kind="direct", name=None, member_ids=members)[0]


def make_message(
    place: Conversation,
    by: Person,
    text: str = "Hello",
    *,
    thread: Message | None = None,
    also_in_conversation: bool = False,
) -> Message:
    """A message of this person, in a thread where one is given."""
    with in_tenant(by.tenant):
        return post_message(
            by.actor,
            conversation_id=place.id,
            text=text,
            key=new_id(),
            thread_id=None if thread is None else thread.id,
            also_in_conversation=also_in_conversation,
        ).message


def make_messages(place: Conversation, by: Person, texts: Iterable[str]) -> list[Message]:
    """Several messages, one after another."""
    return [make_message(place, by, text) for text in texts]


def journal_types(stream_id: UUID) -> list[str]:
    """What happened in a stream, in order: `message.created` and the like."""
    names = Entry.objects.filter(stream_id=stream_id).order_by("seq").values_list("type", flat=True)
    return [name.removeprefix(PREFIX).rpartition(".")[0] for name in names]
