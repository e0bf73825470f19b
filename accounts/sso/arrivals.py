"""Keeps what providers send: so that nothing is accepted twice, and the admin can see what came."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.sso.events import SsoRefused
from accounts.sso.models import Arrival, IdentityProvider, Outcome
from accounts.sso.refusal import Refused
from core.actor import system_actor
from core.sealed import Unreadable, seal, unseal
from events.journal import publish
from tenants.context import current_tenant

TICKET_LASTS = timedelta(minutes=2)
KEPT = timedelta(days=30)
MOST_KEPT = 500
MOST_CONTENT = 20_000
MOST_DEPTH = 12


def wait(
    provider: IdentityProvider, *, message_id: str, keep_until: datetime, content: Mapping[str, Any]
) -> tuple[Arrival, str]:
    """Keep a good answer until its browser comes for it with the ticket that is returned.

    Errors  Refused where the provider has sent the same message before.
    """
    ticket = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            arrival = Arrival.objects.create(
                provider=provider,
                outcome=Outcome.WAITING,
                content=_sealed(content),
                message_digest=_digest(message_id),
                ticket_digest=_digest(ticket),
                keep_until=keep_until,
            )
    except IntegrityError as known:
        raise Refused(
            "replayed", _("The same answer was used before. Start signing in anew.")
        ) from known
    return arrival, ticket


def take(provider: IdentityProvider, ticket: str) -> tuple[Arrival, dict[str, Any]]:
    """The answer that waits for this ticket; each is given out once.

    Errors  Refused.
    """
    with transaction.atomic():
        arrival = (
            Arrival.objects.select_for_update()
            .filter(provider=provider, ticket_digest=_digest(ticket), outcome=Outcome.WAITING)
            .first()
        )
        if arrival is None or arrival.at < timezone.now() - TICKET_LASTS:
            raise Refused("no_answer", _("There is no answer waiting. Start signing in anew."))
        arrival.ticket_digest = None
        arrival.save(update_fields=["ticket_digest"])
    return arrival, content_of(arrival)


def once(provider: IdentityProvider, *, message_id: str, keep_until: datetime) -> None:
    """Note a message that must not be accepted again, such as a request to sign out.

    Errors  Refused where it came before.
    """
    try:
        with transaction.atomic():
            Arrival.objects.create(
                provider=provider,
                outcome=Outcome.SIGNED_OUT,
                message_digest=_digest(message_id),
                keep_until=keep_until,
            )
    except IntegrityError as known:
        raise Refused("replayed", _("The same message was used before.")) from known


def refused(
    provider: IdentityProvider,
    refusal: Refused,
    *,
    content: Mapping[str, Any] | None = None,
    arrival: Arrival | None = None,
) -> Arrival:
    """Record that an answer was refused, and why; a security event."""
    with transaction.atomic():
        if arrival is None:
            arrival = Arrival(provider=provider)
        arrival.outcome = Outcome.REFUSED
        arrival.code = refusal.code
        arrival.words = str(refusal.words)
        arrival.content = _sealed({**(content or {}), "facts": refusal.facts})
        arrival.save()
        publish(
            SsoRefused(provider.id, arrival.id, refusal.code), by=system_actor(current_tenant())
        )
    return arrival


def settle(
    arrival: Arrival, outcome: Outcome, *, user_id: UUID | None, content: Mapping[str, Any]
) -> None:
    """Note what came of a good answer."""
    arrival.outcome = outcome
    arrival.user_id = user_id
    arrival.content = _sealed(content)
    arrival.save(update_fields=["outcome", "user_id", "content"])


def content_of(arrival: Arrival) -> dict[str, Any]:
    """What arrived; empty where nothing was kept, or the key it was sealed with is gone."""
    if not arrival.content:
        return {}
    try:
        return json.loads(unseal(arrival.content, tenant=current_tenant(), purpose="sso-arrival"))
    except (Unreadable, ValueError):
        return {}


def forget_old() -> int:
    """Forget answers that nobody needs: expired, and older than 30 days or beyond the last 500."""
    now = timezone.now()
    rows = Arrival.objects.filter(at__lt=now - KEPT)
    gone = 0
    for provider in IdentityProvider.objects.all():
        beyond = provider.arrivals.order_by("-at").values_list("at", flat=True)[MOST_KEPT:][:1]
        if found := list(beyond):
            rows |= Arrival.objects.filter(provider=provider, at__lte=found[0])
    # An assertion that has not expired yet is remembered, or it could be used again.
    for row in (rows.filter(keep_until=None), rows.filter(keep_until__lt=now)):
        gone += row.delete()[0]
    return gone


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _bounded(value: Any, depth: int = 0) -> Any:
    """What providers nest deeper than any page shows is left out: nobody downstream has to bear it.

    Claims are JSON: lists, objects with names, and what has no parts.
    """
    if depth > MOST_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {name: _bounded(each, depth + 1) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_bounded(each, depth + 1) for each in value]
    return value


def _sealed(content: Mapping[str, Any]) -> str:
    text = json.dumps(_bounded(content), default=str, ensure_ascii=False)
    # Half of a letter, which JSON can hold and no page can show.
    text = text.encode("utf-8", "replace").decode()
    if len(text) > MOST_CONTENT:
        text = json.dumps({"too_long": len(text), "facts": content.get("facts", {})})
    return seal(text, tenant=current_tenant(), purpose="sso-arrival")
