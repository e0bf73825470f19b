"""The page of one's own account: what proves who one is."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.mfa.access import standing
from accounts.sso import selectors
from accounts.sso.models import ExternalIdentity


@require_safe
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Password, passkeys, app and recovery codes, each with what can be done."""
    rows = list(Authenticator.objects.filter(user_id=request.user.pk))
    of = lambda kind: [row for row in rows if row.type == kind]  # noqa: E731
    recovery = of(Authenticator.Type.RECOVERY_CODES)
    providers = selectors.providers_on()
    context = {
        "passkeys": of(Authenticator.Type.WEBAUTHN),
        "totp": next(iter(of(Authenticator.Type.TOTP)), None),
        "recovery_left": len(recovery[0].wrap().get_unused_codes()) if recovery else 0,
        "standing": standing(request.user),
        "providers": providers,
        "linked": ExternalIdentity.objects.filter(
            user_id=request.user.pk, provider__in=providers
        ).count(),
    }
    return render(request, "mfa/index.html", context)
