"""Keep drafts, so that what was begun on one device goes on on another."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Conflict, Invalid
from core.text import clean_text
from events.journal import publish
from messaging.conversations.access import Do, place_for
from messaging.drafts.events import DraftChanged
from messaging.drafts.models import Draft
from messaging.messages.access import root_for

MOST_DRAFTS = 500


def keep_draft(
    actor: Actor, *, conversation_id: UUID, thread_id: UUID | None = None, text: str
) -> Draft:
    """Keep what was begun; the last to write wins, and an empty text ends the draft.

    Errors  NotFound by access; Invalid names `text` or `thread_id`; Conflict where there are too
            many drafts.
    """
    text = _cleaned(text)
    place = place_for(actor, conversation_id, Do.READ)
    # What was begun before its thread was deleted can still be ended.
    if thread_id is not None and not (text == "" and _is_begun(actor, conversation_id, thread_id)):
        root_for(place, thread_id)
    now = timezone.now()
    with transaction.atomic():
        row = _row(actor, conversation_id, thread_id)
        if row.text == text:
            return row
        # Microseconds since 1970: higher than any version of a draft that was here before, too.
        row.version = max(row.version + 1, int(now.timestamp() * 1_000_000))
        row.text, row.updated_at = text, now
        row.save(update_fields=["text", "version", "updated_at"])
        fact = DraftChanged(actor.user_id, conversation_id, thread_id, row.version, text == "")
        publish(fact, by=actor)
    return row


def forget_empty() -> int:
    """Remove the rows of drafts that ended a day ago; returns how many."""
    day_ago = timezone.now() - timedelta(days=1)
    gone, _rows = Draft.objects.filter(text="", updated_at__lt=day_ago).delete()
    return gone


def _is_begun(actor: Actor, conversation_id: UUID, thread_id: UUID) -> bool:
    mine = Draft.objects.filter(user_id=actor.user_id)
    return mine.filter(conversation_id=conversation_id, thread_id=thread_id).exists()


def _row(actor: Actor, conversation_id: UUID, thread_id: UUID | None) -> Draft:
    """The person's draft in this place, locked; made where there is none."""
    mine = Draft.objects.filter(user_id=actor.user_id)
    here = {"conversation_id": conversation_id, "thread_id": thread_id}
    if not mine.filter(**here).exists() and mine.exclude(text="").count() >= MOST_DRAFTS:
        raise Conflict("draft", _("You have 500 drafts; send or discard some first."))
    Draft.objects.get_or_create(
        user_id=actor.user_id, **here, defaults={"updated_at": timezone.now()}
    )
    return mine.select_for_update().get(**here)


def _cleaned(text: str) -> str:
    try:
        return clean_text(text)
    except Invalid as wrong:
        if wrong.code == "empty":
            return ""
        raise
