"""How allauth behaves here: people come by invitation, provider or sign-up of an organisation."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """No open registration on a tenant's host."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
