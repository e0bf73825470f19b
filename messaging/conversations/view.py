"""How a conversation looks from outside."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from core.actor import Actor
from messaging.conversations.access import Do, Place, allowed
from messaging.conversations.models import Conversation, Membership

_SHARED = (
    "id",
    "kind",
    "name",
    "topic",
    "purpose",
    "archived_at",
    "created_at",
    "created_by_id",
    "last_seq",
    "member_count",
    "last_message_at",
)


def shared_view(row: dict[str, Any]) -> dict[str, Any]:
    """What is the same for everybody who may see it; takes a row of `selectors.summaries`."""
    return {name: row[name] for name in _SHARED} | {"member_ids": row["member_ids"] or []}


def view(actor: Actor, row: dict[str, Any]) -> dict[str, Any]:
    """The conversation with the actor's membership, unread counts and rights."""
    is_member = row["role"] is not None
    return shared_view(row) | {
        "membership": (
            {"role": row["role"], "read_seq": row["read_seq"], "joined_at": row["joined_at"]}
            if is_member
            else None
        ),
        "unread": {"messages": row["unread"] or 0, "mentions": row["mentions"] or 0},
        "can": _can(actor, row["kind"], row["archived_at"], row["role"]),
    }


@lru_cache(maxsize=256)
def _can(
    actor: Actor, kind: str, archived_at: datetime | None, role: str | None
) -> dict[str, bool]:
    """The actor's rights in all conversations alike; somebody has thousands of them."""
    membership = None if role is None else Membership(role=role)
    may = allowed(actor, Place(Conversation(kind=kind, archived_at=archived_at), membership))
    return {
        "post": Do.POST in may,
        "edit": Do.EDIT in may,
        "invite": Do.INVITE in may,
        "archive": Do.ARCHIVE in may,
    }
