"""Make, revoke and read bearer tokens."""

import hashlib
import secrets
import string
import zlib
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.credentials import token_credential
from accounts.people.models import User
from accounts.sessions.events import SessionRevoked
from accounts.tokens.models import ApiToken
from core.actor import Actor
from core.errors import Invalid, NotFound
from core.permissions import Permission
from events.journal import publish

PREFIX = "chy_"
"""Lets secret scanners recognise our tokens."""

SCOPES = frozenset({"read", "write", "admin"})
LONGEST_DAYS = 36_500
_BASE_62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def digest_of(token: str) -> bytes:
    """What is stored instead of the token. Tokens are 256 random bits: no salt is needed."""
    return hashlib.sha256(token.encode()).digest()


def create_token(
    user: User, *, name: str = "", scopes: list[str] | None = None, days: int | None = None
) -> tuple[ApiToken, str]:
    """Make a token for a person and return its row and the token, which is not kept anywhere.

    Errors  Invalid for an unknown scope or a lifetime below one day or above a hundred years.
    """
    unknown = sorted(set(scopes or []) - SCOPES)
    if unknown:
        known = ", ".join(sorted(SCOPES))
        raise Invalid.field("scopes", _("Known scopes are %(known)s.") % {"known": known})
    expires_at = clean_lifetime(days)
    token = new_token()
    row = ApiToken.objects.create(
        user=user,
        name=name,
        digest=digest_of(token),
        # None reaches everywhere; an empty list reaches nowhere.
        scopes=scopes,
        expires_at=expires_at,
    )
    return row, token


def clean_lifetime(days: int | None) -> datetime | None:
    """When a token of so many days ends; None for one that lives until it is ended.

    Errors  Invalid names `days`.
    """
    if days is not None and days < 1:
        raise Invalid.field("days", _("A token lives for at least one day."))
    if days is not None and days > LONGEST_DAYS:
        raise Invalid.field("days", _("A token lives for at most a hundred years."))
    return None if days is None else timezone.now() + timedelta(days=days)


def new_token() -> str:
    """A fresh secret: prefix, 256 random bits and a checksum.

    By prefix and checksum secret scanners tell our tokens from text that looks like one.
    """
    body = secrets.token_urlsafe(32)
    return PREFIX + body + checksum_of(body)


def checksum_of(body: str) -> str:
    """Six characters of base 62 that a token's body ends with: its CRC-32."""
    number, digits = zlib.crc32(body.encode()), ""
    for _position in range(6):
        number, place = divmod(number, 62)
        digits = _BASE_62[place] + digits
    return digits


def revoke_token(actor: Actor, *, token_id: UUID) -> None:
    """End one of the acting person's own tokens at once; a manager may end anybody's.

    Errors  NotFound for a token that is not the actor's to end.
    """
    rows = ApiToken.objects.filter(id=token_id)
    if not actor.may(Permission.TOKENS_MANAGE):
        rows = rows.filter(user_id=actor.user_id)
    if not rows.exists():
        raise NotFound("token")
    _end(actor, list(rows.filter(revoked_at=None)))


def revoke_tokens_of(actor: Actor, *, user_id: UUID) -> int:
    """End all tokens of a person; the caller has seen to it that the actor may."""
    return _end(actor, list(ApiToken.objects.filter(user_id=user_id, revoked_at=None)))


def _end(actor: Actor, rows: list[ApiToken]) -> int:
    with transaction.atomic():
        for row in rows:
            ApiToken.objects.filter(id=row.id).update(revoked_at=timezone.now())
            publish(SessionRevoked(row.user_id, token_credential(row.digest)), by=actor)
    return len(rows)
