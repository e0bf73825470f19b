"""Read where a person is signed in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.sessions.models import Session
from core.actor import Actor

MOST_LISTED = 200

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class SessionSeen:
    """A session as its person sees it."""

    id: UUID
    device: str
    ip: str | None
    created_at: datetime
    last_used_at: datetime | None
    is_current: bool


def sessions_of(actor: Actor, *, current_key: str | None) -> list[SessionSeen]:
    """The acting person's sessions that have not ended, the latest used first."""
    rows: Sequence[Session] = (
        Session.objects.filter(user_id=actor.user_id, expire_date__gt=timezone.now())
        .defer("session_data")
        .order_by("-last_used_at", "-created_at")[:MOST_LISTED]
    )
    return [
        SessionSeen(
            id=row.id,
            device=device_name(row.device),
            ip=row.ip,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            is_current=row.session_key == current_key,
        )
        for row in rows
    ]


def device_name(user_agent: str) -> str:
    """What a browser says of itself, in words: `Firefox on Windows`."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    first = re.split(r"[\s/(]", user_agent.strip(), maxsplit=1)[0]
    return browser or system or first[:60] or _("Unknown device")
