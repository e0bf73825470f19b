"""How allauth behaves here: people come by invitation, provider or sign-up of an organisation."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts.sso.sessions import logout_address


class AccountAdapter(DefaultAccountAdapter):
    """No open registration on a tenant's host."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Where the session came from, so that it ends there, too; else to sign in again."""
        return logout_address(request.session) or super().get_logout_redirect_url(request)
