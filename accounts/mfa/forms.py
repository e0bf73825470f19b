"""allauth's form for an authenticator app, with its secret sealed until it is confirmed."""

from typing import Any

from allauth.core import context
from allauth.mfa.totp import forms as stock
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from django import forms

from core.sealed import Unreadable, seal, unseal
from tenants.context import current_tenant

PURPOSE = "mfa-pending"


class ActivateTOTPForm(stock.ActivateTOTPForm):
    """The session waits in the database: what lies in it until the code is entered is sealed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user")
        # Not by way of the stock form: that would put the secret into the session as it is.
        forms.Form.__init__(self, *args, **kwargs)
        self.secret = (self.is_bound and _pending()) or _fresh()


def _pending() -> str:
    sealed = context.request.session.get(SECRET_SESSION_KEY, "")
    try:
        return unseal(sealed, tenant=current_tenant(), purpose=PURPOSE)
    except Unreadable:
        return ""


def _fresh() -> str:
    secret = generate_totp_secret()
    sealed = seal(secret, tenant=current_tenant(), purpose=PURPOSE)
    context.request.session[SECRET_SESSION_KEY] = sealed
    return secret
