"""Imports a Slack export into the tenant in hand."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg
from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from core.actor import Actor, Role
from core.errors import Forbidden, Invalid, Unavailable
from integrations.slack import store
from integrations.slack.archive import Archive, NotAnExport
from integrations.slack.conversations import Conversations
from integrations.slack.directory import Directory
from integrations.slack.export import Export, Record
from integrations.slack.history import History
from integrations.slack.identity import moment
from integrations.slack.ledger import Ledger
from integrations.slack.people import People, workspace_of
from integrations.slack.records import Bad
from integrations.slack.shapes import Conversation
from messaging.conversations.models import Conversation as ConversationRow
from messaging.conversations.models import Kind
from messaging.conversations.services import join_conversation

BATCH = 4_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is."""

    conversation: str
    messages: int
    done_bytes: int
    all_bytes: int


def import_export(
    actor: Actor,
    path: Path,
    *,
    join: Sequence[str] = (),
    dry_run: bool = False,
    batch: int = BATCH,
    report: Path | None = None,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
) -> dict[str, Any]:
    """Import an export and say what came of everything in it.

    Running it again, also after it was killed, imports what is missing and nothing twice. Nobody is
    notified of what is old; who is named in `join` becomes a member of the public channels.
    `dry_run` changes nothing and counts the same.
    Errors  Invalid where the file is no export or somebody in `join` is unknown; Conflict where
            another import is running. Nothing was changed then.
    """
    if not actor.is_manager:
        raise Forbidden("import", _("Only the organisation's admins may import."))
    started = time.monotonic()
    ledger = Ledger(report)
    try:
        with Archive.open(path) as archive, store.alone():
            export = Export(archive)
            joiners = _people_named(join)
            run = _Run(actor, export, ledger, dry_run=dry_run, batch=batch, tell=on_progress)
            run.all()
            run.join(joiners)
    except NotAnExport as wrong:
        raise Invalid("export", str(wrong), code="not_an_export") from wrong
    except OSError as wrong:
        words = _("Files could not be written (%(why)s). What was imported is kept: run it again.")
        raise Unavailable("import", words % {"why": wrong.strerror or "unknown"}) from wrong
    except (DatabaseError, psycopg.Error) as wrong:
        raise _stopped(wrong) from None
    finally:
        ledger.close()
    seconds = round(time.monotonic() - started, 1)
    return {"workspace": run.workspace, **ledger.summary(), "seconds": seconds}


def _stopped(wrong: Exception) -> Unavailable:
    """The database went away or refused. Its own words quote rows, which must not reach a log."""
    code = getattr(wrong, "sqlstate", None) or getattr(wrong.__cause__, "sqlstate", None)
    return Unavailable(
        "import",
        _("The database stopped the import (%(code)s). What was imported is kept: run it again.")
        % {"code": code or type(wrong).__name__},
    )


class _Run:
    """One pass over an export."""

    def __init__(
        self,
        actor: Actor,
        export: Export,
        ledger: Ledger,
        *,
        dry_run: bool,
        batch: int,
        tell: Callable[[Progress], None],
    ) -> None:
        self._actor = actor
        self._export = export
        self._ledger = ledger
        self._dry_run = dry_run
        self._batch = batch
        self._tell = tell
        self._found: list[Conversation] = []
        self._seen = 0
        self._done_bytes = 0
        self._file = ""
        self.workspace = ""

    def all(self) -> None:
        """People, then conversations, then each one's messages and, when they are in, members."""
        people = self._usable(self._export.people())
        self._found = self._unique(self._usable(self._export.conversations()))
        self._export.settle(self._found)
        workspace = workspace_of(self._export.team(), people)
        known = store.people_of(workspace)
        self.workspace = workspace.key
        directory = Directory()
        bringer = People(workspace, directory, self._ledger, dry_run=self._dry_run)
        founded = min((one.created for one in self._found), default=moment(0))
        bringer.bring(people, known, at=founded)
        bringer.keep_known(known)
        conversations = Conversations(
            workspace, directory, bringer, self._ledger, dry_run=self._dry_run
        )
        conversations.bring(self._found)
        history = History(
            self._actor,
            self._export,
            workspace,
            directory,
            bringer,
            self._ledger,
            dry_run=self._dry_run,
            batch=self._batch,
            step=self._step,
        )
        for one in self._found:
            history.bring(one)
            conversations.bring_members(one)
        for bad in chain(self._export.refused(), self._export.unlisted()):
            self._ledger.quarantine(bad)
        self._public = [
            our_id
            for one in self._found
            if one.kind == Kind.PUBLIC and (our_id := directory.conversation(one.slack_id))
        ]
        if not self._dry_run:
            store.tidy_up()

    def join(self, people: list[User]) -> None:
        """Make these people members of the imported public channels; they are told of that."""
        if self._dry_run:
            return
        open_ones = ConversationRow.objects.filter(
            id__in=self._public, kind=Kind.PUBLIC, archived_at=None
        )
        ids = list(open_ones.order_by("name").values_list("id", flat=True))
        for person in people:
            actor = Actor(tenant=self._actor.tenant, user_id=person.id, role=Role(person.role))
            for conversation_id in ids:
                join_conversation(actor, conversation_id=conversation_id)

    def _usable(self, found: Any) -> list[Any]:
        usable = []
        for one in found:
            if isinstance(one, Bad):
                self._ledger.quarantine(one)
            else:
                usable.append(one)
        return usable

    def _unique(self, found: list[Conversation]) -> list[Conversation]:
        unique = list({one.slack_id: one for one in reversed(found)}.values())[::-1]
        self._ledger.already_there("conversations", len(found) - len(unique))
        return unique

    def _step(self, conversation: Conversation, record: Record) -> None:
        self._seen += 1
        if record.file != self._file:
            self._file = record.file
            self._done_bytes += self._export.size_of(record.file)
        if self._seen % 1000 == 0:
            name = conversation.name or "direct messages"
            self._tell(Progress(name, self._seen, self._done_bytes, self._export.size_bytes))


def _people_named(emails: Sequence[str]) -> list[User]:
    """The people to join, by e-mail address.

    Errors  Invalid names the first that nobody here has, or who may not join by themselves.
    """
    people = []
    for email in emails:
        person = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
        if person is None:
            raise Invalid.field(
                "join", _("Nobody here has the e-mail address %(email)s.") % {"email": email}
            )
        if person.role == Role.GUEST:
            raise Invalid.field(
                "join",
                _("%(email)s is a guest; guests are invited to channels.") % {"email": email},
            )
        people.append(person)
    return people
