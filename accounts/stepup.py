"""Asks people who have been signed in for a while who they are, before something that weighs.

`require_recent(request)` in an API operation refuses by 403 `step_up_required`; `@recent_required`
on a page leads to proving it and back. People with a second factor prove that one: knowing the
password is not enough. Programs cannot be asked: their token needs the scope `sensitive`, which is
given to it by somebody who was.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.mfa.access import has_factor
from accounts.sessions.models import Session
from accounts.tokens.reach import SENSITIVE
from core.errors import Forbidden

STRONG = frozenset({"mfa", "sso", "socialaccount"})


def is_recent(request: HttpRequest) -> bool:
    """Say whether the person has proved who they are within the last ten minutes."""
    if is_by_token(request):
        return request.actor.has_scope(SENSITIVE)  # type: ignore[attr-defined]
    if not request.user.is_authenticated:
        return False
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    fresh = [record for record in records if record["at"] >= since]
    if records:
        needs_factor = has_factor(request.user.pk)
        return any(not needs_factor or record["method"] in STRONG for record in fresh)
    row = Session.objects.filter(session_key=request.session.session_key).first()
    return row is not None and row.created_at.timestamp() >= since


def is_by_token(request: HttpRequest) -> bool:
    """Say whether the API took the caller's token; a page takes none, whatever is sent to it."""
    return bool(request.headers.get("Authorization")) and hasattr(request, "actor")


def proved_at(request: HttpRequest) -> float:
    """When the person last proved who they are, as a time of the clock; 0 for nobody."""
    if not request.user.is_authenticated:
        return 0.0
    records = get_authentication_records(request, request.user)
    if records:
        return max(record["at"] for record in records)
    row = Session.objects.filter(session_key=request.session.session_key).first()
    return 0.0 if row is None else row.created_at.timestamp()


def require_recent(request: HttpRequest) -> None:
    """Refuse whoever has not proved lately who they are.

    Errors  Forbidden: `step_up_required`, or `sensitive` for a token without the scope for it.
    """
    if not is_recent(request):
        if is_by_token(request):
            words = _("This is sensitive: it takes a token with the scope %(scope)s.")
            raise Forbidden("sensitive", words % {"scope": SENSITIVE}, code="sensitive")
        words = _("Confirm who you are at %(path)s, then try again.")
        path = reverse("account_reauthenticate")
        raise Forbidden("step_up", words % {"path": path}, code="step_up_required")


def lead_to_proof(request: HttpRequest, *, keeps_form: bool = True) -> HttpResponse:
    """Where a page sends somebody to prove who they are; what was sent goes on afterwards.

    A form with a secret in it is not kept: it would lie in the session.
    """
    if has_factor(request.user.pk):
        place = reverse("mfa_reauthenticate")
    elif request.user.has_usable_password():
        place = reverse("account_reauthenticate")
    else:
        # Nothing of their own to prove it by: their provider or a code does, by signing in anew.
        place = reverse("account_login_again")
    if keeps_form:
        return suspend_request(request, place)
    return HttpResponseRedirect(f"{place}?{urlencode({'next': request.get_full_path()})}")


def recent_required[R: HttpResponse](view: Callable[..., R]) -> Callable[..., R | HttpResponse]:
    """A page that only opens for people who have proved lately who they are."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> R | HttpResponse:
        return view(request, *args, **kwargs) if is_recent(request) else lead_to_proof(request)

    return guarded
