"""The shapes of receipts in REST answers."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema

from messaging.conversations.schemas import UnreadView


class CursorView(Schema):
    read_seq: int
    unread: UnreadView


class MemberCursorView(Schema):
    user_id: UUID
    delivered_seq: int
    read_seq: int
    joined_at: datetime


class MemberCursorsView(Schema):
    """`is_shown` is false in large conversations, and where the organisation shows no receipts."""

    is_shown: bool
    members: list[MemberCursorView]


class DeliveryView(Schema):
    """`state` is true of everybody who was a member when it was written; the counts say the rest.

    Before it is stored a message is queued with its client, or has failed there.
    """

    state: Literal["sent", "delivered", "seen", "acknowledged", "expired"]
    recipient_count: int
    delivered_count: int
    seen_count: int
    seen_by: list[UUID]
    acknowledged_count: int
