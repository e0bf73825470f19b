"""What the pages of signing in ask: which ways are allowed here."""

from django import template

from accounts.invitations.models import JoinPolicy
from accounts.policies.selectors import current
from accounts.signin.models import SignInPolicy

register = template.Library()


@register.simple_tag
def ways_to_sign_in() -> SignInPolicy:
    """The organisation's policy."""
    return current(SignInPolicy)


@register.simple_tag
def ways_to_join() -> JoinPolicy:
    """Whether anybody may come in without an invitation."""
    return current(JoinPolicy)
