"""Brings the messages of one conversation over, a batch at a time, each batch all or nothing.

What is written depends on nothing but the export and what is here already, and batches commit in
the order of time: a run that was killed left a beginning behind, and the next one goes on from it.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from core.actor import Actor
from events.past import Past, record_many
from integrations.slack import shapes, store
from integrations.slack.changes import Told, apply, changes
from integrations.slack.directory import Directory
from integrations.slack.export import Export, Place, Record
from integrations.slack.files import Files
from integrations.slack.identity import Workspace, moment
from integrations.slack.ledger import Ledger
from integrations.slack.people import People
from integrations.slack.records import Bad
from integrations.slack.shapes import Conversation, Flaw, Message, Passed, Person
from messaging.messages.events import MessageCreated
from messaging.messages.mentions import calls_in
from messaging.messages.models import Message as MessageRow
from messaging.messages.models import MessageKind
from messaging.reactions.models import Reaction

MOST_LETTERS = 4_000_000
"""A batch ends here even where it has few messages: memory is bounded by text, not by rows."""
_LETTERS_OF_AN_ID = 11
CORRELATION = "slack-import"

type Step = Callable[[Conversation, Record], None]


class History:
    """The messages of one import."""

    def __init__(
        self,
        actor: Actor,
        export: Export,
        workspace: Workspace,
        directory: Directory,
        people: People,
        ledger: Ledger,
        *,
        dry_run: bool,
        batch: int,
        step: Step,
    ) -> None:
        self._actor = actor
        self._export = export
        self._workspace = workspace
        self._directory = directory
        self._people = people
        self._ledger = ledger
        self._dry_run = dry_run
        self._batch = batch
        self._step = step
        self._files = Files(export, workspace, directory, ledger, dry_run=dry_run)

    def bring(self, conversation: Conversation) -> None:
        """Take over all messages of a conversation, oldest first."""
        pending: list[tuple[Message, Place]] = []
        last_micros, letters = -1, 0
        for found in self._export.messages(conversation):
            if isinstance(found, Bad):
                self._ledger.quarantine(found)
                continue
            self._step(conversation, found)
            message = self._read(found)
            if message is None:
                continue
            if message.micros == last_micros:
                # Overlapping day files hold a message twice.
                self._count(message, self._ledger.already_there)
                continue
            last_micros = message.micros
            pending.append((message, found.place))
            letters += _letters(message)
            if len(pending) >= self._batch or letters > MOST_LETTERS:
                self._write(conversation, pending)
                pending, letters = [], 0
        if pending:
            self._write(conversation, pending)

    def _read(self, record: Record) -> Message | None:
        try:
            return shapes.message(record.content, self._directory)
        except Flaw as flaw:
            self._ledger.quarantine(Bad(record.file, record.index, str(flaw)))
        except Passed as kind:
            self._ledger.skipped("messages", str(kind))
        except (RecursionError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
            # Whatever a stranger's JSON may hold: one record must not end the import.
            self._ledger.quarantine(Bad(record.file, record.index, "it could not be understood"))
        return None

    def _write(self, conversation: Conversation, pending: list[tuple[Message, Place]]) -> None:
        ids = {
            message.micros: self._workspace.message(conversation.slack_id, message.micros)
            for message, _place in pending
        }
        self._people.ensure(_mentioned(message for message, _place in pending))
        for message, _place in pending:
            self._files.name_missing(conversation, message)
        there = store.existing_messages(list(ids.values()))
        self._follow(conversation, [one for one in pending if ids[one[0].micros] in there], ids)
        new = [one for one in pending if ids[one[0].micros] not in there]
        if not new:
            return
        files = self._files.bring(conversation, new, ids)
        messages = [message for message, _place in new]
        for message in messages:
            self._count(message, self._ledger.created)
            self._note(message)
        if self._dry_run:
            return
        with transaction.atomic():
            self._insert(conversation, messages, ids)
            store.insert_files(files)

    def _follow(
        self,
        conversation: Conversation,
        old: list[tuple[Message, Place]],
        ids: dict[int, UUID],
    ) -> None:
        """Take over what happened to messages since an earlier export brought them."""
        our_id = self._directory.conversation(conversation.slack_id)
        assert our_id is not None
        found = changes(our_id, (self._told(message, ids) for message, _place in old))
        for message, _place in old:
            self._count(message, self._ledger.already_there)
        files = self._files.bring(conversation, old, ids)
        given = sum(map(len, found.reactions.values()))
        self._ledger.turned_out_new("edits", len(found.edited))
        self._ledger.turned_out_new("reactions", given)
        self._ledger.noted("messages deleted since an earlier export", len(found.deleted))
        if self._dry_run or not (found or files):
            return
        with transaction.atomic():
            apply(our_id, found)
            store.insert_files(files)

    def _told(self, message: Message, ids: dict[int, UUID]) -> Told:
        edited = message.edited_micros
        return Told(
            message_id=ids[message.micros],
            text=message.text,
            edited_at=None if edited is None else moment(edited),
            is_deleted=message.is_deleted,
            reactions=tuple(self._given(message)),
        )

    def _insert(
        self, conversation: Conversation, messages: list[Message], ids: dict[int, UUID]
    ) -> None:
        our_id = self._directory.conversation(conversation.slack_id)
        assert our_id is not None
        self._settle_threads(conversation, our_id, messages, ids)
        replies = _replies(messages)
        rows = []
        past = []
        for message in messages:
            row = self._row(conversation, our_id, message, ids)
            row["reply_count"], row["last_reply_at"] = replies.pop(message.micros, (0, None))
            rows.append(row)
            past.append(self._past(row, message))
        first = record_many(past, correlation_id=CORRELATION)
        for seq, row in enumerate(rows, first):
            row["seq"] = seq
        store.insert(MessageRow, rows)
        store.insert(Reaction, self._reactions(messages, ids))
        if replies:
            store.count_replies(
                {
                    self._workspace.message(conversation.slack_id, micros): counted
                    for micros, counted in replies.items()
                }
            )
        store.move_cursors(our_id, before=first - 1, after=first - 1 + len(rows))

    def _settle_threads(
        self,
        conversation: Conversation,
        our_id: UUID,
        messages: list[Message],
        ids: dict[int, UUID],
    ) -> None:
        """Let replies to messages that the export does not hold stand for themselves."""
        begins = {message.micros for message in messages if message.thread_micros is None}
        wanted = {
            message.thread_micros
            for message in messages
            if message.thread_micros is not None and message.thread_micros not in begins
        }
        if not wanted:
            return
        by_id = {self._workspace.message(conversation.slack_id, one): one for one in wanted}
        found = {by_id[id_] for id_ in store.thread_roots(our_id, list(by_id))}
        for message in messages:
            if message.thread_micros in wanted - found:
                message.thread_micros = None
                message.also_in_conversation = False
                self._ledger.noted("replies to messages that the export does not hold")

    def _row(
        self, conversation: Conversation, our_id: UUID, message: Message, ids: dict[int, UUID]
    ) -> dict[str, Any]:
        slack_id, thread = conversation.slack_id, message.thread_micros
        at = moment(message.micros)
        edited = message.edited_micros
        return {
            "id": ids[message.micros],
            "conversation_id": our_id,
            "seq": 0,
            "thread_id": None if thread is None else self._workspace.message(slack_id, thread),
            "author_id": self._author(message),
            "kind": (MessageKind.SYSTEM if message.is_system else MessageKind.TEXT).value,
            "subtype": message.subtype,
            "text": message.text,
            "key": self._workspace.message_key(slack_id, message.micros),
            "also_in_conversation": message.also_in_conversation,
            "created_at": at,
            "edited_at": None if edited is None else moment(edited),
            "deleted_at": at if message.is_deleted else None,
            "reply_count": 0,
            "last_reply_at": None,
        }

    def _past(self, row: dict[str, Any], message: Message) -> Past:
        calls = calls_in(message.text or "")
        fact = MessageCreated(
            row["conversation_id"], row["id"], row["author_id"], row["thread_id"], *calls
        )
        entry_id = self._workspace.entry(row["id"], message.micros)
        return Past(entry_id, fact, row["author_id"], row["created_at"])

    def _reactions(
        self, messages: Iterable[Message], ids: dict[int, UUID]
    ) -> Iterable[dict[str, Any]]:
        for message in messages:
            for emoji, user_id in self._given(message):
                message_id = ids[message.micros]
                yield {
                    "id": uuid5(message_id, f"reaction {emoji} {user_id}"),
                    "message_id": message_id,
                    "user_id": user_id,
                    "emoji": emoji,
                    "created_at": moment(message.micros),
                }

    def _given(self, message: Message) -> Iterable[tuple[str, UUID]]:
        """Each emoji that somebody gave, once: two accounts there may be one person here."""
        given = dict.fromkeys(
            (reaction.emoji, self._directory.person(user))
            for reaction in message.reactions
            for user in reaction.users
        )
        return [(emoji, user_id) for emoji, user_id in given if user_id is not None]

    def _author(self, message: Message) -> UUID | None:
        return None if message.author is None else self._directory.person(message.author.slack_id)

    def _count(self, message: Message, count: Callable[[str, int], None]) -> None:
        """Count a message and what hangs on it, but for its files."""
        count("messages", 1)
        count("replies", int(message.thread_micros is not None))
        count("edits", int(message.edited_micros is not None))
        count("reactions", len(list(self._given(message))))

    def _note(self, message: Message) -> None:
        """Say what of a message is not quite as it was."""
        self._ledger.noted("messages shortened to 40,000 characters", int(message.is_shortened))
        custom = sum(one.is_custom for one in message.reactions)
        self._ledger.noted("reactions with the workspace's own emoji, kept as :name:", custom)
        if message.bad_reactions:
            self._ledger.noted("reactions without a usable name", message.bad_reactions)


def _letters(message: Message) -> int:
    """How much a message holds, in letters; whoever reacted counts by their id."""
    given = sum(len(one.users) for one in message.reactions)
    return len(message.text or "") + _LETTERS_OF_AN_ID * given


def _replies(messages: Iterable[Message]) -> dict[int, tuple[int, datetime]]:
    """How many replies each thread got, and when the last one was written."""
    counted: dict[int, tuple[int, datetime]] = {}
    for message in messages:
        if message.thread_micros is None or message.is_deleted:
            continue
        number, _last = counted.get(message.thread_micros, (0, None))
        counted[message.thread_micros] = (number + 1, moment(message.micros))
    return counted


def _mentioned(messages: Iterable[Message]) -> Iterable[Person]:
    """Authors, and people who reacted: each needs to be somebody."""
    for message in messages:
        if message.author is not None:
            yield message.author
        for reaction in message.reactions:
            for user in reaction.users:
                yield Person(user, user)
