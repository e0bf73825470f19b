"""The mails of the way in, in the organisation's name."""

from urllib.parse import quote

from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.adapter import own_address
from accounts.invitations.models import Invitation
from accounts.mail import send_beside


def invitation_link(request: HttpRequest, secret: str) -> str:
    """Where an invitation is accepted."""
    return own_address(request) + reverse("join_by_invitation", args=[secret])


def mail_invitation(request: HttpRequest, row: Invitation, secret: str, *, by: str) -> None:
    """Send somebody their invitation."""
    context = {"by": by, "link": invitation_link(request, secret), "expires_at": row.expires_at}
    _send(request, row.email, _("%(by)s invites you to %(name)s"), "invitation", context)


def mail_proof(request: HttpRequest, email: str, proof: str) -> None:
    """Send the link by which an address is proved."""
    link = own_address(request) + reverse("join_by_proof", args=[quote(proof, safe=":")])
    _send(request, email, _("Your way into %(name)s"), "proof", {"link": link})


def _send(request: HttpRequest, to: str, subject: str, template: str, context: dict) -> None:
    name = request.host.tenant_name  # pyright: ignore[reportAttributeAccessIssue]
    text = render_to_string(f"accounts/mail/{template}.txt", {**context, "name": name})
    line = subject % {"by": context.get("by", ""), "name": name}
    send_beside(EmailMessage(" ".join(line.split()), text, settings.DEFAULT_FROM_EMAIL, [to]))
