"""What the pages of signing in ask: which ways are allowed here."""

from typing import Any

from django import template

from accounts.branding.models import Branding
from accounts.invitations.models import JoinPolicy
from accounts.policies.selectors import current
from accounts.setup.steps import steps
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


@register.simple_tag
def branding() -> Branding:
    """The organisation's name, colour and logo."""
    return current(Branding)


@register.simple_tag
def setup_steps() -> dict[str, Any]:
    """What is settled and what is open; hidden once everything is."""
    found = steps()
    done = sum(step.is_done for step in found)
    return {"steps": found, "done": done, "total": len(found), "is_shown": done < len(found)}
