"""The shape of a status in REST answers and live frames."""

from datetime import datetime

from ninja import Schema


class StatusView(Schema):
    """Empty words where nothing is said; `dnd_until` while somebody is not to be disturbed."""

    emoji: str
    text: str
    expires_at: datetime | None
    dnd_until: datetime | None
