"""How a conversation looks from outside."""

from functools import lru_cache
from typing import Any

from django.utils import timezone

from accounts.policies.selectors import current
from core.actor import Actor
from messaging.conversations.access import Do, Place, allowed
from messaging.conversations.models import Conversation, Kind, Membership
from messaging.conversations.policy import ChannelPolicy, Movers

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
            current(ChannelPolicy).moved_by,
            current(ChannelPolicy).moved_within_hours,
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
    moved_by: str,
    moved_within_hours: int | None,
) -> dict[str, bool | int | None]:
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
        **_moving(kind, may, moved_by, moved_within_hours),
    }


def _moving(
    kind: str, may: frozenset[Do], moved_by: str, within_hours: int | None
) -> dict[str, bool | int | None]:
    """Whether messages can be moved away: one's own, how long after, and those of others."""
    manages, is_shared = Do.REMOVE in may, kind != Kind.DIRECT
    by_author = moved_by in (Movers.AUTHORS, Movers.EVERYONE)
    moves_own = Do.TAKE_PART in may and (by_author or (manages and moved_by == Movers.MANAGERS))
    moves_all = manages and moved_by != Movers.NOBODY
    return {
        "move_own": moves_own,
        "move_own_hours": within_hours if moved_by == Movers.AUTHORS and not manages else None,
        "move_others": moves_own and is_shared and (moves_all or moved_by == Movers.EVERYONE),
    }
