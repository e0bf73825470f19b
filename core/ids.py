"""Identifiers: UUIDv7, so that new rows land at the end of their index, and numbers in streams."""

from datetime import datetime
from uuid import UUID

import uuid_utils

MAX_SEQ = 2**63 - 1
"""The largest sequence number a journal can hold (PostgreSQL bigint)."""


def new_id() -> UUID:
    """A time-ordered UUID, monotonic within the process."""
    return UUID(int=uuid_utils.uuid7().int)


def id_at(moment: datetime, *, salt: UUID) -> UUID:
    """A time-ordered id for something that happened in the past.

    The same moment and salt give the same id, so that an import run twice makes the same rows.
    """
    millis = max(0, int(moment.timestamp() * 1000)) & ((1 << 48) - 1)
    random_bits = salt.int & ((1 << 74) - 1)
    rand_a, rand_b = random_bits >> 62, random_bits & ((1 << 62) - 1)
    return UUID(int=(millis << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | rand_b)
