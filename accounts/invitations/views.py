"""The pages by which people come in. What an address is good for, nobody learns here."""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.invitations import services
from accounts.invitations.forms import ArrivalForm, AskForm
from accounts.invitations.mails import mail_proof
from accounts.invitations.models import JoinPolicy
from accounts.people.models import User
from accounts.policies.selectors import current
from core.errors import Forbidden, Invalid, NotFound, Refusal
from core.text import clean_name
from tenants.signup import clean_email

_GONE = "accounts/join_gone.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def by_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Accept an invitation, by mail or link."""
    try:
        row = services.open_invitation(secret)
    except NotFound:
        return render(request, _GONE, status=404)

    def enter(**fields: Any) -> User:
        return services.accept_invitation(secret, **{"email": "", **fields})

    return _arrive(request, enter, email=row.email)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def by_proof(request: HttpRequest, proof: str) -> HttpResponse:
    """Go on with a proved address: come in where its domain is proved, else ask."""
    try:
        email, name = services.read_proof(proof)
    except NotFound:
        return render(request, _GONE, status=404)
    if services.may_join_by_domain(email):

        def enter(**fields: Any) -> User:
            return services.join_by_domain(proof, **fields)

        return _arrive(request, enter, email=email, name=name)
    try:
        services.ask_to_join(proof)
    except Forbidden:
        return render(request, _GONE, status=404)
    except Refusal as refusal:
        return render(request, "accounts/join_asked.html", {"trouble": refusal.detail}, status=409)
    return render(request, "accounts/join_asked.html")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Say who one is; the way in is mailed, or it is not: the page looks the same."""
    policy = current(JoinPolicy)
    if not (policy.by_domain or policy.by_request):
        raise Http404
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            email, name = clean_email(form.cleaned_data["email"]), form.cleaned_data["name"]
            name = clean_name(name, longest=120)
        except Invalid as refusal:
            form.add_error(None, str(refusal.errors[0].message))
        else:
            _mail_where_it_leads_somewhere(request, email, name)
            return render(request, "accounts/join_sent.html", {"email": email})
    return render(request, "accounts/join_ask.html", {"form": form, "policy": policy})


def _mail_where_it_leads_somewhere(request: HttpRequest, email: str, name: str) -> None:
    known = User.objects.filter(email__iexact=email).exists()
    leads = services.may_join_by_domain(email) or current(JoinPolicy).by_request
    proof = services.proof_for(email, name)
    if leads and not known:
        mail_proof(request, email, proof)


def _arrive(
    request: HttpRequest, enter: Callable[..., User], *, email: str, name: str = ""
) -> HttpResponse:
    initial = {"name": name}
    form = ArrivalForm(request.POST or None, has_address=bool(email), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            user = enter(**form.cleaned_data)
        except NotFound:
            return render(request, _GONE, status=404)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            record_authentication(request, user, method="password", email=user.email)
            return perform_login(request, Login(user=user, email=user.email))
    return render(request, "accounts/join.html", {"form": form, "email": email})
