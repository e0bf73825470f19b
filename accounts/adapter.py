"""How allauth behaves here: people come by invitation, provider or sign-up of an organisation."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.mail import send_beside
from accounts.people.models import User
from accounts.signin.access import may_sign_in_by
from accounts.signin.events import SignInRefused
from accounts.signin.models import Method
from accounts.sso.sessions import logout_address
from core.errors import Invalid
from events.journal import publish
from tenants.hosts import domain_name
from tenants.signup import clean_email

METHODS = {"password": Method.PASSWORD, "code": Method.CODE, "mfa": Method.PASSKEY}
"""What allauth notes of a sign-in, and how the policy calls it."""


class AccountAdapter(DefaultAccountAdapter):
    """No open registration, the organisation's ways to sign in, mail beside the request."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Where the session came from, so that it ends there, too; else to sign in again."""
        return logout_address(request.session) or super().get_logout_redirect_url(request)

    def get_login_stages(self) -> list[str]:
        stock = "allauth.account.stages.EmailVerificationStage"
        ours = "accounts.signin.stages.VerifyEmailStage"
        return [ours if stage == stock else stage for stage in super().get_login_stages()]

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Refuse the way that was used where the organisation does not allow it."""
        response = super().pre_login(request, user, **kwargs)
        if response is not None:
            return response
        method = method_used(request, user)
        if method is None or may_sign_in_by(user, method):
            return None
        publish(SignInRefused(user.id, str(method), "method"), by=actor_for(user))
        clear_login(request)
        messages.error(
            request, _("Your organisation does not let you sign in this way. Use another one.")
        )
        return HttpResponseRedirect(reverse("account_login"))

    def clean_email(self, email: str) -> str:
        """The one spelling of an address: two that look alike are never the same one."""
        try:
            return clean_email(email)
        except Invalid as refusal:
            raise ValidationError(str(refusal.errors[0].message)) from refusal

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse(
            "account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}
        ).replace("UID-KEY", key)
        return own_address(self.request) + path

    def format_email_subject(self, subject: str) -> str:
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render here, where the request is; send beside it."""
        request = allauth_context.request
        host = getattr(request, "host", None)
        name = "Chancery" if host is None or host.is_root else host.tenant_name
        site = {"name": name, "domain": own_address(request)}
        full = {"request": request, "email": email, "current_site": site, **context}
        send_beside(self.render_mail(template_prefix, email, full))


def method_used(request: HttpRequest, user: User) -> str | None:
    """By which way somebody proves at this moment who they are; None where none is noted."""
    records = get_authentication_records(request, user)
    if not records:
        return None
    last = records[-1]["method"]
    return METHODS.get(last, Method.SSO if last in ("sso", "socialaccount") else None)


def own_address(request: HttpRequest) -> str:
    """The organisation's own address: its name from the catalogue, never from the Host header."""
    host = getattr(request, "host", None)
    name = domain_name(host.slug) if host is not None else request.get_host().partition(":")[0]
    port = "" if settings.IS_PRODUCTION else request.get_host().partition(":")[2]
    scheme = "https" if settings.IS_PRODUCTION else request.scheme
    return f"{scheme}://{name}" + (f":{port}" if port.isdigit() else "")
