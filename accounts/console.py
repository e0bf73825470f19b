"""Signing in to a console happens where people sign in, with its limits, not at Django's form."""

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache


@never_cache
def console_sign_in(request: HttpRequest) -> HttpResponse:
    """Stands before `/admin/login/`: sends strangers to sign in, and refuses those signed in."""
    if request.user.is_authenticated:
        raise PermissionDenied
    target = request.GET.get("next") or "/admin/"
    return redirect_to_login(target if target.startswith("/admin/") else "/admin/")
