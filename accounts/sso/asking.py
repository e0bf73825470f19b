"""What a browser may ask a provider for: to sign in, to test it, to link its person's account."""

from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.sso import pending
from accounts.sso.access import check_may_manage
from accounts.sso.models import IdentityProvider
from core.errors import Forbidden, NotFound
from core.http import Request

_PURPOSES = {"": pending.SIGN_IN, "test": pending.TEST, "connect": pending.LINK}


def purpose_of(request: Request, provider: IdentityProvider) -> str:
    """Why the browser goes to the provider.

    Errors  NotFound where it is not on, for those who may not test it; Forbidden.
    """
    purpose = _PURPOSES.get(request.GET.get("process", ""), pending.SIGN_IN)
    if purpose == pending.TEST and request.user.is_authenticated:
        check_may_manage(actor_for(request.user))
        return purpose
    if not provider.is_on or purpose == pending.TEST:
        raise NotFound("identity_provider")
    if purpose == pending.LINK and not request.user.is_authenticated:
        raise Forbidden("identity_provider", _("Sign in first, then link your account."))
    return purpose
