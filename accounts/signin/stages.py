"""What stands between proving who one is and being signed in, where allauth asks us."""

from typing import Any

from allauth.account.stages import EmailVerificationStage

from accounts.policies.selectors import current
from accounts.signin.models import SignInPolicy


class VerifyEmailStage(EmailVerificationStage):
    """Asks for the code sent to an address that proved nothing, where the organisation says so."""

    def handle(self) -> Any:
        if not current(SignInPolicy).requires_verified_email:
            return None, True
        return super().handle()
