"""Sessions, each with its person, so that they can be listed and ended."""

from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils import timezone

from core.ids import new_id


class Session(AbstractBaseSession):
    """One browser's session. `id` names it to people; the key itself is a secret."""

    id = models.UUIDField(default=new_id, unique=True, editable=False)
    user_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)
    ip = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=300, blank=True, default="")

    objects = BaseSessionManager()

    class Meta:
        indexes = [models.Index(fields=["user_id"], name="accounts_session_user")]

    def __str__(self) -> str:
        return f"{self.device or 'unknown device'} of {self.user_id or 'nobody'}"

    @classmethod
    def get_session_store_class(cls) -> type:
        from accounts.sessions.store import SessionStore

        return SessionStore
