"""What a browser may ask a provider for: to sign in, to test it, to link its person's account."""

import time

from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.sso import pending
from accounts.sso.access import provider_to_manage
from accounts.sso.models import IdentityProvider
from core.errors import Forbidden, NotFound
from core.http import Request

_PURPOSES = {"": pending.SIGN_IN, "test": pending.TEST, "connect": pending.LINK}
_WISH = "sso_connect"
_WISH_LASTS_S = 300


def wish_to_link(request: Request, provider: IdentityProvider) -> None:
    """Remember that a person has said, by a form of ours, that they want to link this provider.

    Otherwise a page elsewhere could sign somebody in at the provider as its own author, send them
    here, and come into their account by that identity ever after.
    """
    request.session[_WISH] = {"provider": str(provider.id), "at": time.time()}


def _wishes_to_link(request: Request, provider: IdentityProvider) -> bool:
    wish = request.session.pop(_WISH, None)
    is_this = wish is not None and wish["provider"] == str(provider.id)
    return is_this and time.time() - wish["at"] < _WISH_LASTS_S


def purpose_of(request: Request, provider: IdentityProvider) -> str:
    """Why the browser goes to the provider.

    Errors  NotFound where it is not on, for those who may not test it; Forbidden.
    """
    purpose = _PURPOSES.get(request.GET.get("process", ""), pending.SIGN_IN)
    if purpose == pending.TEST and request.user.is_authenticated:
        provider_to_manage(actor_for(request.user), provider.id)
        return purpose
    if not provider.is_on or purpose == pending.TEST:
        raise NotFound("identity_provider")
    if purpose == pending.LINK and not (
        request.user.is_authenticated and _wishes_to_link(request, provider)
    ):
        raise Forbidden("identity_provider", _("Link your account on the page made for it."))
    return purpose
