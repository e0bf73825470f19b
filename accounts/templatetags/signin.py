"""What the pages of signing in and of the console ask: which ways are allowed, what is open."""

from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import changes
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


@register.simple_tag(takes_context=True)
def setup_steps(context: Any) -> dict[str, Any]:
    """What is settled and what is open, of what one may settle; hidden once everything is."""
    theirs = {page["admin_url"] for app in context["app_list"] for page in app["models"]}
    found = [step for step in steps() if reverse(step.url_name) in theirs]
    done = sum(step.is_done for step in found)
    return {"steps": found, "done": done, "total": len(found), "is_shown": done < len(found)}


@register.simple_tag(takes_context=True)
def page_tools(context: Any) -> list[tuple[Any, str]]:
    """What stands above the page of one thing: where its page's `tools` lead, and its changes."""
    request, thing, page = context["request"], context["original"], context["adminform"].model_admin
    tools = list(page.tools(request, thing)) if hasattr(page, "tools") else []
    if isinstance(thing.pk, UUID) and changes.PAGE.may_open(request):
        tools.append((_("Changes"), f"{reverse(changes.PAGE.url_name)}?object={thing.pk}"))
    return tools
