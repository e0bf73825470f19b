"""What the gateway reads from the database, always in a thread and in the tenant's context."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from events import journal, render
from messaging.attention import here
from messaging.conversations.models import Membership
from messaging.receipts import services as receipts
from tenants.context import in_public
from tenants.models import Tenant, TenantState
from tenants.statements import hot_rows

_SEATS = """
SELECT m.conversation_id, coalesce(s.last_seq, 0), c.archived_at IS NOT NULL, m.history_from_seq
  FROM messaging_membership m
  JOIN messaging_conversation c ON c.id = m.conversation_id
  LEFT JOIN events_stream s ON s.id = m.conversation_id
 WHERE m.user_id = %(user_id)s
UNION ALL
SELECT id, last_seq, false, 0 FROM events_stream WHERE id IN (%(user_id)s, %(tenant_id)s)
UNION ALL
SELECT NULL, 0, {credential}, 0
"""
_CREDENTIALS = {
    "session": "EXISTS (SELECT FROM accounts_session"
    " WHERE session_key = %(credential)s AND expire_date > now())",
    "token": "EXISTS (SELECT FROM accounts_apitoken"
    " WHERE digest = %(credential)s AND revoked_at IS NULL)",
}


@dataclass(frozen=True, slots=True)
class Seats:
    """What a person may see at one moment, and how far each stream had come at that moment."""

    heads: dict[UUID, int]
    archived: frozenset[UUID]
    #: Where the person may not read from the start: the first number they may see anything of.
    begins: dict[UUID, int]
    user_seq: int
    tenant_seq: int
    is_credential_good: bool


def seats_of(user_id: UUID, tenant_id: UUID, *, kind: str, credential: str | bytes) -> Seats:
    """Memberships, heads and the credential's state, in one statement and so in one snapshot.

    With several snapshots a removal could fall between the right that was read and the number from
    which the person is shown what follows.
    """
    sql = _SEATS.format(credential=_CREDENTIALS[kind])
    params = {"user_id": user_id, "tenant_id": tenant_id, "credential": credential}
    rows = hot_rows(sql, params)
    own = {user_id: 0, tenant_id: 0}
    heads, archived, begins, is_good = {}, set(), {}, False
    for stream_id, seq, mark, begins_at in rows:
        if stream_id is None:
            is_good = mark
        elif stream_id in own:
            own[stream_id] = seq
        else:
            heads[stream_id] = seq
            if mark:
                archived.add(stream_id)
            if begins_at:
                begins[stream_id] = begins_at
    return Seats(heads, frozenset(archived), begins, own[user_id], own[tenant_id], is_good)


def heads(stream_ids: Sequence[str]) -> dict[str, int]:
    """The last number of each stream, in one query."""
    found = journal.heads([UUID(stream_id) for stream_id in stream_ids])
    return {str(stream_id): seq for stream_id, seq in found.items()}


def frames_after(stream_id: str, seq: int, limit: int) -> list[bytes]:
    """The frames that follow `seq`, oldest first, with their rows as they are now."""
    return render.frames_of(journal.entries_after(UUID(stream_id), seq, limit=limit))


def note_delivered(reached: dict[str, dict[str, int]]) -> bool:
    """Note what reached whom; says whether others may see it."""
    return receipts.note_delivered(
        {
            UUID(conversation_id): {UUID(user_id): seq for user_id, seq in people.items()}
            for conversation_id, people in reached.items()
        }
    )


def note_here(tenant: str, present: list[str], gone: list[str]) -> None:
    """Note who is here and looking, and who is not any more."""
    here.note_here(tenant, present)
    here.note_gone(tenant, gone)


def ready_tenants(slugs: Sequence[str]) -> set[str]:
    """Those of these tenants that are ready: not suspended, not being deleted."""
    with in_public():
        rows = Tenant.objects.filter(slug__in=slugs, state=TenantState.READY)
        return set(rows.values_list("slug", flat=True))


def members(conversation_id: str) -> set[str]:
    """Who belongs to a conversation now."""
    ids = Membership.objects.filter(conversation_id=conversation_id).values_list(
        "user_id", flat=True
    )
    return {str(user_id) for user_id in ids}
