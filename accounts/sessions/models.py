"""Sessions, each with its person, so that they can be listed and ended."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.policies.models import Policy
from core.errors import Words
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


class SessionPolicy(Policy):
    """How long people stay signed in."""

    ends_access = True

    idle_minutes = models.PositiveIntegerField(
        _("minutes without use"),
        null=True,
        blank=True,
        validators=[MinValueValidator(15), MaxValueValidator(43_200)],
        help_text=_(
            "A session that has not been used for this long ends. At least 15 minutes;"
            " empty: never."
        ),
    )
    absolute_hours = models.PositiveIntegerField(
        _("hours after signing in"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(8_760)],
        help_text=_(
            "A session ends this long after signing in, used or not. Empty: after two weeks."
        ),
    )

    class Meta(Policy.Meta):
        verbose_name = verbose_name_plural = _("how long people stay signed in")

    @property
    def idle_for(self) -> timedelta | None:
        """How long a session may lie unused."""
        return timedelta(minutes=self.idle_minutes) if self.idle_minutes else None

    @property
    def lives_for(self) -> timedelta | None:
        """How long a session may last."""
        return timedelta(hours=self.absolute_hours) if self.absolute_hours else None

    def over(self, now: datetime) -> models.Q:
        """The sessions that have ended under this policy."""
        over = models.Q(pk__in=[])
        if self.idle_for is not None:
            used_before = now - self.idle_for
            over |= models.Q(last_used_at__lt=used_before)
            over |= models.Q(last_used_at=None, created_at__lt=used_before)
        if self.lives_for is not None:
            over |= models.Q(created_at__lt=now - self.lives_for)
        return over

    def consequences(self, before: Self) -> Iterable[Words]:
        """Who is signed out as soon as this is saved."""
        ended = Session.objects.filter(self.over(timezone.now()), user_id__isnull=False)
        count = ended.values("user_id").distinct().count()
        yield ngettext_lazy(
            "%(count)d person is signed out somewhere at once.",
            "%(count)d people are signed out somewhere at once.",
            count,
        ) % {"count": count}
