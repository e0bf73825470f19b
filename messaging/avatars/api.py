"""REST: people's pictures."""

from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import Field

from accounts.people import selectors
from accounts.people.models import User
from core.api import Body, answer, answers
from core.errors import Invalid, NotFound, Unavailable
from core.http import Request, has_already
from messaging.avatars import services
from messaging.conversations.selectors import people_visible_to
from messaging.files import storage
from messaging.people.schemas import UserView
from messaging.people.view import user_views

router = Router(tags=["people"])

_A_YEAR_S = 31_536_000


class NewAvatar(Body):
    """`file_id` is an uploaded picture that was not sent."""

    file_id: UUID


@router.put("/me/avatar", response=answers(UserView))
def set_avatar(request: Request, body: NewAvatar) -> HttpResponse:
    """Show this picture of oneself: its middle, as a square; the upload is used up."""
    person = services.set_avatar(request.actor, file_id=body.file_id)
    return answer(user_views([person])[0])


@router.delete("/me/avatar", response=answers(None, 204))
def remove_own_avatar(request: Request) -> HttpResponse:
    """Show one's initials again."""
    if request.actor.user_id is None:
        raise NotFound("user")
    services.remove_avatar(request.actor, user_id=request.actor.user_id)
    return answer(status=204)


@router.delete("/users/{user_id}/avatar", response=answers(None, 204))
def remove_avatar(request: Request, user_id: UUID) -> HttpResponse:
    """Take somebody's picture away; for those who manage people."""
    person = _visible(request, user_id)
    services.remove_avatar(request.actor, user_id=person.id)
    return answer(status=204)


@router.get("/users/{user_id}/avatar", response=answers(None, 200, 304))
def get_avatar(
    request: Request,
    user_id: UUID,
    v: Annotated[str, Field(max_length=64)] = "",
    size: int = max(services.SIDES),
) -> HttpResponse:
    """A person's picture. With the version of the person's view (`v`) it may be kept for ever."""
    if size not in services.SIDES:
        words = _("Choose one of %(known)s.") % {"known": ", ".join(map(str, services.SIDES))}
        raise Invalid.field("size", words)
    person = _visible(request, user_id)
    if person.avatar is None:
        raise NotFound("avatar")
    tag = f'"{person.avatar}-{size}"'
    caching = f"private, max-age={_A_YEAR_S}, immutable" if v == person.avatar else "no-cache"
    headers = {"ETag": tag, "Cache-Control": caching}
    if has_already(request, tag):
        return HttpResponse(status=304, headers=headers)
    drawn = _bytes(services.stored_name(person.id, person.avatar, size))
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return HttpResponse(drawn, content_type="image/webp", headers=headers)


def _visible(request: Request, user_id: UUID) -> User:
    visible = people_visible_to(request.actor)
    return selectors.person(request.actor, user_id, visible=visible)


def _bytes(name: str) -> bytes:
    try:
        with storage.open_kept(name) as source:
            return source.read()
    except FileNotFoundError as gone:
        raise NotFound("avatar") from gone
    except OSError as away:
        raise Unavailable("files", retry_after_s=5) from away
