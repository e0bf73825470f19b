"""Whether a message may call on whom it calls on, and who keeps the record of it in step."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.groups.selectors import people_in
from accounts.policies.selectors import current
from core.actor import Actor
from core.errors import Conflict, Forbidden
from core.permissions import Permission
from messaging.conversations.access import Place
from messaging.conversations.models import Kind, Membership
from messaging.etiquette.models import EtiquettePolicy
from messaging.messages.mentions import Calls
from messaging.messages.models import Message

type Renewer = Callable[[Message, str | None], None]
"""Takes a message that was just edited or deleted, and its text before; in that transaction."""

_renewers: list[Renewer] = []


def renews_calls(renewer: Renewer) -> Renewer:
    """Register who keeps in step with edits and deletions, so that counts are exact at once."""
    _renewers.append(renewer)
    return renewer


def renew_calls(message: Message, before: str | None) -> None:
    """A message says something else now, or nothing."""
    for renewer in _renewers:
        renewer(message, before)


def calls_on_many(calls: Calls) -> bool:
    """Say whether a text calls on more than single people: then its author needs a right for it."""
    return bool(calls.everybody or calls.here or calls.groups)


def check_calls(
    actor: Actor, place: Place, calls: Calls, *, before: Calls | None = None, is_confirmed: bool
) -> None:
    """Let a text call on many only where its author may, and means it.

    Asked only where a text calls on everybody or on groups: a plain message costs nothing. What
    the text said `before` is not asked about again.

    Errors  Forbidden `mention_everybody`, `mention_groups`; Conflict `confirm_mentions`, with the
            number in words.
    """
    said = before is not None and before[1:] == calls[1:]
    if not calls_on_many(calls) or said:
        return
    if calls.groups and not actor.may(Permission.MENTION_GROUPS):
        raise Forbidden(
            "message",
            _("You may not mention groups in this organisation."),
            code="mention_groups",
        )
    calls_all = calls.everybody or calls.here
    if (
        calls_all
        and place.conversation.kind != Kind.DIRECT
        and not actor.may(Permission.MENTION_EVERYBODY)
    ):
        raise Forbidden(
            "message",
            _("You may not mention @channel and @here in this organisation."),
            code="mention_everybody",
        )
    if is_confirmed:
        return
    most = current(EtiquettePolicy).confirm_above
    members = Membership.objects.filter(conversation_id=place.id).exclude(user_id=actor.user_id)
    if not calls_all:
        members = members.filter(user_id__in=people_in(calls.groups))
    count = members.count()
    if count > most:
        words = (
            ngettext_lazy(
                "This notifies %(count)d person. Send it again as confirmed.",
                "This notifies %(count)d people. Send it again as confirmed.",
                count,
            )
            if calls.everybody or not calls.here
            else ngettext_lazy(
                "This notifies those who are online of %(count)d person. Send it again as"
                " confirmed.",
                "This notifies those who are online of %(count)d people. Send it again as"
                " confirmed.",
                count,
            )
        )
        raise Conflict.field("confirm_mentions", words % {"count": count}, code="confirm_mentions")
