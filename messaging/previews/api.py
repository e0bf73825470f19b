"""REST: previews of links."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from core.api import answer, answers
from core.http import Request
from messaging.previews import selectors, services

router = Router(tags=["previews"])


@router.delete("/messages/{message_id}/previews", response=answers(None, 204))
def remove_previews(request: Request, message_id: UUID) -> HttpResponse:
    """Take the previews off a message."""
    services.remove_previews(request.actor, message_id=message_id)
    return answer(status=204)


@router.get("/messages/{message_id}/previews/{preview_id}/image", response=answers(None, 200))
def get_preview_image(request: Request, message_id: UUID, preview_id: UUID) -> HttpResponse:
    """The picture of a preview, as we drew it; the page's own server is not asked."""
    image = selectors.picture_of(request.actor, message_id, preview_id)
    response = HttpResponse(image, content_type="image/webp")
    response["Cache-Control"] = "private, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
