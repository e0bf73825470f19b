"""A channel in which anything may happen, and what a client makes of it.

The model applies frames by the rules of the web client (`messaging/web/src/live/apply.ts`).
"""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.test import TestCase
from hypothesis import strategies as st

from core.errors import Refusal
from core.ids import new_id
from messaging.conversations import services as conversations
from messaging.conversations.models import Membership
from messaging.conversations.owners import change_member
from messaging.conversations.selectors import UNREAD_CAP
from messaging.messages import services as messages
from messaging.messages.mentions import calls_in
from messaging.messages.models import Message
from messaging.messages.parts import Part
from messaging.moving.across import move_to_conversation, undo_move
from messaging.moving.models import Move
from messaging.moving.services import move_message
from messaging.pins import services as pins
from messaging.pins.models import Pin
from messaging.polls import services as polls
from messaging.polls.models import Poll
from messaging.reactions import services as reactions
from messaging.receipts.services import mark_read
from messaging.sidebar.services import keep
from tests.messaging.calls import Caller, call
from tests.messaging.places import make_channel

WHO = ("ana", "bo", "cy", "eve")
EMOJI = ("\U0001f44d", "\u2764\ufe0f")
LATEST = 4
"""Actions aim at one of the latest messages, so that much happens to few."""

THREAD_PARTS = ("reply_count", "last_reply_at")


class World:
    """A channel that people act on at random; what they may not do is refused and passed over."""

    def __init__(self, cast, *, may_mark_unread: bool = True) -> None:
        self.may_mark_unread = may_mark_unread
        self.people = [getattr(cast, key) for key in WHO]
        self.place = make_channel(cast.ana, cast.bo, name=str(new_id()))
        #: Where messages go to and come from.
        self.other = make_channel(cast.ana, cast.bo, cast.cy, name=str(new_id()))
        self.settled = 0

    def act(self, verb: str, who: int, target: int) -> None:
        person = self.people[who]
        with suppress(Refusal), TestCase.captureOnCommitCallbacks(execute=True):
            getattr(self, verb)(person, target)

    def _latest(self, target: int, **only: Any) -> UUID | None:
        rows = Message.objects.filter(conversation_id=self.place.id, **only).order_by("-seq")
        ids = list(rows.values_list("id", flat=True)[:LATEST])
        return ids[target % len(ids)] if ids else None

    def post(self, person, target: int) -> None:
        named = self.people[target % len(self.people)]
        text = ("plain", f"<@{named.id}>", "<!here>", f"<!channel> <@{named.id}>")[target % 4]
        self._post(person, text)

    def reply(self, person, target: int) -> None:
        if root := self._latest(target, thread_id=None):
            self._post(person, "reply", thread_id=root, also_in_conversation=target % 2 == 0)

    def _post(self, person, text: str, **more: Any) -> None:
        messages.post_message(
            person.actor, conversation_id=self.place.id, text=text, key=new_id(), **more
        )

    def edit(self, person, target: int) -> None:
        if message_id := self._latest(target):
            text = ("edited", "<!here>", f"<@{person.id}>")[target % 3]
            messages.edit_message(person.actor, message_id=message_id, text=text)

    def delete(self, person, target: int) -> None:
        if message_id := self._latest(target):
            messages.delete_message(person.actor, message_id=message_id)

    def restore(self, person, target: int) -> None:
        if message_id := self._latest(target, deleted_at__isnull=False):
            messages.restore_message(person.actor, message_id=message_id)

    def pin(self, person, target: int) -> None:
        if message_id := self._latest(target):
            pins.pin_message(person.actor, message_id=message_id)

    def unpin(self, person, target: int) -> None:
        pinned = Pin.objects.filter(conversation_id=self.place.id).order_by("-message_id")
        ids = list(pinned.values_list("message_id", flat=True)[:LATEST])
        if ids:
            pins.unpin_message(person.actor, message_id=ids[target % len(ids)])

    def ask(self, person, target: int) -> None:
        poll = {"options": ["yes", "no"], "multiple": target % 2 == 0, "anonymous": target % 3 == 0}
        self._post(person, "Shall we?", brought={"poll": poll})

    def vote(self, person, target: int) -> None:
        if message_id := self._latest_poll(target):
            options = ([0], [1], [0, 1], [])[target % 4]
            polls.vote(person.actor, message_id=message_id, options=options)

    def end_poll(self, person, target: int) -> None:
        if message_id := self._latest_poll(target):
            polls.close_poll(person.actor, message_id=message_id)

    def _latest_poll(self, target: int) -> UUID | None:
        asked = Poll.objects.filter(conversation_id=self.place.id).order_by("-message_id")
        ids = list(asked.values_list("message_id", flat=True)[:2])
        return ids[target % len(ids)] if ids else None

    def move(self, person, target: int) -> None:
        roots = Message.objects.filter(conversation_id=self.place.id, thread_id=None)
        root = roots.order_by("-seq").values_list("id", flat=True).first()
        if message_id := self._latest(target):
            move_message(
                person.actor, message_id=message_id, thread_id=root if target % 3 else None
            )

    def send_away(self, person, target: int) -> None:
        if message_id := self._latest(target):
            move_to_conversation(
                person.actor, message_ids=[message_id], conversation_id=self.other.id
            )

    def bring(self, person, target: int) -> None:
        named = self.people[target % len(self.people)]
        text = ("from afar", f"<!channel> <@{named.id}>")[target % 2]
        message = messages.post_message(
            person.actor, conversation_id=self.other.id, text=text, key=new_id()
        ).message
        rows = Message.objects.filter(conversation_id=self.other.id, kind="text", deleted_at=None)
        ids = [row.id for row in rows.order_by("-seq")[: target % 3]] or [message.id]
        move_to_conversation(person.actor, message_ids=ids, conversation_id=self.place.id)

    def take_back(self, person, target: int) -> None:
        rows = Move.objects.filter(by_id=person.id, undone_at=None).order_by("-created_at")
        ids = list(rows.values_list("id", flat=True)[:2])
        if ids:
            undo_move(person.actor, move_id=ids[target % len(ids)])

    def react(self, person, target: int) -> None:
        if message_id := self._latest(target):
            emoji = EMOJI[target % 2]
            reactions.add_reaction(person.actor, message_id=message_id, emoji=emoji)

    def unreact(self, person, target: int) -> None:
        if message_id := self._latest(target):
            emoji = EMOJI[target % 2]
            reactions.remove_reaction(person.actor, message_id=message_id, emoji=emoji)

    def join(self, person, target: int) -> None:
        conversations.join_conversation(person.actor, conversation_id=self.place.id)

    def leave(self, person, target: int) -> None:
        if person is self.people[0]:
            return  # a channel that its owner left soon has nobody who may do anything
        conversations.leave_conversation(person.actor, conversation_id=self.place.id)

    def add(self, person, target: int) -> None:
        user_ids = [self.people[target % len(self.people)].id]
        conversations.add_members(person.actor, conversation_id=self.place.id, user_ids=user_ids)

    def rename(self, person, target: int) -> None:
        conversations.update_conversation(
            person.actor, conversation_id=self.place.id, topic=f"topic {target}"
        )

    def archive(self, person, target: int) -> None:
        conversations.archive_conversation(person.actor, conversation_id=self.place.id)
        if target:  # seldom it stays closed, and everything after is refused
            conversations.restore_conversation(person.actor, conversation_id=self.place.id)

    def read(self, person, target: int) -> None:
        backwards = self.may_mark_unread and target % 3 == 0
        mark_read(person.actor, conversation_id=self.place.id, seq=target, backwards=backwards)

    # What only concerns what one person is shown: see `device`.

    def remove(self, person, target: int) -> None:
        someone = self.people[target % len(self.people)]
        conversations.remove_member(person.actor, conversation_id=self.place.id, user_id=someone.id)

    def hand_over(self, person, target: int) -> None:
        successor = self.people[target % len(self.people)]
        conversations.leave_conversation(
            person.actor, conversation_id=self.place.id, successor_id=successor.id
        )

    def change_role(self, person, target: int) -> None:
        change_member(
            person.actor,
            conversation_id=self.place.id,
            user_id=self.people[target % len(self.people)].id,
            role="owner" if target % 3 else "member",
            may_post=target % 2 == 0,
        )

    def rule(self, person, target: int) -> None:
        rules = (
            {"posting": "owners"},
            {"posting": "named"},
            {"posting": "everyone"},
            {"replying": "owners"},
            {"replying": "everyone"},
            {"history": "joined"},
            {"history": "all"},
        )[target % 7]
        conversations.update_conversation(person.actor, conversation_id=self.place.id, rules=rules)

    def keep(self, person, target: int) -> None:
        given = (
            {"is_muted": True},
            {"is_muted": False},
            {"is_favourite": True},
            {"is_favourite": False},
        )[target % 4]
        keep(person.actor, conversation_id=self.place.id, **given)


AWAY = ("send_away", "bring", "take_back")
TALK = ("post", "move", "reply", "reply", "edit", "delete", "react", "react", "unreact", "read")
MARKS = ("restore", "restore", "pin", "unpin", "ask", "vote", "vote", "end_poll")
AROUND = ("join", "leave", "add", "rename", "archive")
VERBS = (*TALK * 3, *MARKS * 2, *AROUND, *AWAY * 2)
actions = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 3), st.integers(0, 30)),
    min_size=25,
    max_size=60,
)


OWN = ("remove", "hand_over", "change_role", "rule", "keep", "join", "add", "read", "read")
personal_actions = st.lists(
    st.tuples(
        st.sampled_from((*TALK * 2, *MARKS, *AROUND, *OWN, *AWAY)),
        st.integers(0, 3),
        st.integers(0, 30),
    ),
    min_size=20,
    max_size=50,
)


@dataclass
class Model:
    """What a client knows that applied every frame from the first."""

    rest: Caller
    messages: dict[str, dict] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)
    facts: dict[str, Any] = field(default_factory=dict)
    seq: int = 0

    def apply(self, frame: dict) -> None:
        assert frame["seq"] == self.seq + 1
        self.seq += 1
        noun, verb = frame["event"].split(".")[1:3]
        if frame["data"] is not None:
            getattr(self, f"{noun}_{verb}")(frame["data"])

    def message_created(self, data: dict) -> None:
        self.messages[data["id"]] = dict(data)
        root = self.messages.get(data["thread_id"] or "")
        if root is None or (root["last_reply_at"] or "") >= data["created_at"]:
            return
        root["reply_count"] += 1
        root["last_reply_at"] = data["created_at"]

    def message_edited(self, data: dict) -> None:
        self.messages[data["id"]] = dict(data)

    message_pinned = message_unpinned = message_edited

    def message_moved(self, data: dict) -> None:
        for view in data["messages"]:
            self.messages[view["id"]] = dict(view)

    def message_arrived(self, data: dict) -> None:
        self.messages[data["id"]] = dict(data)

    def message_departed(self, data: dict) -> None:
        for id_ in data["message_ids"]:
            self.messages.pop(id_, None)
        for id_ in data["root_ids"]:
            self._take_again(id_)

    def _take_again(self, id_: str) -> None:
        """A root whose thread is another one now; where it went away since, nothing of it."""
        answer = self.rest.get(f"/messages/{id_}")
        if answer.status == 200 and id_ in self.messages:
            self.messages[id_].update({name: answer.body[name] for name in THREAD_PARTS})

    def message_restored(self, data: dict) -> None:
        self.message_deleted(data)

    def message_deleted(self, data: dict) -> None:
        self.messages[data["id"]] = dict(data)
        if data["thread_id"]:
            self._take_again(data["thread_id"])

    def reaction_added(self, data: dict) -> None:
        self.messages[data["message_id"]]["reactions"] = data["reactions"]

    reaction_removed = reaction_added

    def poll_voted(self, data: dict) -> None:
        self.messages[data["message_id"]]["poll"] = data["poll"]

    poll_closed = poll_voted

    def conversation_created(self, data: dict) -> None:
        self.facts = dict(data)

    conversation_updated = conversation_archived = conversation_restored = conversation_created

    def membership_added(self, data: dict) -> None:
        self.members.add(data["user_id"])

    def membership_removed(self, data: dict) -> None:
        self.members.remove(data["user_id"])


def everything(rest: Caller, path: str, **query: Any) -> list[dict]:
    """Every item of a list, page by page."""
    page = rest.get(path, limit=50, **query)
    items = page.items
    while page.body["next"] is not None:
        page = rest.get(path, limit=50, cursor=page.body["next"], **query)
        items += page.items
    return items


def all_messages(rest: Caller, path: str) -> dict[str, dict]:
    found = {item["id"]: item for item in everything(rest, f"{path}/messages")}
    for root in [item for item in found.values() if item["thread_id"] is None]:
        thread = everything(rest, f"{path}/messages", thread_id=root["id"])
        found |= {item["id"]: item for item in thread}
    return found


def comparable(view: dict) -> dict:
    """Faces of threads are a sample in no order: who is shown is not compared."""
    return {name: value for name, value in view.items() if name != "reply_user_ids"}


FACTS = ("id", "kind", "name", "topic", "purpose", "archived_at", "created_by_id")


def check_same(model: Model, world: World) -> None:
    path = f"/conversations/{world.place.id}"
    now = model.rest.get(path).body
    stored = all_messages(model.rest, path)

    assert model.seq == now["last_seq"]
    assert {name: model.facts[name] for name in FACTS} == {name: now[name] for name in FACTS}
    assert model.members == {row["user_id"] for row in everything(model.rest, f"{path}/members")}
    assert len(model.members) == now["member_count"]
    assert model.messages.keys() == stored.keys()
    for id_, view in stored.items():
        assert comparable(model.messages[id_]) == comparable(view)


def check_counts(world: World) -> None:
    """Unread messages and mentions, counted one by one."""
    stored = list(Message.objects.filter(conversation_id=world.place.id).defer("words"))
    for person in world.people:
        membership = Membership.objects.filter(conversation=world.place, user_id=person.id).first()
        if membership is None:
            continue
        new = [
            message
            for message in stored
            if message.seq > membership.read_seq
            and message.deleted_at is None
            and message.kind == "text"
            and message.author_id != person.id
        ]
        calls = [calls_in(message.text) for message in new]
        shown = call(person.api).get(f"/conversations/{world.place.id}").body["unread"]
        said = [one for one in new if one.thread_id is None or one.also_in_conversation]
        counted = {
            "messages": min(len(said), UNREAD_CAP),
            # A move calls nobody but by name.
            "mentions": sum(
                (one.everybody and not message.parts & Part.MOVED) or person.id in one.people
                for one, message in zip(calls, new, strict=True)
            ),
        }
        assert shown == counted, f"{person} is shown {shown}, and it is {counted}"
