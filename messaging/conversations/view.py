"""How a conversation looks from outside."""

from functools import lru_cache
from typing import Any

from django.utils import timezone

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
    "posting",
    "replying",
    "history",
    "history_days",
    "response_minutes",
    "review_on",
)

_MINE = (
    "role",
    "read_seq",
    "joined_at",
    "may_post",
    "section_id",
    "position",
    "is_favourite",
    "is_muted",
)


def shared_view(row: dict[str, Any]) -> dict[str, Any]:
    """What is the same for everybody who may see it; takes a row of `selectors.summaries`."""
    return {name: row[name] for name in _SHARED} | {"member_ids": row["member_ids"] or []}


def view(actor: Actor, row: dict[str, Any]) -> dict[str, Any]:
    """The conversation with the actor's membership, unread counts and rights."""
    is_member = row["role"] is not None
    return shared_view(row) | {
        "membership": {name: row[name] for name in _MINE} if is_member else None,
        "unread": {"messages": row["unread"] or 0, "mentions": row["mentions"] or 0},
        "can": _can(
            actor,
            row["kind"],
            row["archived_at"] is not None,
            row["posting"],
            row["replying"],
            row["role"],
            bool(row["may_post"]),
        ),
    }


@lru_cache(maxsize=256)
def _can(
    actor: Actor,
    kind: str,
    is_archived: bool,
    posting: str,
    replying: str,
    role: str | None,
    may_post: bool,
) -> dict[str, bool]:
    """The actor's rights in all conversations alike; somebody has thousands of them."""
    conversation = Conversation(
        kind=kind,
        archived_at=timezone.now() if is_archived else None,
        posting=posting,
        replying=replying,
    )
    membership = None if role is None else Membership(role=role, may_post=may_post)
    may = allowed(actor, Place(conversation, membership))
    return {
        "post": Do.POST in may,
        "reply": Do.REPLY in may,
        "edit": Do.EDIT in may,
        "invite": Do.INVITE in may,
        "archive": Do.ARCHIVE in may,
        "manage": Do.MANAGE in may,
    }
