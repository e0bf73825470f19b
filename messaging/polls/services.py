"""Ask people for their choice, and take it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.actor import Actor, system_actor
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.text import clean_name
from events.journal import hold, publish
from messaging.messages.access import Do, Found, allowed, message_for, message_held
from messaging.messages.models import Message
from messaging.messages.parts import Part, brings
from messaging.polls.events import PollClosed, PollVoted
from messaging.polls.models import Poll, PollVote
from messaging.polls.selectors import voters_of

MOST_OPTIONS = 20
LONGEST_OPTION = 120


@brings(Part.POLL, "poll")
def ask(actor: Actor, message: Message, wanted: Mapping[str, Any]) -> None:
    """Store the answers that a new message offers; its text is the question."""
    options = [
        clean_name(text, field=f"poll.options.{number}", longest=LONGEST_OPTION)
        for number, text in enumerate(wanted["options"])
    ]
    if not 2 <= len(options) <= MOST_OPTIONS:
        raise Invalid.field("poll.options", _("Offer 2 to 20 answers."))
    if len({text.casefold() for text in options}) < len(options):
        raise Invalid.field("poll.options", _("Each answer must differ from the others."))
    minutes = wanted.get("closes_after_minutes")
    Poll.objects.create(
        message_id=message.id,
        conversation_id=message.conversation_id,
        options=options,
        is_multiple=wanted.get("multiple", False),
        is_anonymous=wanted.get("anonymous", False),
        closes_at=None if minutes is None else timezone.now() + timedelta(minutes=minutes),
    )


def vote(actor: Actor, *, message_id: UUID, options: Sequence[int]) -> None:
    """Give one's answers in place of those given before; none takes the vote back.

    Errors  NotFound by access or where there is no poll; Forbidden for people who may not write
            here; Conflict `closed`; Invalid for answers that are not offered.
    """
    found = message_for(actor, message_id, Do.READ)
    with transaction.atomic():
        poll = _held(found, actor)
        chosen = set(options)
        if not chosen <= set(range(len(poll.options))):
            raise Invalid.field("options", _("Choose from the answers that are offered."))
        if len(chosen) > 1 and not poll.is_multiple:
            raise Invalid.field("options", _("This poll allows one answer only."))
        voters = voters_of(poll, actor)
        rows = PollVote.objects.filter(message_id=message_id, voter_id__in=voters)
        if set(rows.values_list("option", flat=True)) == chosen:
            return
        rows.delete()
        PollVote.objects.bulk_create(
            PollVote(message_id=message_id, voter_id=voters[0], option=option)
            for option in sorted(chosen)
        )
        # Whoever reads the record of an anonymous poll must not learn in it who voted when.
        by = system_actor(actor.tenant) if poll.is_anonymous else actor
        publish(PollVoted(found.place.id, message_id), by=by)


def close_poll(actor: Actor, *, message_id: UUID) -> None:
    """End a poll before its time; its author and those who look after the channel may.

    Errors  NotFound by access or where there is no poll; Forbidden.
    """
    found = message_for(actor, message_id, Do.READ)
    is_own = found.message.author_id == actor.user_id
    if not is_own and Do.DELETE not in allowed(actor, found.message, found.place):
        raise Forbidden("poll", _("Only its author and the channel's owners may end a poll."))
    with transaction.atomic():
        hold(found.place.id)
        message_held(actor, found, Do.READ)
        poll = Poll.objects.filter(message_id=message_id).first()
        if poll is None:
            raise NotFound("poll")
        now = timezone.now()
        if poll.closes_at is not None and poll.closes_at <= now:
            return
        poll.closes_at = now
        poll.save(update_fields=["closes_at"])
        publish(PollClosed(found.place.id, message_id), by=actor)


def _held(found: Found, actor: Actor) -> Poll:
    """The poll as it is once nothing else can happen in its conversation, open for votes."""
    hold(found.place.id)
    poll = Poll.objects.filter(message_id=found.message.id).first()
    if poll is None:
        raise NotFound("poll")
    # Asked under the lock: a message that was deleted a moment ago takes no votes.
    message_held(actor, found, Do.REACT)
    if poll.closes_at is not None and poll.closes_at <= timezone.now():
        raise Conflict("poll", _("This poll is closed."), code="closed")
    return poll
