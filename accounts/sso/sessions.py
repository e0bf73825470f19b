"""Which sessions a provider has opened, so that it can end them, and they can end at it."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.people.models import User
from accounts.sessions.models import Session
from accounts.sessions.services import end_session
from accounts.sso.entering import MARK
from accounts.sso.events import SsoSignedOut
from accounts.sso.models import ExternalIdentity, IdentityProvider, Kind, SsoSession, State
from core.actor import system_actor
from core.sealed import Unreadable, seal, unseal
from events.journal import publish
from tenants.context import current_tenant


@receiver(user_logged_in)
def note_session(request: HttpRequest, user: User, **_: Any) -> None:
    """Runs once the session has its key: note it under the names that the provider uses."""
    mark = request.session.get(MARK)
    if mark is None:
        return
    row = Session.objects.filter(session_key=request.session.session_key).first()
    if mark.get("user") != str(user.pk) or row is None:
        # They came in another way in the end, after a sign-in that was broken off.
        del request.session[MARK]
        return
    SsoSession.objects.update_or_create(
        session_id=row.id,
        defaults={
            "identity_id": UUID(mark["identity"]),
            "name_id": mark["name_id"],
            "session_index": mark["session_index"],
        },
    )


def end_sessions(
    provider: IdentityProvider, *, name_id: str, session_indexes: Sequence[str]
) -> int:
    """End the sessions that a provider has opened for this name, all or those of these indexes."""
    with transaction.atomic():
        rows = SsoSession.objects.filter(identity__provider=provider, name_id=name_id)
        if session_indexes:
            rows = rows.filter(session_index__in=session_indexes)
        found = {row.session_id: row.identity_id for row in rows}
        actor = system_actor(current_tenant())
        sessions = list(Session.objects.filter(id__in=found))
        for session in sessions:
            end_session(actor, session)
        SsoSession.objects.filter(session_id__in=found).delete()
        people = ExternalIdentity.objects.filter(id__in=set(found.values()))
        for user_id in people.values_list("user_id", flat=True):
            publish(SsoSignedOut(provider.id, user_id, len(sessions)), by=actor)
    return len(sessions)


def forget_ended() -> int:
    """Forget the names of sessions that are over."""
    alive = Session.objects.values("id")
    return SsoSession.objects.exclude(session_id__in=alive).delete()[0]


def logout_address(session: SessionBase) -> str:
    """Where to go after signing out so that the provider learns of it; empty where nowhere."""
    mark = session.get(MARK)
    if not mark:
        return ""
    provider = IdentityProvider.objects.filter(id=mark["provider"], state=State.ON).first()
    if provider is None or not provider.rules.single_logout:
        return ""
    has_address = (
        provider.saml.slo_url if provider.kind == Kind.SAML else provider.oidc.end_session_endpoint
    )
    if not has_address:
        return ""
    # Sealed: the session is empty by the time the page is asked for.
    token = seal(json.dumps(mark), tenant=current_tenant(), purpose="sso-logout")
    return f"/accounts/{provider.kind}/{provider.slug}/logout/?{urlencode({'for': token})}"


def logout_mark(token: str) -> dict[str, str]:
    """What `logout_address` sealed; empty for anything else."""
    try:
        return json.loads(unseal(token, tenant=current_tenant(), purpose="sso-logout"))
    except (Unreadable, ValueError):
        return {}
