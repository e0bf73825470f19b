"""What every API operation does first: find the actor, hold limits, answer a repeat."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja.utils import check_csrf

from accounts.actors import actor_of_request
from accounts.idempotency.models import IdempotencyRecord
from accounts.tokens.reach import check_reach
from core.actor import Actor
from core.api import answer
from core.errors import Conflict, Forbidden, Invalid
from core.http import Request
from core.limits import Quota, check

READ, WRITE = (
    Quota(name, per_minute, burst=per_minute // 4, is_lenient=True)
    for name, per_minute in (
        ("read", settings.CHANCERY_READS_PER_MINUTE),
        ("write", settings.CHANCERY_WRITES_PER_MINUTE),
    )
)
_SAFE = {"GET", "HEAD", "OPTIONS"}


def authenticate(request: Request) -> Actor:
    """Find who calls: a bearer token, or a session with its CSRF token.

    Errors  NotSignedIn, Forbidden (`csrf`, or `scope` where a token does not reach this far),
            TooMany.
    """
    actor = actor_of_request(request)
    is_safe = request.method in _SAFE
    # By the header's value, as `actor_of_request` decides: with an empty one the session counts.
    is_session = not request.headers.get("Authorization")
    if not is_safe and is_session and _lacks_csrf_token(request):
        detail = _("Send the cookie csrftoken back as the header X-CSRFToken.")
        raise Forbidden("csrf", detail, code="csrf")
    check(request, f"{actor.tenant}:{actor.user_id}", READ if is_safe else WRITE)
    check_reach(actor, request.method, request.path)
    request.actor = actor
    return actor


def _lacks_csrf_token(request: Request) -> bool:
    # Read before Django looks for the token in a form, which would leave nothing to read later.
    _ = request.body
    return check_csrf(request) is not None


def idempotent[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Answer a POST once per `Idempotency-Key`: a replay gets 200 and the same body.

    The record commits with the effect; a second request that comes meanwhile waits for it.
    """

    @wraps(view)
    def once(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(request, *args, **kwargs)
        return _answer_once(request, key, lambda: view(request, *args, **kwargs))

    return once


def _answer_once(request: Any, key: str, act: Callable[[], HttpResponse]) -> HttpResponse:
    if not 0 < len(key) <= 255 or not key.isprintable():
        raise Invalid.field("Idempotency-Key", _("Send 1 to 255 printable characters."))
    operation = f"{request.method} {request.path}"[:255]
    digest = hashlib.sha256(request.body).digest()
    with transaction.atomic():
        record, is_new = IdempotencyRecord.objects.get_or_create(
            user_id=request.actor.user_id,
            key=key,
            defaults={"operation": operation, "body_digest": digest},
        )
        if is_new:
            response = act()
            # Kept as text within JSON: as JSON itself its fields would come back in another order.
            record.answer = response.content.decode() or None
            record.save(update_fields=["answer"])
            return response
    if record.operation != operation or bytes(record.body_digest) != digest:
        raise Conflict.field(
            "Idempotency-Key",
            _("This key was used for another request; make a new key for each request."),
            code="key_reused",
        )
    # What had nothing to say the first time has nothing to say now.
    if record.answer is None:
        return answer(status=204)
    return HttpResponse(record.answer, content_type="application/json")
