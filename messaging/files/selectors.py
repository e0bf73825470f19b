"""Read files; they are a part of the message view."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from accounts.grants.selectors import Grant, holders_of
from core.actor import Actor
from core.paging import Page, decode_cursor, encode_cursor
from messaging.conversations.access import Do as InConversation
from messaging.conversations.access import place_for
from messaging.files.access import (
    Do,
    allowed,
    file_for,
    file_with_grants,
    may_share,
    newly_given,
    opens_granted,
)
from messaging.files.granted import GRANTED_TO
from messaging.files.models import File, FileVersion, Upload
from messaging.files.sharing import FILES
from messaging.messages.parts import Part, part
from tenants.statements import hot_rows

COLUMNS = (
    "f.id, f.message_id, f.name, f.content_type, f.size_bytes, f.width, f.height,"
    " f.thumbnail_name IS NOT NULL, f.scan, f.version, f.deleted_at, f.created_by_id, f.created_at"
)

# By hand: Django spends half a millisecond on a list of fifty ids.
_FILES = f"""
SELECT {COLUMNS}
  FROM messaging_file f WHERE f.message_id = ANY(%s) ORDER BY f.created_at, f.id
"""

_KINDS = {
    "images": ("image/%",),
    "media": ("video/%", "audio/%"),
    "documents": ("application/%", "text/%"),
}


@part(Part.FILES, "files", empty=list)
def files_of(message_ids: Sequence[UUID]) -> dict[UUID, list[dict]]:
    """The files of each message, in the order in which they were shared; one query."""
    found: dict[UUID, list[dict]] = {}
    for row in hot_rows(_FILES, [list(message_ids)]):
        found.setdefault(row[1], []).append(_view(row))
    return found


def view_of(file: File) -> dict[str, Any]:
    """How one file looks from outside."""
    return _view(
        (
            file.id,
            file.message_id,
            file.name,
            file.content_type,
            file.size_bytes,
            file.width,
            file.height,
            file.thumbnail_name is not None,
            file.scan,
            file.version,
            file.deleted_at,
            file.created_by_id,
            file.created_at,
        )
    )


def files_in(
    actor: Actor,
    *,
    conversation_id: UUID,
    kind: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[dict[str, Any]]:
    """The files of a conversation, newest first, each with the place of its message.

    Errors  NotFound by access.
    """
    begins_at = place_for(actor, conversation_id, InConversation.READ).begins_at
    where, params = ["f.conversation_id = %s"], [conversation_id]
    if begins_at:
        where.append("m.seq >= %s")
        params.append(begins_at)
    if kind is not None:
        where.append("f.content_type LIKE ANY(%s)")
        params.append(list(_KINDS[kind]))
    if cursor:
        (before,) = decode_cursor(cursor, UUID)
        where.append("f.id < %s")
        params.append(before)
    rows = hot_rows(
        f"SELECT {COLUMNS}, m.conversation_id, m.seq, m.thread_id FROM messaging_file f"
        " JOIN messaging_message m ON m.id = f.message_id AND m.deleted_at IS NULL"
        f" WHERE f.deleted_at IS NULL AND {' AND '.join(where)}"
        f" ORDER BY f.id DESC LIMIT {int(limit) + 1}",
        params,
    )
    return _paged(rows, limit)


def granted_files(
    actor: Actor, *, cursor: str | None = None, limit: int = 50
) -> Page[dict[str, Any]]:
    """The files that were granted to the actor or to a group of theirs, newest first.

    Where they stand is not told: who was given a file was not given its conversation.
    """
    if not opens_granted(actor):
        return Page([], None)
    where, params = [f"f.id IN ({GRANTED_TO.format(user='%s')})"], [actor.user_id, actor.user_id]
    if cursor:
        (before,) = decode_cursor(cursor, UUID)
        where.append("f.id < %s")
        params.append(before)
    rows = hot_rows(
        f"SELECT {COLUMNS}, NULL::uuid, NULL::bigint, NULL::uuid FROM messaging_file f"
        " JOIN messaging_message m ON m.id = f.message_id AND m.deleted_at IS NULL"
        f" WHERE f.deleted_at IS NULL AND {' AND '.join(where)}"
        f" ORDER BY f.id DESC LIMIT {int(limit) + 1}",
        params,
    )
    return _paged(rows, limit)


def count_given(actor: Actor) -> int:
    """How many files the actor, or a group of theirs, was given since they last looked.

    What they sent themselves is no news to them.
    """
    return newly_given(actor).count()


def grants_of(actor: Actor, file_id: UUID) -> list[Grant]:
    """Whom a file is granted to, people first, by name.

    Errors  NotFound, Forbidden by access.
    """
    return holders_of(FILES, file_with_grants(actor, file_id).id)


def versions(actor: Actor, file_id: UUID) -> dict[str, Any]:
    """The versions of a file, newest first, of which the first is what it is now; and what the
    actor `can` do with it beside opening it: `change` it, `share` it with others."""
    file = file_for(actor, file_id)
    may = allowed(actor, file)
    now = {
        "number": file.version,
        "name": file.name,
        "size_bytes": file.size_bytes,
        "created_by_id": file.version_by_id or file.created_by_id,
        "created_at": file.version_at or file.created_at,
        "url": url_of(file.id),
    }
    before = FileVersion.objects.filter(file_id=file.id).order_by("-number")[:200]
    return {
        "items": [now, *(_version(row) for row in before)],
        "next": None,
        "can": {
            "change": Do.REPLACE in may and Do.DELETE in may,
            "share": Do.SHARE in may and may_share(actor),
        },
    }


def version_for(actor: Actor, file_id: UUID, number: int) -> File | FileVersion | None:
    """One version of a file that the actor may read; None where there is no such version."""
    file = file_for(actor, file_id)
    if number == file.version:
        return file
    if not 0 < number < 2**31:
        return None
    return FileVersion.objects.filter(file_id=file.id, number=number).first()


def shared_view(row: Sequence) -> dict[str, Any]:
    """A file and where it was shared, of COLUMNS and the message's conversation, seq and thread.

    Without a conversation nothing is said of the message either.
    """
    conversation_id, seq, thread_id = row[13:16]
    return {
        "file": _view(row),
        "conversation_id": conversation_id,
        "message_id": row[1] if conversation_id is not None else None,
        "seq": seq,
        "thread_id": thread_id,
        "author_id": row[11],
        "created_at": row[12],
    }


def url_of(file_id: UUID) -> str:
    """Where a file is downloaded, at the tenant's own address."""
    return f"/api/v1/files/{file_id}"


def _paged(rows: Sequence[Sequence], limit: int) -> Page[dict[str, Any]]:
    page = rows[:limit]
    return Page(
        [shared_view(row) for row in page],
        encode_cursor(page[-1][0]) if len(rows) > limit else None,
    )


def _version(row: FileVersion) -> dict[str, Any]:
    return {
        "number": row.number,
        "name": row.name,
        "size_bytes": row.size_bytes,
        "created_by_id": row.created_by_id,
        "created_at": row.created_at,
        "url": f"{url_of(row.file_id)}/versions/{row.number}",
    }


def _view(row: Sequence) -> dict[str, Any]:
    id_, _message, name, content_type, size, width, height, has_thumbnail, scan, version = row[:10]
    deleted_at, created_by_id = row[10:12]
    if deleted_at is not None:
        # Nothing but that it was there.
        name, content_type, size, has_thumbnail = "", "application/octet-stream", 0, False
    url = url_of(id_)
    return {
        "id": id_,
        "name": name,
        "content_type": content_type,
        "size_bytes": size,
        "url": url if version == 1 else f"{url}?v={version}",
        "width": width,
        "height": height,
        "thumbnail_url": f"{url}/thumbnail?v={version}" if has_thumbnail else None,
        "scan": scan,
        "version": version,
        "created_by_id": created_by_id,
        "deleted_at": deleted_at,
    }


def made_of(upload: Upload) -> dict[str, Any] | None:
    """The file that was made of an upload; None where it is gone since."""
    file = File.objects.filter(id=upload.file_id, deleted_at=None).first()
    return None if file is None else view_of(file)
