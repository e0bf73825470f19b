"""Make, revoke and read bearer tokens."""

import hashlib
import secrets
import string
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.credentials import token_credential
from accounts.people.events import UserDeactivated
from accounts.people.models import User
from accounts.sessions.events import SessionRevoked
from accounts.tokens import access
from accounts.tokens.events import ServiceAccountCreated, TokenCreated, TokenRevoked
from accounts.tokens.models import ApiToken
from accounts.tokens.reach import SENSITIVE, clean_channels, clean_networks
from core.actor import Actor
from core.errors import Forbidden, Invalid, NotFound
from core.permissions import Permission, Role
from core.text import clean_name
from events.journal import publish
from tenants.context import current_tenant
from tenants.selectors import tenant_id

PREFIX = "chy_"
"""Lets secret scanners recognise our tokens."""

SCOPES = frozenset({"read", "write", "admin"})
TOKEN_SCOPES = SCOPES | {SENSITIVE}
"""Those of tokens that people make for themselves and for service accounts: no app of somebody else
asks for the sensitive one."""

LONGEST_DAYS = 36_500
_BASE_62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def digest_of(token: str) -> bytes:
    """What is stored instead of the token. Tokens are 256 random bits: no salt is needed."""
    return hashlib.sha256(token.encode()).digest()


def create_token(
    user: User,
    *,
    name: str = "",
    scopes: Sequence[str] | None = None,
    days: int | None = None,
    conversation_ids: Sequence[UUID] = (),
    networks: Sequence[str] = (),
    by: Actor | None = None,
) -> tuple[ApiToken, str]:
    """Make a token for a person and return its row and the token, which is not kept anywhere.

    The journal tells who made it, where `by` says so.
    Errors  Invalid for an unknown scope, a network that is none, a channel that neither the person
            nor the maker may know of, a lifetime below one day or above a hundred years.
    """
    unknown = sorted(set(scopes or []) - TOKEN_SCOPES)
    if unknown:
        known = ", ".join(sorted(TOKEN_SCOPES))
        raise Invalid.field("scopes", _("Known scopes are %(known)s.") % {"known": known})
    # Whoever makes an account's token could look at its channels by one that reaches all of them.
    makers = (user.id, None if by is None else by.user_id)
    token = new_token()
    row = ApiToken(
        user=user,
        name=name,
        digest=digest_of(token),
        # None reaches everywhere; an empty list reaches nowhere.
        scopes=None if scopes is None else sorted(set(scopes)),
        conversation_ids=clean_channels(conversation_ids, people=makers),
        networks=clean_networks(networks),
        created_by_id=None if by is None else by.user_id,
        expires_at=clean_lifetime(days),
    )
    with transaction.atomic():
        row.save(force_insert=True)
        if by is not None:
            publish(_created(row), by=by)
    return row, token


def create_own_token(
    actor: Actor,
    *,
    name: str,
    scopes: Sequence[str],
    days: int | None = None,
    conversation_ids: Sequence[UUID] = (),
    networks: Sequence[str] = (),
) -> tuple[ApiToken, str]:
    """Make a token for the acting person.

    Errors  Forbidden for whoever may make none, and for a token; Invalid, naming the field.
    """
    if actor.user_id is None or not actor.may(Permission.TOKENS_CREATE):
        raise Forbidden("token", _("Your role does not let you make tokens."))
    check_scopes(actor, scopes)
    return create_token(
        User.objects.get(id=actor.user_id),
        name=clean_name(name, longest=120),
        scopes=scopes,
        days=days,
        conversation_ids=conversation_ids,
        networks=networks,
        by=actor,
    )


def create_service_account(
    actor: Actor, *, name: str, scopes: Sequence[str], **limits: Any
) -> tuple[ApiToken, str]:
    """Make an account for a program, with its first token.

    Its role is bot: it sees the channels it is put into, and what its token reaches of them.
    Errors  as `create_own_token`.
    """
    access.check_may_manage(actor)
    check_scopes(actor, scopes)
    label = clean_name(name, longest=120)
    with transaction.atomic():
        account = User(name=label, role=Role.BOT, is_bot=True)
        account.set_unusable_password()
        account.save(force_insert=True)
        fact = ServiceAccountCreated(tenant_id(actor.tenant), account.id, {"name": label})
        publish(fact, by=actor)
        return create_token(account, name=label, scopes=scopes, by=actor, **limits)


def create_service_token(
    actor: Actor, *, user_id: UUID, name: str, scopes: Sequence[str], **limits: Any
) -> tuple[ApiToken, str]:
    """Make another token for a program's account.

    Errors  NotFound where there is no such account; otherwise as `create_own_token`.
    """
    account = access.bot_to_manage(actor, user_id)
    check_scopes(actor, scopes)
    label = clean_name(name, longest=120)
    return create_token(account, name=label, scopes=scopes, by=actor, **limits)


def end_service_account(actor: Actor, *, user_id: UUID) -> None:
    """End a program's account and all its tokens at once. Twice is once."""
    access.check_may_manage(actor)
    account = access.every_bot().filter(id=user_id).first()
    if account is None:
        raise NotFound("user")
    with transaction.atomic():
        revoke_tokens_of(actor, user_id=account.id)
        if User.objects.filter(id=account.id, is_active=True).update(is_active=False):
            publish(UserDeactivated(account.id), by=actor)


def check_scopes(actor: Actor, scopes: Sequence[str]) -> None:
    """Refuse a token that reaches nothing, and one that is made by a token.

    Errors  Forbidden; Invalid where no scope is named.
    """
    if not scopes:
        raise Invalid.field("scopes", _("Name at least one scope."))
    check_is_no_token(actor)


def check_is_no_token(actor: Actor) -> None:
    """Refuse to have a token made by a token.

    Errors  Forbidden.
    """
    if actor.scopes is not None:
        # It could be bound to networks or channels, which what it made would not be.
        raise Forbidden("token", _("Sign in to create tokens: a token cannot create another."))


def _created(row: ApiToken) -> TokenCreated:
    return TokenCreated(
        tenant_id=tenant_id(current_tenant()),
        token_id=row.id,
        user_id=row.user_id,
        scopes=None if row.scopes is None else tuple(row.scopes),
        conversation_ids=None if row.conversation_ids is None else tuple(row.conversation_ids),
        networks=None if row.networks is None else tuple(row.networks),
        expires_at=None if row.expires_at is None else row.expires_at.isoformat(),
    )


def clean_lifetime(days: int | None) -> datetime | None:
    """When a token of so many days ends; None for one that lives until it is ended.

    Errors  Invalid names `days`.
    """
    if days is not None and days < 1:
        raise Invalid.field("days", _("A token must last at least one day."))
    if days is not None and days > LONGEST_DAYS:
        raise Invalid.field("days", _("A token may last at most a hundred years."))
    return None if days is None else timezone.now() + timedelta(days=days)


def new_token(prefix: str = PREFIX) -> str:
    """A fresh secret: prefix, 256 random bits and a checksum.

    By prefix and checksum secret scanners tell our tokens from text that looks like one.
    """
    body = secrets.token_urlsafe(32)
    return prefix + body + checksum_of(body)


def checksum_of(body: str) -> str:
    """Six characters of base 62 that a token's body ends with: its CRC-32."""
    number, digits = zlib.crc32(body.encode()), ""
    for _position in range(6):
        number, place = divmod(number, 62)
        digits = _BASE_62[place] + digits
    return digits


def revoke_token(actor: Actor, *, token_id: UUID) -> None:
    """End one of the acting person's own tokens at once, or one of a service account they look
    after; who manages tokens may end anybody's.

    Errors  NotFound for a token that is not the actor's to end.
    """
    rows = ApiToken.objects.filter(id=token_id)
    if not actor.may(Permission.TOKENS_MANAGE):
        own = Q(user_id=actor.user_id)
        rows = rows.filter(own | Q(user_id__in=access.bots_of(actor).values("id")))
    if not rows.exists():
        raise NotFound("token")
    with transaction.atomic():
        for row in rows.filter(revoked_at=None):
            # The organisation's stream before the person's, as everywhere.
            publish(TokenRevoked(tenant_id(actor.tenant), row.id, row.user_id), by=actor)
            end_tokens(actor, [row])


def revoke_tokens_of(actor: Actor, *, user_id: UUID) -> int:
    """End all tokens of a person, and what else acts for them; the caller has seen to it that the
    actor may, and holds the person's row.
    """
    with transaction.atomic():
        ended = end_tokens(actor, list(ApiToken.objects.filter(user_id=user_id, revoked_at=None)))
        for end in _ended_with_tokens:
            end(actor, user_id)
    return ended


def ended_with_tokens(end: Callable[[Actor, UUID], None]) -> None:
    """Have this end, too, when all of a person's tokens end. For features built on tokens."""
    _ended_with_tokens.append(end)


_ended_with_tokens: list[Callable[[Actor, UUID], None]] = []


def end_tokens(actor: Actor, rows: Sequence[ApiToken]) -> int:
    """End these tokens at once, with their sockets; the caller has seen that the actor may."""
    with transaction.atomic():
        for row in rows:
            ApiToken.objects.filter(id=row.id).update(revoked_at=timezone.now())
            publish(SessionRevoked(row.user_id, token_credential(row.digest)), by=actor)
    return len(rows)
