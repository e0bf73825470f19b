"""Fetch what pages say of themselves, and show it under the messages that link to them."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.policies.selectors import current
from core.actor import Actor, system_actor
from events.journal import hold, publish
from messaging.etiquette.models import EtiquettePolicy
from messaging.messages.access import Do, message_for, message_held, moved_meanwhile
from messaging.messages.models import Message
from messaging.messages.parts import Part, forget_part, note_part
from messaging.previews import fetch
from messaging.previews.events import PreviewsAdded, PreviewsRemoved
from messaging.previews.links import hash_of, links_in
from messaging.previews.models import LinkPreview
from messaging.previews.page import read_page
from messaging.previews.pictures import small_picture
from tenants.context import current_tenant

logger = logging.getLogger("chancery.previews")

FRESH = timedelta(days=7)


def preview_message(message_id: UUID) -> bool:
    """Fetch the links of a message that were not fetched lately, and show what they brought.

    Returns whether the message shows any preview now. Takes seconds: for the workers, and outside
    of any transaction.
    """
    if not current(EtiquettePolicy).shows_previews:
        return False
    message = Message.objects.filter(id=message_id, deleted_at=None).only("text", "parts").first()
    if message is None or message.parts & Part.PREVIEWS_TAKEN_OFF:
        return False
    found = [_kept(link) for link in links_in(message.text)]
    return _show(message_id) if any(row.title for row in found) else False


def remove_previews(actor: Actor, *, message_id: UUID) -> None:
    """Take the previews off a message for good, as its author or one who may delete it.

    Errors  NotFound and Forbidden by access.
    """
    found = message_for(actor, message_id, Do.DELETE)
    with transaction.atomic():
        hold(found.place.id)
        message_held(actor, found, Do.DELETE)
        parts = Message.objects.values_list("parts", flat=True).get(id=message_id)
        if parts & Part.PREVIEWS_TAKEN_OFF:
            return
        note_part([message_id], Part.PREVIEWS_TAKEN_OFF)
        forget_part([message_id], Part.PREVIEWS)
        publish(PreviewsRemoved(found.place.id, message_id), by=actor)


def _kept(link: str) -> LinkPreview:
    """What is known of an address; fetched where that is old, and once whatever comes of it."""
    row = LinkPreview.objects.filter(url_hash=hash_of(link)).first()
    if row is not None and row.fetched_at > timezone.now() - FRESH:
        return row
    fresh = _fetched(link)
    values = {
        name: getattr(fresh, name)
        for name in ("url", "title", "description", "site", "image", "fetched_at")
    }
    row, _created = LinkPreview.objects.update_or_create(url_hash=hash_of(link), defaults=values)
    return row


def _fetched(link: str) -> LinkPreview:
    row = LinkPreview(url=link, fetched_at=timezone.now())
    try:
        answer = fetch.fetch(link, types=fetch.PAGES, most_bytes=fetch.MOST_PAGE_BYTES)
        page = read_page(answer)
        row.title, row.description, row.site = page.title, page.description, page.site
        if page.title and page.image_url is not None:
            picture = fetch.fetch(
                page.image_url, types=fetch.IMAGES, most_bytes=fetch.MOST_IMAGE_BYTES
            )
            row.image = small_picture(picture.body)
    except fetch.Unfetched as nothing:
        # Never the address: it is what somebody wrote.
        logger.info("nothing to show of a link: %s", nothing)
    return row


def _show(message_id: UUID) -> bool:
    with transaction.atomic():
        conversation_id = Message.objects.values_list("conversation_id", flat=True).get(
            id=message_id
        )
        hold(conversation_id)
        message = Message.objects.filter(id=message_id, deleted_at=None)
        message = message.only("parts", "conversation_id").first()
        if message is not None and message.conversation_id != conversation_id:
            raise moved_meanwhile()
        if message is None or message.parts & Part.PREVIEWS_TAKEN_OFF:
            return False
        note_part([message_id], Part.PREVIEWS)
        publish(PreviewsAdded(conversation_id, message_id), by=system_actor(current_tenant()))
    return True
