"""E-mail domains that an organisation has claimed, and whether it has proved that they are its."""

import secrets

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id

RECORD_PREFIX = "_chancery"
VALUE_PREFIX = "chancery-verification="


def new_token() -> str:
    """What the domain's owner puts into the DNS: random, and nobody else's."""
    return secrets.token_urlsafe(24)


class DomainProof(models.Model):
    """One domain, in the form that the DNS knows (`xn--…` for others than Latin letters)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    domain = models.CharField(_("domain"), max_length=253, db_collation="C")
    token = models.CharField(max_length=64, default=new_token, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by_id = models.UUIDField(null=True, editable=False)
    proved_at = models.DateTimeField(_("proved"), null=True, editable=False)
    checked_at = models.DateTimeField(_("looked up"), null=True, editable=False)
    # Since when a proved domain's record has been missing; a proof does not fall with one answer.
    missing_since = models.DateTimeField(_("record missing since"), null=True, editable=False)

    class Meta:
        verbose_name = _("e-mail domain")
        verbose_name_plural = _("e-mail domains")
        constraints = [
            models.UniqueConstraint(fields=["domain"], name="accounts_domainproof_domain_unique")
        ]

    def __str__(self) -> str:
        return self.domain

    @property
    def record_name(self) -> str:
        """Where the TXT record goes."""
        return f"{RECORD_PREFIX}.{self.domain}"

    @property
    def record_value(self) -> str:
        """What the TXT record holds."""
        return VALUE_PREFIX + self.token

    @property
    def is_proved(self) -> bool:
        return self.proved_at is not None
