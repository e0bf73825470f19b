"""Exchange codes and refresh tokens for tokens, once each; say of tokens what they are, end them.

Whatever comes a second time was stolen, from the app or by it: all that the code or the family gave
ends (RFC 9700, 2.2.2 and 4.14.2). Locks are taken in one order: app, person, grant, then streams.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import actor_for
from accounts.oauth.access import may_connect
from accounts.oauth.asking import scopes_of
from accounts.oauth.clients import LAST_USE_EVERY
from accounts.oauth.errors import OAuthError
from accounts.oauth.events import OAuthGrantEnded, OAuthTokenIssued
from accounts.oauth.models import (
    GrantType,
    OAuthApp,
    OAuthConnection,
    OAuthGrant,
    OAuthRefreshToken,
)
from accounts.oauth.services import REFRESH_PREFIX
from accounts.people.models import User
from accounts.tokens.models import ApiToken
from accounts.tokens.services import digest_of, end_tokens, new_token
from core.permissions import Role
from events.journal import publish

ACCESS_LASTS = timedelta(hours=1)
REFRESH_LASTS = timedelta(days=30)
USED_KEPT = timedelta(days=7)
UNUSED_KEPT = timedelta(hours=1)
MOST_FAMILIES = 50
"""That a person has with one app at once: more times than they would let it in on all devices."""
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


@dataclass(frozen=True, slots=True)
class Issued:
    """Tokens that were just made, for the app alone."""

    access_token: str
    scopes: tuple[str, ...]
    refresh_token: str | None = None

    def as_json(self) -> dict[str, object]:
        """RFC 6749, 5.1."""
        body: dict[str, object] = {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": round(ACCESS_LASTS.total_seconds()),
            "scope": " ".join(self.scopes),
        }
        return body if self.refresh_token is None else body | {"refresh_token": self.refresh_token}


def exchange_code(app: OAuthApp, *, code: str, redirect_uri: str, verifier: str) -> Issued:
    """Tokens for a code. A code that comes again ends what it gave.

    Errors  OAuthError `invalid_grant`, the same whatever is wrong.
    """
    seen = OAuthGrant.objects.filter(code_digest=digest_of(code)).first()
    return _settled(_exchanged(app, seen, redirect_uri, verifier) if seen else _bad())


def refresh(app: OAuthApp, *, token: str, scope: str | None) -> Issued:
    """New tokens for a refresh token, which is used up. One that comes again ends its family.

    Errors  OAuthError `invalid_grant`, the same whatever is wrong; `invalid_scope` for more than
            was allowed.
    """
    seen = OAuthRefreshToken.objects.select_related("grant").filter(digest=digest_of(token)).first()
    return _settled(_refreshed(app, seen, scope) if seen else _bad())


@transaction.atomic
def act_by_itself(app: OAuthApp, *, scope: str | None) -> Issued:
    """A token for the app's own account, which sees the channels that it is put into.

    Errors  OAuthError `invalid_scope`; `unauthorized_client` where its account was ended.
    """
    app = _locked_app(app)
    scopes = scopes_of(scope, within=app.scopes)
    # Still a bot: whoever may set the app up could act with whatever else it was made.
    account = User.objects.select_for_update(no_key=True).filter(
        id=app.account_id, is_active=True, is_bot=True, role=Role.BOT
    )
    person = account.first()
    if person is None:
        raise OAuthError("unauthorized_client", "The account of this app was ended.")
    return Issued(_access(app, person, scopes, GrantType.CLIENT_CREDENTIALS), scopes)


def described(app: OAuthApp, token: str) -> dict[str, Any]:
    """What a token of this very app is good for (RFC 7662); `active` false for anything else."""
    now, digest = timezone.now(), digest_of(token)
    row = ApiToken.objects.filter(
        digest=digest, app_id=app.id, revoked_at=None, expires_at__gt=now, user__is_active=True
    ).first()
    if row is not None:
        body = _described(app, row.user_id, row.scopes or [], row.created_at, row.expires_at)
        return body | {"token_type": "Bearer"}
    found = OAuthRefreshToken.objects.select_related("grant__connection").filter(
        digest=digest,
        used_at=None,
        expires_at__gt=now,
        grant__ends_at__gt=now,
        grant__connection__app=app,
        grant__connection__user__is_active=True,
    )
    again = found.first()
    if again is None:
        return {"active": False}
    grant = again.grant
    ends = min(again.expires_at, grant.ends_at)
    user_id = grant.connection.user_id
    return _described(app, user_id, _left(app, grant), again.created_at, ends)


def end(app: OAuthApp, token: str) -> None:
    """End a token of this very app (RFC 7009): with a refresh token its whole family.

    What is unknown or another app's is left alone, and that is not told.
    """
    digest = digest_of(token)
    again = OAuthRefreshToken.objects.filter(digest=digest, grant__connection__app=app)
    found = again.select_related("grant__connection").first()
    if found is not None:
        with transaction.atomic():
            _locked_app(app)
            person = _locked_person(found.grant.connection.user_id)
            grant = _locked_grant(found.grant_id)
            if grant is not None:
                _end_family(app, person, grant, "revoked")
        return
    rows = list(ApiToken.objects.filter(digest=digest, app_id=app.id, revoked_at=None))
    for row in rows:
        end_tokens(actor_for(User.objects.get(id=row.user_id)), [row])


def forget_spent() -> None:
    """Forget what can give nothing any more; for the clock."""
    now = timezone.now()
    ApiToken.objects.filter(app_id__isnull=False, expires_at__lt=now - timedelta(days=1)).delete()
    OAuthRefreshToken.objects.filter(used_at__lt=now - USED_KEPT).delete()
    OAuthGrant.objects.filter(code_used_at=None, code_expires_at__lt=now - UNUSED_KEPT).delete()
    OAuthGrant.objects.filter(ends_at__lt=now).delete()
    spent = OAuthGrant.objects.filter(code_used_at__lt=now - USED_KEPT)
    spent.exclude(oauthrefreshtoken__expires_at__gt=now).delete()


def _settled(outcome: Issued | OAuthError) -> Issued:
    """A refusal is raised once what it changed is committed."""
    if isinstance(outcome, OAuthError):
        raise outcome
    return outcome


def _bad(words: str = "It is unknown, was used, has expired or is another app's.") -> OAuthError:
    return OAuthError("invalid_grant", words)


@transaction.atomic
def _exchanged(
    app: OAuthApp, seen: OAuthGrant, redirect_uri: str, verifier: str
) -> Issued | OAuthError:
    app = _locked_app(app)
    user_id = OAuthConnection.objects.filter(id=seen.connection_id, app=app).values_list(
        "user_id", flat=True
    )
    person = _locked_person(user_id.first())
    grant = _locked_grant(seen.id)
    if person is None or grant is None or grant.connection_id != seen.connection_id:
        return _bad()
    if grant.code_used_at is not None:
        _end_family(app, person, grant, "code_replayed")
        return _bad()
    now = timezone.now()
    if grant.code_expires_at <= now or not _may_go_on(person):
        return _bad()
    is_same_place = hmac.compare_digest(grant.redirect_uri.encode(), redirect_uri.encode())
    if not is_same_place or not _proves(verifier, grant.challenge):
        return _bad()
    grant.code_used_at = now
    grant.save(update_fields=["code_used_at"])
    _make_room(app, person, grant)
    return _issued(app, person, grant, _left(app, grant), GrantType.AUTHORIZATION_CODE)


@transaction.atomic
def _refreshed(app: OAuthApp, seen: OAuthRefreshToken, scope: str | None) -> Issued | OAuthError:
    app = _locked_app(app)
    user_id = OAuthConnection.objects.filter(id=seen.grant.connection_id, app=app).values_list(
        "user_id", flat=True
    )
    person = _locked_person(user_id.first())
    grant = _locked_grant(seen.grant_id)
    token = OAuthRefreshToken.objects.filter(id=seen.id).first()
    if person is None or grant is None or token is None:
        return _bad()
    if token.used_at is not None:
        _end_family(app, person, grant, "refresh_reused")
        return _bad()
    now = timezone.now()
    if min(token.expires_at, grant.ends_at) <= now or not _may_go_on(person):
        return _bad()
    try:
        scopes = scopes_of(scope, within=_left(app, grant))
    except OAuthError as refusal:
        return refusal
    token.used_at = now
    token.save(update_fields=["used_at"])
    return _issued(app, person, grant, scopes, GrantType.REFRESH_TOKEN)


def _issued(
    app: OAuthApp, person: User, grant: OAuthGrant, scopes: Sequence[str], how: str
) -> Issued:
    again = None
    if not scopes:
        return _settled(OAuthError("invalid_grant", "The app has none of these scopes any more."))
    if GrantType.REFRESH_TOKEN in app.grants:
        again = new_token(REFRESH_PREFIX)
        OAuthRefreshToken.objects.create(
            grant=grant, digest=digest_of(again), expires_at=timezone.now() + REFRESH_LASTS
        )
    OAuthConnection.objects.filter(id=grant.connection_id).update(last_used_at=timezone.now())
    return Issued(_access(app, person, scopes, how, grant), tuple(scopes), again)


def _access(
    app: OAuthApp, person: User, scopes: Sequence[str], how: str, grant: OAuthGrant | None = None
) -> str:
    """An access token: a token as any other, so that all that reads and ends those holds for it."""
    token, now = new_token(), timezone.now()
    row = ApiToken.objects.create(
        user=person,
        name=app.name,
        digest=digest_of(token),
        scopes=sorted(scopes),
        conversation_ids=app.conversation_ids,
        networks=app.networks,
        expires_at=now + ACCESS_LASTS,
        app_id=app.id,
        grant_id=None if grant is None else grant.id,
    )
    if app.last_used_at is None or now - app.last_used_at > LAST_USE_EVERY:
        OAuthApp.objects.filter(id=app.id).update(last_used_at=now)
    publish(
        OAuthTokenIssued(app.id, row.id, person.id, str(how), tuple(row.scopes or ())),
        by=actor_for(person),
    )
    return token


def _end_family(app: OAuthApp, person: User | None, grant: OAuthGrant, reason: str) -> None:
    assert person is not None
    actor = actor_for(person)
    rows = ApiToken.objects.filter(app_id=app.id, grant_id=grant.id, revoked_at=None)
    end_tokens(actor, list(rows.order_by("id")))
    grant.delete()
    publish(OAuthGrantEnded(app.id, person.id, reason), by=actor)


def _make_room(app: OAuthApp, person: User, newest: OAuthGrant) -> None:
    """End the oldest families where an app asks for a new one each time."""
    rows = OAuthGrant.objects.filter(connection_id=newest.connection_id, code_used_at__isnull=False)
    for grant in rows.order_by("-code_used_at", "-id")[MOST_FAMILIES : 2 * MOST_FAMILIES]:
        _end_family(app, person, grant, "crowded_out")


def _locked_app(app: OAuthApp) -> OAuthApp:
    row = OAuthApp.objects.select_for_update(no_key=True).filter(id=app.id, revoked_at=None).first()
    if row is None:
        raise OAuthError("invalid_client", "The app was ended.", status=401)
    return row


def _locked_person(user_id: UUID | None) -> User | None:
    return User.objects.select_for_update(no_key=True).filter(id=user_id).first()


def _locked_grant(grant_id: UUID) -> OAuthGrant | None:
    return OAuthGrant.objects.select_for_update().filter(id=grant_id).first()


def _may_go_on(person: User) -> bool:
    return person.is_active and may_connect(actor_for(person))


def _left(app: OAuthApp, grant: OAuthGrant) -> tuple[str, ...]:
    """What was allowed and the app may still have."""
    return tuple(sorted(set(grant.scopes) & set(app.scopes)))


def _proves(verifier: str, challenge: str) -> bool:
    """PKCE, S256 (RFC 7636, 4.6)."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(made, challenge)


def _described(
    app: OAuthApp, user_id: UUID, scopes: Sequence[str], since: Any, until: Any
) -> dict[str, Any]:
    return {
        "active": True,
        "scope": " ".join(scopes),
        "client_id": app.client_id,
        "sub": str(user_id),
        "iat": int(since.timestamp()),
        "exp": int(until.timestamp()),
    }
