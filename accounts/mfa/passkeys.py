"""allauth's forms for passkeys, which look at what a passkey counts.

A key in hardware counts its uses. One that tells no more than it told before is there twice:
somebody copied it, and it is refused, as WebAuthn 3 advises (7.2, step 22). Passkeys that are
synchronised between devices count nothing and say 0 for ever.
"""

import logging
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as stock
from allauth.mfa.webauthn.internal.auth import parse_authentication_response
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger("chancery.mfa")

COUNTER = "counter"
"""Where the row keeps the number; that of its making lies in the credential itself."""


class AuthenticateWebAuthnForm(stock.AuthenticateWebAuthnForm):
    """As a second factor."""

    def clean_credential(self) -> Authenticator:
        return _counted(super().clean_credential(), self.cleaned_data["credential"])


class LoginWebAuthnForm(stock.LoginWebAuthnForm):
    """By itself."""

    def clean_credential(self) -> Authenticator:
        return _counted(super().clean_credential(), self.cleaned_data["credential"])


class ReauthenticateWebAuthnForm(stock.ReauthenticateWebAuthnForm):
    """Before something that weighs."""

    def clean_credential(self) -> Authenticator:
        return _counted(super().clean_credential(), self.cleaned_data["credential"])


def _counted(authenticator: Authenticator, credential: Any) -> Authenticator:
    """The same, once it has counted on; the number is kept.

    Under a lock: two copies that come at one moment are told apart.
    """
    told = parse_authentication_response(credential).response.authenticator_data.counter
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        known = row.data.get(COUNTER, row.wrap().authenticator_data.counter)
        is_copy = (told or known) and told <= known
        if not is_copy and told != known:
            row.data[COUNTER] = told
            row.save(update_fields=["data"])
    if is_copy:
        logger.warning("a passkey counts backwards: %s after %s", told, known)
        raise ValidationError(
            _("There may be a copy of this passkey. Sign in another way, and remove it.")
        )
    authenticator.data = row.data
    return authenticator
