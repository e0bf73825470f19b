"""The session engine: Django's database sessions in a table that knows whose they are."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.policies.selectors import current
from accounts.sessions.models import Session, SessionPolicy


class SessionStore(DatabaseStore):
    """`SESSION_ENGINE = "accounts.sessions.store"`."""

    _row: Session | None = None
    """The row as it was loaded or saved last."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    @property
    def row_id(self) -> UUID | None:
        """The name of the row that holds the session; None where it has none yet."""
        row = self._row
        return row.id if row is not None and row.session_key == self.session_key else None

    @property
    def last_used_at(self) -> datetime | None:
        """When the use of the session was noted last."""
        return None if self._row is None else self._row.last_used_at

    def note_use(self, *, ip: str | None, device: str) -> None:
        """Note from where the session is used, in one write with the session where it changed."""
        noted: dict[str, Any] = {"last_used_at": timezone.now(), "ip": ip, "device": device[:300]}
        if self._row is None:
            return
        for name, value in noted.items():
            setattr(self._row, name, value)
        if not self.modified:
            Session.objects.filter(session_key=self.session_key).update(**noted)

    def delete(self, session_key: str | None = None) -> None:
        """End it, by one statement."""
        Session.objects.filter(session_key=session_key or self.session_key).delete()

    def _get_new_session_key(self) -> str:
        # Not looked for first: the table refuses one that is taken, and `create` tries again.
        return get_random_string(32, VALID_KEY_CHARS)

    def create_model_instance(self, data: dict) -> Session:
        """A row that keeps what was noted of the session before."""
        fresh = super().create_model_instance(data)
        fresh.user_id = _user_id(data)
        if self._row is not None and self._row.session_key == fresh.session_key:
            for name in ("id", "created_at", "last_used_at", "ip", "device"):
                setattr(fresh, name, getattr(self._row, name))
        self._row = fresh
        return fresh

    @property
    def ends_at(self) -> datetime | None:
        """When the session ends at the latest, used or not."""
        lives_for = current(SessionPolicy).lives_for
        if self._row is None or lives_for is None:
            return None
        return self._row.created_at + lives_for

    @property
    def idle_until(self) -> datetime | None:
        """When the session ends should nobody use it until then."""
        idle_for = current(SessionPolicy).idle_for
        if self._row is None or idle_for is None:
            return None
        return (self._row.last_used_at or self._row.created_at) + idle_for

    def _get_session_from_db(self) -> Session | None:
        row = super()._get_session_from_db()
        if row is not None and is_over(row, current(SessionPolicy)):
            # The clock ends it for its sockets; whoever comes with it is nobody from now on.
            self._session_key = None
            return None
        self._row = row or self._row
        return row


def _user_id(data: dict) -> UUID | None:
    try:
        return UUID(data[SESSION_KEY])
    except (KeyError, ValueError):
        return None


def is_over(row: Session, policy: SessionPolicy) -> bool:
    """Say whether a session has lasted, or lain unused, for longer than the organisation allows."""
    now = timezone.now()
    used_at = row.last_used_at or row.created_at
    idle_for, lives_for = policy.idle_for, policy.lives_for
    return (idle_for is not None and used_at < now - idle_for) or (
        lives_for is not None and row.created_at < now - lives_for
    )
