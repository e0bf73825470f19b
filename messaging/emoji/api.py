"""REST: an organisation's own emoji."""

import base64
import binascii
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import Field

from accounts.requests import idempotent
from core.api import Body, answer, answers
from core.errors import Invalid
from core.http import Request, has_already
from core.paging import DEFAULT_LIMIT, MAX_LIMIT
from messaging.emoji import selectors, services
from messaging.emoji.schemas import EmojiPage, EmojiView

router = Router(tags=["emoji"])

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


class NewEmoji(Body):
    """`image` is a PNG, JPEG, GIF or WebP picture of at most 512 kB, in Base64."""

    name: str
    image: Annotated[str, Field(max_length=720_000)]


@router.get("/emoji", response=answers(EmojiPage))
def list_emoji(
    request: Request, cursor: str | None = None, limit: Limit = DEFAULT_LIMIT
) -> HttpResponse:
    """The organisation's own emoji, by name."""
    page = selectors.emoji_list(request.actor, cursor=cursor, limit=limit)
    return answer({"items": page.items, "next": page.next})


@router.post("/emoji", response=answers(EmojiView, 201))
@idempotent
def add_emoji(request: Request, body: NewEmoji) -> HttpResponse:
    """Add an emoji; its picture is drawn anew, at most 128 by 128."""
    row = services.add_emoji(request.actor, name=body.name, image=_bytes(body.image))
    return answer(selectors.view_of(row), 201)


@router.delete("/emoji/{emoji_id}", response=answers(None, 204))
def remove_emoji(request: Request, emoji_id: UUID) -> HttpResponse:
    """Remove an emoji; where it was used its name remains."""
    services.remove_emoji(request.actor, emoji_id=emoji_id)
    return answer(status=204)


@router.get("/emoji/{emoji_id}/image", response=answers(None, 200, 304))
def get_emoji_image(request: Request, emoji_id: UUID) -> HttpResponse:
    """The picture of an emoji."""
    etag = f'"{emoji_id}"'
    row = selectors.picture_of(request.actor, emoji_id)
    if has_already(request, etag):
        return HttpResponse(status=304, headers={"ETag": etag})
    response = HttpResponse(bytes(row.image), content_type=row.content_type)
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=604800, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _bytes(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise Invalid.field("image", _("Give the picture in Base64.")) from wrong
