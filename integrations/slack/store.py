"""Reads and writes the tables of an import, many rows at a time."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.db.utils import OperationalError

from accounts.people.models import User
from core.errors import Conflict
from events.models import Entry, Stream
from events.registry import type_of_class
from integrations.slack.identity import Workspace
from integrations.slack.models import SlackWorkspace
from messaging.conversations.events import MembershipRemoved
from messaging.conversations.models import Conversation, Kind, Membership
from messaging.files.models import File
from messaging.messages.models import Message
from messaging.messages.parts import Part, note_part
from messaging.reactions.events import ReactionRemoved
from messaging.reactions.models import Reaction
from tenants.context import current_schema

LOCK_WAIT_MS = 20_000


@contextmanager
def alone() -> Iterator[None]:
    """Hold the tenant's import lock: two imports at once would number one conversation together.

    Errors  Conflict where another import is running.
    """
    key = f"import slack {current_schema()}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_WAIT_MS}ms"])
        try:
            with transaction.atomic():
                cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [key])
        except OperationalError as wrong:
            raise Conflict("import", "Another import into this tenant is running.") from wrong
        finally:
            cursor.execute("SELECT set_config('lock_timeout', '0', false)")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def insert(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows, given by column, all with the same columns; others have their default."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    quote = connection.ops.quote_name
    others = _defaults(model, first)
    rest = tuple(others.values())
    columns = ", ".join(quote(name) for name in [*first, *others])
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as copy,
    ):
        copy.write_row((*first.values(), *rest))
        for row in rows:
            copy.write_row((*row.values(), *rest))


def _defaults(model: type[models.Model], given: Collection[str]) -> dict[str, Any]:
    """What Django would store in the columns that are not given; the database knows none of it."""
    return {
        field.column: field.get_db_prep_save(field.get_default(), connection)
        for field in model._meta.concrete_fields
        if field.column not in given and field.has_default() and not field.has_db_default()
    }


def people_of(workspace: Workspace) -> dict[str, tuple[UUID, str]]:
    """The people that were imported from a workspace before: id and name by Slack id."""
    rows = User.objects.filter(external_id__startswith=workspace.prefix)
    return {
        external_id.removeprefix(workspace.prefix): (id_, name)
        for id_, name, external_id in rows.values_list("id", "name", "external_id").iterator()
    }


def sample_of(workspace: Workspace) -> dict[str, str]:
    """The people by whom a workspace is recognised; none where it was never imported."""
    found = SlackWorkspace.objects.filter(key=workspace.key).values_list("people", flat=True)
    return found.first() or {}


def remember_workspace(workspace: Workspace, people: dict[str, str]) -> None:
    """Note by whom a workspace is recognised; the first export decides."""
    SlackWorkspace.objects.get_or_create(key=workspace.key, defaults={"people": people})


def people_by_email(emails: Collection[str]) -> dict[str, tuple[UUID, str | None]]:
    """Who has these e-mail addresses, given in lower case: id and external id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lower(email), id, external_id FROM accounts_user WHERE lower(email) = ANY(%s)",
            [list(emails)],
        )
        return {email: (id_, external_id) for email, id_, external_id in cursor.fetchall()}


def remember_person(user_id: UUID, external_id: str) -> None:
    """Note on an account that was here before whom it is in the export."""
    User.objects.filter(id=user_id, external_id=None).update(external_id=external_id)


def conversations_of(workspace: Workspace) -> dict[str, UUID]:
    """The conversations that were imported from a workspace before, by Slack id."""
    rows = Conversation.objects.filter(external_id__startswith=workspace.prefix)
    return {
        external_id.removeprefix(workspace.prefix): id_
        for id_, external_id in rows.values_list("id", "external_id").iterator()
    }


def channel_names() -> set[str]:
    """The names that channels have, in lower case."""
    names = Conversation.objects.exclude(kind=Kind.DIRECT).values_list("name", flat=True)
    return {name.lower() for name in names.iterator()}


def direct_conversation(key: str) -> UUID | None:
    """The direct conversation of the people that a key stands for."""
    return Conversation.objects.filter(direct_key=key).values_list("id", flat=True).first()


def existing_messages(ids: Sequence[UUID]) -> set[UUID]:
    """Which of these messages are here."""
    return _existing("SELECT id FROM messaging_message WHERE id = ANY(%s)", [list(ids)])


def thread_roots(conversation_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Which of these messages can begin a thread in a conversation."""
    return _existing(
        "SELECT id FROM messaging_message"
        " WHERE id = ANY(%s) AND conversation_id = %s AND thread_id IS NULL",
        [list(ids), conversation_id],
    )


def existing_files(external_ids: Collection[str]) -> set[str]:
    """Which of these files are here, by external id."""
    return _existing(
        "SELECT external_id FROM messaging_file WHERE external_id = ANY(%s)", [list(external_ids)]
    )


def existing_reactions(message_ids: Sequence[UUID]) -> set[tuple[UUID, str, UUID]]:
    """The reactions that messages have: message, emoji, person."""
    rows = Reaction.objects.filter(message_id__in=message_ids)
    return set(rows.values_list("message_id", "emoji", "user_id"))


def removed_reactions(
    conversation_id: UUID, message_ids: Sequence[UUID]
) -> set[tuple[UUID, str, UUID]]:
    """The reactions that people took back here."""
    rows = Entry.objects.filter(
        stream_id=conversation_id,
        type=type_of_class(ReactionRemoved).name,
        data__message_id__in=[str(one) for one in message_ids],
    )
    return {
        (UUID(data["message_id"]), data["emoji"], UUID(data["user_id"]))
        for data in rows.values_list("data", flat=True)
    }


def members_of(conversation_id: UUID) -> set[UUID]:
    """Who belongs to a conversation."""
    rows = Membership.objects.filter(conversation_id=conversation_id)
    return set(rows.values_list("user_id", flat=True))


def removed_members(conversation_id: UUID) -> set[UUID]:
    """Who left a conversation here, or was taken out of it."""
    rows = Entry.objects.filter(
        stream_id=conversation_id, type=type_of_class(MembershipRemoved).name
    )
    return {UUID(data["user_id"]) for data in rows.values_list("data", flat=True)}


def make_private(conversation_ids: Collection[UUID]) -> int:
    """Close channels that became private where they come from."""
    rows = Conversation.objects.filter(id__in=conversation_ids, kind=Kind.PUBLIC)
    return rows.update(kind=Kind.PRIVATE)


def last_seq(conversation_id: UUID) -> int:
    """The number of the last event of a conversation."""
    found = Stream.objects.filter(id=conversation_id).values_list("last_seq", flat=True).first()
    return found or 0


def count_replies(replies: dict[UUID, tuple[int, Any]]) -> None:
    """Add to the replies of messages that were here: how many, and when the last was written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_message m SET reply_count = m.reply_count + r.number,"
            " last_reply_at = greatest(m.last_reply_at, r.last)"
            " FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[]) AS r (id, number, last)"
            " WHERE m.id = r.id",
            [
                list(replies),
                [number for number, _last in replies.values()],
                [last for _number, last in replies.values()],
            ],
        )


def insert_files(files: Sequence[dict[str, Any]]) -> None:
    """Insert files, and note on their messages that they have some."""
    insert(File, files)
    note_part({row["message_id"] for row in files}, Part.FILES)


def move_cursors(conversation_id: UUID, *, before: int, after: int) -> None:
    """Whoever had read everything has also read what was imported now.

    The stream is locked already, and who removes a member locks the member first: waiting for that
    row here would be a deadlock, so that it is passed over.
    """
    rows = Membership.objects.filter(conversation_id=conversation_id, read_seq__gte=before)
    free = rows.select_for_update(skip_locked=True).values_list("id", flat=True)
    with transaction.atomic():
        Membership.objects.filter(id__in=list(free)).update(read_seq=after)


def tidy_up() -> None:
    """Let the planner know of the new rows."""
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        for model in (Message, Membership, User):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
        cursor.execute("ANALYZE events_entry")


def _existing(sql: str, params: list[Any]) -> set[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return {row[0] for row in cursor.fetchall()}
