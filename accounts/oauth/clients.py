"""Which app calls the endpoints for programs, and how it proves it (RFC 6749, 2.3)."""

import base64
import binascii
import hmac
from datetime import timedelta
from urllib.parse import unquote_plus

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from accounts.oauth.asking import client_id_of
from accounts.oauth.errors import OAuthError
from accounts.oauth.events import OAuthAppRefused
from accounts.oauth.models import OAuthApp
from accounts.oauth.schemas import OAuthSecret
from accounts.tokens.services import digest_of
from core.actor import system_actor
from events.journal import publish
from tenants.context import current_tenant

LAST_USE_EVERY = timedelta(minutes=5)
_LONGEST_HEADER = 1_000
_TOLD_EVERY_S = 60


def client_of(header: str, given: dict[str, str], *, needs_secret: bool = False) -> OAuthApp:
    """The app that calls: by its secret in the header or the body, by its name alone if public.

    Errors  OAuthError `invalid_client`, the same for an unknown app and a wrong secret;
            `invalid_request` for two ways at once.
    """
    name, secret = _basic(header) if header else (given.get("client_id", ""), None)
    if header and ("client_secret" in given or given.get("client_id", name) != name):
        raise OAuthError("invalid_request", "Prove who you are in one way, not in two.")
    secret = given.get("client_secret") if secret is None else secret
    id_ = client_id_of(name)
    app = None if id_ is None else OAuthApp.objects.filter(id=id_, revoked_at=None).first()
    if app is None:
        raise _unknown()
    if not app.is_confidential:
        if secret or needs_secret:
            raise _unknown()
        return app
    row = _secret_of(app, secret or "")
    if row is None:
        _note_refusal(app, "no_secret" if not secret else "wrong_secret")
        raise _unknown()
    _note_use(app, row)
    return app


def _secret_of(app: OAuthApp, secret: str) -> OAuthSecret | None:
    digest = digest_of(secret).hex()
    good = None
    # All of them each time: how long it takes tells nothing of which one it was.
    for row in app.secrets:
        if hmac.compare_digest(row.digest, digest):
            good = row
    return good


def _basic(header: str) -> tuple[str, str]:
    """Name and secret, each form-encoded before they were put together (RFC 6749, 2.3.1)."""
    kind, _space, rest = header.partition(" ")
    if kind.lower() != "basic" or len(header) > _LONGEST_HEADER:
        raise _unknown()
    try:
        text = base64.b64decode(rest.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as wrong:
        raise _unknown() from wrong
    name, colon, secret = text.partition(":")
    if not colon:
        raise _unknown()
    return unquote_plus(name), unquote_plus(secret)


def _unknown() -> OAuthError:
    return OAuthError("invalid_client", "The app is unknown, or did not prove itself.", status=401)


def _note_refusal(app: OAuthApp, reason: str) -> None:
    """A security event, at most once a minute: a flood of guesses is no flood of entries."""
    if cache.add(f"oauth-refused:{app.id}:{reason}", True, _TOLD_EVERY_S):
        publish(OAuthAppRefused(app.id, reason), by=system_actor(current_tenant()))


def _note_use(app: OAuthApp, row: OAuthSecret) -> None:
    now = timezone.now()
    if row.last_used_at is None or now - row.last_used_at > LAST_USE_EVERY:
        with transaction.atomic():
            held = OAuthApp.objects.select_for_update(no_key=True).get(id=app.id)
            used = row.model_copy(update={"last_used_at": now})
            held.keep_secrets(used if one.id == row.id else one for one in held.secrets)
