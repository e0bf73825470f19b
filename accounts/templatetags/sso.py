"""What the sign-in page shows of identity providers."""

from dataclasses import dataclass
from typing import Any

from django import template

from accounts.domains.selectors import proved_domains
from accounts.policies.selectors import current
from accounts.signin.models import Method, SignInPolicy
from accounts.sso import pending, selectors
from accounts.sso.models import IdentityProvider

register = template.Library()


@dataclass(frozen=True, slots=True)
class Entrance:
    """The providers to choose from, and whether the address is asked for first."""

    providers: list[IdentityProvider]
    asks_first: bool
    next: str


@register.simple_tag(takes_context=True)
def sso_entrance(context: template.Context) -> Entrance:
    """The organisation's providers that are on.

    The address comes first where it may lead to one of them, unless a password was asked for.
    """
    request: Any = context["request"]
    if request.host.is_root:
        return Entrance([], asks_first=False, next="/")
    is_allowed = current(SignInPolicy).allows(Method.SSO)
    providers = selectors.providers_on() if is_allowed else []
    bound = {domain for provider in providers for domain in provider.domains}
    wants_password = request.GET.get("step") == "password" or "emergency" in request.GET
    return Entrance(
        providers,
        asks_first=bool(bound) and not wants_password and bool(bound & proved_domains()),
        next=pending.safe_next(request.GET.get("next", "")),
    )
