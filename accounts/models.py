"""Tables of the accounts app, gathered from its features for Django."""

from accounts.people.models import User
from accounts.tokens.models import ApiToken

__all__ = ["ApiToken", "User"]
