"""Which way somebody signs in, by their address; and the ways linked to one's account."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.sso import pending, selectors
from accounts.sso.asking import wish_to_link
from accounts.sso.models import ExternalIdentity
from accounts.sso.pages import sso_page
from core.http import Request


@sso_page
@require_POST
def route(request: Request) -> HttpResponse:
    """The first step of signing in: the address decides whether a provider asks for the rest.

    What it answers depends on the domain alone, so it tells nobody who has an account.
    """
    email = request.POST.get("email", "").strip()[:254]
    next_ = pending.safe_next(request.POST.get("next", ""))
    provider = selectors.provider_for_address(email)
    if provider is None:
        query = {"email": email, "step": "password"} | ({"next": next_} if next_ != "/" else {})
        return HttpResponseRedirect(f"/accounts/login/?{urlencode(query)}")
    url = f"/accounts/{provider.kind}/{provider.slug}/login/?{urlencode({'next': next_})}"
    # By a page: a redirect away from a form would be held against the form's policy.
    return render(request, "accounts/sso/going.html", {"provider": provider, "url": url})


@sso_page
@login_required
@require_POST
def connect(request: Request) -> HttpResponse:
    """Somebody who is signed in wants to link a provider to their account."""
    provider = selectors.provider_on(request.POST.get("provider", ""))
    wish_to_link(request, provider)
    url = f"/accounts/{provider.kind}/{provider.slug}/login/?process=connect"
    return render(request, "accounts/sso/going.html", {"provider": provider, "url": url})


@sso_page
@login_required
@require_GET
def ways(request: Request) -> HttpResponse:
    """The providers that are linked to one's account, and those that could be."""
    linked = {link.provider_id: link for link in ExternalIdentity.objects.filter(user=request.user)}
    rows = [(each, linked.get(each.id)) for each in selectors.providers_on()]
    return render(request, "accounts/sso/ways.html", {"rows": rows})
