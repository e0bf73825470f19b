"""Brings the files of messages over, where the zip holds their bytes."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from integrations.slack import store
from integrations.slack.archive import Member, Unreadable
from integrations.slack.directory import Directory
from integrations.slack.export import Export, Place
from integrations.slack.identity import Workspace, moment
from integrations.slack.ledger import Ledger
from integrations.slack.records import Bad
from integrations.slack.shapes import Attached, Conversation, Message, missing_file
from messaging.files import scanner, storage
from messaging.files.models import Scan

MOST_FILE_BYTES = 4 * 2**30


class Files:
    """The shared files of one import.

    Bytes are stored before their rows are written: bytes without a row harm nobody, and the next
    run stores them at the same place again.
    """

    def __init__(
        self,
        export: Export,
        workspace: Workspace,
        directory: Directory,
        ledger: Ledger,
        *,
        dry_run: bool,
    ) -> None:
        self._export = export
        self._workspace = workspace
        self._directory = directory
        self._ledger = ledger
        self._dry_run = dry_run

    def name_missing(self, conversation: Conversation, message: Message) -> None:
        """Say in the text which files the export mentions and does not hold."""
        for attached in message.files:
            if self._export.bytes_of(conversation, attached) is None:
                self._ledger.skipped("files", "the export does not hold their bytes")
                _add_line(message, attached)

    def bring(
        self,
        conversation: Conversation,
        pairs: Iterable[tuple[Message, Place]],
        ids: dict[int, UUID],
    ) -> list[dict[str, Any]]:
        """Store bytes that are not here yet; returns the rows to be written."""
        wanted = [
            (message, place, attached, member)
            for message, place in pairs
            for attached in message.files
            if (member := self._export.bytes_of(conversation, attached)) is not None
        ]
        names = [
            self._external(conversation, message, attached)
            for message, _place, attached, _member in wanted
        ]
        there = store.existing_files(names) if names else set()
        rows = []
        for name, (message, place, attached, member) in zip(names, wanted, strict=True):
            if name in there:
                self._ledger.already_there("files")
                continue
            kept = self._store(conversation, message, place, attached, member)
            if kept is not None:
                row = self._row(conversation, message, attached, kept)
                rows.append(row | {"external_id": name, "message_id": ids[message.micros]})
        return rows

    def _store(
        self,
        conversation: Conversation,
        message: Message,
        place: Place,
        attached: Attached,
        member: Member,
    ) -> storage.Kept | None:
        """Store a file's bytes; None where that is not possible, and on a dry run."""
        if member.size_bytes > MOST_FILE_BYTES:
            bad = Bad(place.file, place.index, "its file is too large", "files")
            return self._give_up(message, attached, bad)
        kept = None
        try:
            with self._export.open(member) as source:
                if self._dry_run:
                    while source.read(storage.CHUNK_BYTES):
                        pass
                else:
                    kept = storage.keep(
                        source,
                        file_id=self._id(conversation, message, attached),
                        most_bytes=member.size_bytes,
                    )
        except Unreadable as wrong:
            return self._give_up(message, attached, Bad(member.name, None, str(wrong), "files"))
        self._ledger.created("files")
        return kept

    def _give_up(self, message: Message, attached: Attached, bad: Bad) -> None:
        self._ledger.quarantine(bad)
        _add_line(message, attached)

    def _row(
        self,
        conversation: Conversation,
        message: Message,
        attached: Attached,
        kept: storage.Kept,
    ) -> dict[str, Any]:
        author = attached.user or (message.author.slack_id if message.author else None)
        return {
            "id": self._id(conversation, message, attached),
            "conversation_id": self._directory.conversation(conversation.slack_id),
            "name": attached.name,
            "content_type": attached.content_type,
            "size_bytes": kept.size_bytes,
            "sha256": kept.sha256,
            "storage_name": kept.storage_name,
            "created_by_id": self._directory.person(author) if author else None,
            "created_at": moment(message.micros),
            # What it is, and whether it is harmful, is found out by the clock: see files.tasks.
            "is_unseen": True,
            "scan": Scan.PENDING if scanner.is_configured() else Scan.NONE,
        }

    def _id(self, conversation: Conversation, message: Message, attached: Attached) -> UUID:
        return self._workspace.file(conversation.slack_id, message.micros, attached.slack_id)

    def _external(self, conversation: Conversation, message: Message, attached: Attached) -> str:
        """One file may be shared in several messages: each has its own, with its own access."""
        return self._workspace.external(
            f"{attached.slack_id}:{conversation.slack_id}:{message.micros}"
        )


def _add_line(message: Message, attached: Attached) -> None:
    line = missing_file(attached)
    message.text = f"{message.text}\n{line}" if message.text else line
