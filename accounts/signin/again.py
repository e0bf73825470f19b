"""Signing in anew, for people who have nothing else to prove who they are by."""

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Ask; a POST signs out and leads back by way of signing in."""
    target = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    if request.method == "POST":
        logout(request)
        return redirect_to_login(target)
    return render(request, "accounts/sign_in_again.html")
