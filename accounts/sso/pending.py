"""What this browser has asked providers for, kept in its session: answers must match a question."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.sso.models import IdentityProvider

_KEY = "sso_asked"
_MOST = 8
_LASTS_S = 1800

SIGN_IN, TEST, LINK = "sign_in", "test", "link"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to a provider."""

    provider: str
    purpose: str
    next: str
    at: float
    nonce: str = ""
    verifier: str = ""


def ask(
    session: SessionBase,
    provider: IdentityProvider,
    id_: str,
    *,
    purpose: str = SIGN_IN,
    next_: str = "",
    nonce: str = "",
    verifier: str = "",
) -> None:
    """Remember a question; the oldest of too many are forgotten."""
    asked = _asked(session)
    kept = sorted(asked.items(), key=lambda each: each[1]["at"])[-(_MOST - 1) :]
    question = Asked(str(provider.id), purpose, safe_next(next_), time.time(), nonce, verifier)
    session[_KEY] = dict([*kept, (id_, asdict(question))])


def answer(session: SessionBase, provider: IdentityProvider, id_: str) -> Asked | None:
    """The question that this answers, once; None where this browser never asked it."""
    asked = _asked(session)
    found = asked.pop(id_, None)
    if found is None:
        return None
    session[_KEY] = asked
    question = Asked(**found)
    is_ours = question.provider == str(provider.id)
    return question if is_ours and time.time() - question.at < _LASTS_S else None


def safe_next(url: str) -> str:
    """Where to go after signing in: an address of our own, or the start page."""
    is_safe = url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return url if is_safe and len(url) < 2000 and url.isprintable() else "/"


def _asked(session: SessionBase) -> dict[str, dict[str, Any]]:
    found = session.get(_KEY)
    return dict(found) if isinstance(found, dict) else {}
