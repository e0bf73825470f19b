"""Which sessions a provider has opened, so that it can end them, and they can end at it."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.people.models import User
from accounts.sessions.models import Session
from accounts.sessions.services import end_session
from accounts.signin.events import SignInRefused
from accounts.sso import arrivals
from accounts.sso.events import SsoSignedOut
from accounts.sso.models import ExternalIdentity, IdentityProvider, Kind, SsoSession, State
from accounts.sso.refusal import Refused
from core.actor import system_actor
from core.sealed import Unreadable, seal, unseal
from events.journal import publish
from tenants.context import current_tenant

MARK = "sso"
"""Under this name a session says which provider opened it."""

LONGEST_HINT = 3_000

_BEGUN_FOR = timedelta(hours=1)
"""No sign-in is under way for longer."""


def begin(request: HttpRequest, mark: dict[str, str], *, hint: str) -> None:
    """Note a session under the names that the provider uses, before anybody is signed in by it.

    What is still to come, such as a second factor, may take minutes: a provider that signs somebody
    out meanwhile ends the sign-in that is half made.
    """
    session = request.session
    if session.row_id is None:
        session.create()
    # Kept with the row: a session is read with each request, its token only at the end.
    noted = SsoSession(
        session_id=session.row_id,
        identity_id=UUID(mark["identity"]),
        name_id=mark["name_id"],
        session_index=mark["session_index"],
        hint=hint,
    )
    SsoSession.objects.bulk_create(
        [noted],
        update_conflicts=True,
        unique_fields=["session_id"],
        update_fields=["identity", "name_id", "session_index", "hint", "created_at"],
    )
    session[MARK] = mark | {"begun": str(session.row_id)}


@receiver(user_logged_in)
def note_session(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Runs once the session has the key it is to have: what `begin` noted is about it from now on.

    By one statement: either a logout finds the session by its new name, or it was first, and nobody
    is signed in.
    """
    mark = request.session.get(MARK)
    if mark is None:
        return
    begun = mark.pop("begun", None)
    if mark.get("user") != str(user.pk) or begun is None:
        # They came in another way in the end, after a sign-in that was broken off.
        del request.session[MARK]
        return
    request.session[MARK] = mark
    noted = SsoSession.objects.filter(session_id=begun)
    if not noted.update(session_id=request.session.row_id):
        _break_off(request, user)


def _break_off(request: HttpRequest, user: User) -> None:
    publish(SignInRefused(user.pk, "sso", "signed_out"), by=actor_for(user))
    request.session.flush()
    request.user = AnonymousUser()
    words = _("Your identity provider has signed you out in the meantime. Sign in again.")
    messages.error(request, words)
    raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))


def sign_out(
    provider: IdentityProvider,
    *,
    message_id: str,
    keep_until: datetime,
    name_id: str = "",
    session_indexes: Sequence[str] = (),
) -> int:
    """Do what a provider's good message asks for, once; returns how many sessions it ended.

    Errors  Refused where single logout is off, or the same message came before.
    """
    if not provider.rules.single_logout:
        raise Refused("off", _("Single logout is switched off for this provider."))
    with transaction.atomic():
        arrivals.once(provider, message_id=message_id, keep_until=keep_until)
        return end_sessions(provider, name_id=name_id, session_indexes=session_indexes)


def end_sessions(
    provider: IdentityProvider, *, name_id: str = "", session_indexes: Sequence[str] = ()
) -> int:
    """End the sessions that a provider has opened for this name, or by these indexes, or both.

    Returns how many there were; it may be none, where they have ended before.
    """
    assert name_id or session_indexes, "this would end everybody's"
    with transaction.atomic():
        rows = SsoSession.objects.filter(identity__provider=provider)
        if name_id:
            rows = rows.filter(name_id=name_id)
        if session_indexes:
            rows = rows.filter(session_index__in=session_indexes)
        # Held: a sign-in that is ending at this moment gives its row another name.
        held = rows.select_for_update(of=("self",)).order_by("session_id")
        found = {row.session_id: row.identity_id for row in held}
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
    # A session that is being signed in to is another one for a moment before its names follow.
    rows = SsoSession.objects.filter(created_at__lt=timezone.now() - _BEGUN_FOR)
    return rows.exclude(session_id__in=alive).delete()[0]


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
    token = seal(
        json.dumps(mark | {"hint": _hint(session)}), tenant=current_tenant(), purpose="sso-logout"
    )
    return f"/accounts/{provider.kind}/{provider.slug}/logout/?{urlencode({'for': token})}"


def sealed_hint(id_token: str) -> str:
    """The ID token as it may be kept, to tell the provider at the end whose session it was.

    Empty for one that is too long for an address.
    """
    if len(id_token) > LONGEST_HINT:
        return ""
    return seal(id_token, tenant=current_tenant(), purpose="sso-hint")


def _hint(session: SessionBase) -> str:
    rows = SsoSession.objects.filter(
        session_id__in=Session.objects.filter(session_key=session.session_key).values("id")
    )
    sealed = rows.values_list("hint", flat=True).first()
    try:
        return unseal(sealed, tenant=current_tenant(), purpose="sso-hint") if sealed else ""
    except Unreadable:
        return ""


def logout_mark(token: str) -> dict[str, str]:
    """What `logout_address` sealed; empty for anything else."""
    try:
        return json.loads(unseal(token, tenant=current_tenant(), purpose="sso-logout"))
    except (Unreadable, ValueError):
        return {}
