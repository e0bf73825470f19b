"""Brings the conversations of an export over, and who belongs to them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from integrations.slack import store
from integrations.slack.directory import Directory
from integrations.slack.identity import Workspace
from integrations.slack.ledger import Ledger
from integrations.slack.people import People
from integrations.slack.shapes import Conversation as Found
from integrations.slack.shapes import Person
from messaging.conversations.models import Conversation, Kind, MemberRole, Membership
from messaging.conversations.services import direct_key

LONGEST_NAME = 80


class Conversations:
    """The conversations of one import."""

    def __init__(
        self,
        workspace: Workspace,
        directory: Directory,
        people: People,
        ledger: Ledger,
        *,
        dry_run: bool,
    ) -> None:
        self._workspace = workspace
        self._directory = directory
        self._people = people
        self._ledger = ledger
        self._dry_run = dry_run
        self._direct: dict[str, UUID] = {}

    def bring(self, found: list[Found]) -> None:
        """Take over every conversation; one that an earlier run made is recognised by its id."""
        known = store.conversations_of(self._workspace)
        taken = store.channel_names()
        rows = []
        for one in found:
            if one.slack_id in known:
                self._adopt(one, known[one.slack_id])
                continue
            row = self._direct_row(one) if one.kind == Kind.DIRECT else self._row(one, taken)
            if row is not None:
                rows.append(row)
        if self._dry_run:
            return
        closed = [
            known[one.slack_id]
            for one in found
            if one.slack_id in known and one.kind == Kind.PRIVATE
        ]
        self._ledger.noted("channels that became private", store.make_private(closed))
        store.insert(Conversation, rows)

    def bring_members(self, one: Found) -> None:
        """Put its members into a conversation, with everything read."""
        self._people.ensure(Person(slack_id, slack_id) for slack_id in one.members)
        conversation_id = self._id(one.slack_id)
        # Who left here, or was put out, does not come back by a second import.
        there = store.members_of(conversation_id) | store.removed_members(conversation_id)
        wanted = {self._directory.person(slack_id): slack_id for slack_id in one.members}
        new = [user_id for user_id in wanted if user_id is not None and user_id not in there]
        self._ledger.already_there("memberships", len(one.members) - len(new))
        self._ledger.created("memberships", len(new))
        if self._dry_run or not new:
            return
        read_seq = store.last_seq(conversation_id)
        owner = self._directory.person(one.creator) if one.creator else None
        is_direct = one.kind == Kind.DIRECT
        store.insert(
            Membership,
            (
                {
                    "id": self._workspace.name("membership", one.slack_id, wanted[user_id]),
                    "conversation_id": conversation_id,
                    "user_id": user_id,
                    "role": (
                        MemberRole.OWNER.value
                        if user_id == owner and not is_direct
                        else MemberRole.MEMBER.value
                    ),
                    "joined_at": one.created,
                    "read_seq": read_seq,
                }
                for user_id in new
            ),
        )

    def _id(self, slack_id: str) -> UUID:
        found = self._directory.conversation(slack_id)
        if found is None:
            raise LookupError(slack_id)
        return found

    def _adopt(self, one: Found, our_id: UUID) -> None:
        self._directory.add_conversation(one.slack_id, one.name, our_id)
        self._ledger.already_there("conversations")

    def _row(self, one: Found, taken: set[str]) -> dict[str, Any]:
        name = _free_name(one.name or one.slack_id.lower(), taken)
        taken.add(name.lower())
        self._ledger.noted("channels renamed because their name was taken", int(name != one.name))
        return self._made(one) | {"name": name, "direct_key": None}

    def _direct_row(self, one: Found) -> dict[str, Any] | None:
        """The row of a direct conversation, unless these people have one here."""
        self._people.ensure(Person(slack_id, slack_id) for slack_id in one.members)
        people = [self._directory.person(slack_id) for slack_id in one.members]
        key = direct_key(people or [self._workspace.name("direct", one.slack_id)])
        existing = self._direct.get(key) or store.direct_conversation(key)
        if existing is not None:
            self._adopt(one, existing)
            return None
        row = self._made(one) | {"name": None, "direct_key": key}
        self._direct[key] = row["id"]
        return row

    def _made(self, one: Found) -> dict[str, Any]:
        our_id = self._workspace.conversation(one.slack_id, one.created)
        self._directory.add_conversation(one.slack_id, one.name, our_id)
        self._ledger.created("conversations")
        return {
            "id": our_id,
            "kind": one.kind,
            "name": None,
            "topic": one.topic,
            "purpose": one.purpose,
            "direct_key": None,
            "created_by_id": self._directory.person(one.creator) if one.creator else None,
            "created_at": one.created,
            "archived_at": one.archived,
            "external_id": self._workspace.external(one.slack_id),
        }


def _free_name(name: str, taken: Iterable[str]) -> str:
    """A channel name nobody has: `general`, else `general-slack`, else `general-slack-2`."""
    number = 0
    candidate = name
    while candidate.lower() in taken:
        number += 1
        suffix = "-slack" if number == 1 else f"-slack-{number}"
        candidate = name[: LONGEST_NAME - len(suffix)] + suffix
    return candidate
