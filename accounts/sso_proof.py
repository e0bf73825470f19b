"""Whether a session began at an identity provider, which then answers for second factors."""

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase

BY_PROVIDER = frozenset({"sso", "socialaccount"})


def is_signed_in_by_sso(session: SessionBase) -> bool:
    """Say whether the session's sign-in was a provider's."""
    records = session.get(AUTHENTICATION_METHODS_SESSION_KEY) or []
    return any(record.get("method") in BY_PROVIDER for record in records)
