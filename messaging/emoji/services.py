"""Add and remove an organisation's own emoji."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Conflict, Forbidden, NotFound
from core.permissions import Permission
from events.journal import hold, publish
from messaging.emoji.events import EmojiAdded, EmojiRemoved
from messaging.emoji.models import CustomEmoji
from messaging.emoji.names import clean_name
from messaging.emoji.pictures import draw
from tenants.selectors import tenant_id

MOST_EMOJI = 2_000


def add_emoji(actor: Actor, *, name: str, image: bytes) -> CustomEmoji:
    """Add an emoji; its picture is drawn anew.

    Errors  Forbidden without the permission; Invalid names the field; Conflict where the name is
            taken, or there are too many.
    """
    if not actor.may(Permission.EMOJI_ADD):
        raise Forbidden("emoji", _("You may not add emoji in this organisation."))
    name = clean_name(name)
    drawn = draw(image)
    tenant = tenant_id(actor.tenant)
    try:
        with transaction.atomic():
            hold(tenant)
            if CustomEmoji.objects.count() >= MOST_EMOJI:
                raise Conflict("emoji", _("There are already 2,000 emoji; remove some first."))
            row = CustomEmoji.objects.create(
                name=name,
                image=drawn.image,
                content_type=drawn.content_type,
                created_by_id=actor.user_id,
            )
            publish(EmojiAdded(tenant, row.id), by=actor)
    except IntegrityError as wrong:
        if "messaging_customemoji_name_unique" not in str(wrong):
            raise
        raise Conflict.field(
            "name", _("There is already an emoji with this name."), code="name_taken"
        ) from wrong
    return row


def remove_emoji(actor: Actor, *, emoji_id: UUID) -> None:
    """Remove one's own emoji, or with the permission anybody's; where it stood its name remains.

    Errors  NotFound, Forbidden.
    """
    with transaction.atomic():
        row = CustomEmoji.objects.defer("image").filter(id=emoji_id).first()
        if row is None:
            raise NotFound("emoji")
        is_own = row.created_by_id is not None and row.created_by_id == actor.user_id
        if not is_own and not actor.may(Permission.EMOJI_MANAGE):
            raise Forbidden("emoji", _("You may remove only the emoji that you added."))
        row.delete()
        publish(EmojiRemoved(tenant_id(actor.tenant), emoji_id), by=actor)
