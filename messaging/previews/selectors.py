"""Read previews; they are a part of the message view."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from accounts.policies.selectors import current
from core.actor import Actor
from core.errors import NotFound
from messaging.etiquette.models import EtiquettePolicy
from messaging.messages.access import Do, message_for
from messaging.messages.models import Message
from messaging.messages.parts import Part, part
from messaging.previews.links import hash_of, links_in
from messaging.previews.models import LinkPreview


@part(Part.PREVIEWS, "previews")
def previews_of(message_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """The previews of each message, in the order of its links; two queries.

    They follow the text as it is now: an edit that takes a link out takes its preview out.
    """
    if not current(EtiquettePolicy).shows_previews:
        return {}
    texts = Message.objects.filter(id__in=message_ids).values_list("id", "text")
    links = {id_: links_in(text) for id_, text in texts}
    hashes = {hash_of(link) for found in links.values() for link in found}
    rows = {
        bytes(row["url_hash"]): row
        for row in LinkPreview.objects.filter(url_hash__in=hashes)
        .exclude(title="")
        .extra(select={"has_image": "image IS NOT NULL"})
        .values("id", "url_hash", "title", "description", "site", "has_image")
    }
    return {
        id_: [_view(id_, link, rows[digest]) for link in found if (digest := hash_of(link)) in rows]
        for id_, found in links.items()
    }


def picture_of(actor: Actor, message_id: UUID, preview_id: UUID) -> bytes:
    """The picture of a preview, for whoever may read a message that shows it.

    Errors  NotFound.
    """
    found = message_for(actor, message_id, Do.READ).message
    hashes = [hash_of(link) for link in links_in(found.text)]
    row = LinkPreview.objects.filter(id=preview_id, url_hash__in=hashes).first()
    is_shown = found.parts & Part.PREVIEWS and current(EtiquettePolicy).shows_previews
    if row is None or row.image is None or found.deleted_at is not None or not is_shown:
        raise NotFound("preview")
    return bytes(row.image)


def _view(message_id: UUID, link: str, row: dict[str, Any]) -> dict[str, Any]:
    image = f"/api/v1/messages/{message_id}/previews/{row['id']}/image"
    return {
        "id": row["id"],
        "url": link,
        "title": row["title"],
        "description": row["description"],
        "site": row["site"],
        "image_url": image if row["has_image"] else None,
    }
