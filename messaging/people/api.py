"""REST: who am I, and whom may I see. Guests see whom they share a conversation with."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from ninja import Query, Router, Schema

from accounts.people import selectors, services
from accounts.people.models import User
from core.api import Body, answer, answers
from core.http import Request
from core.paging import DEFAULT_LIMIT, MAX_LIMIT
from messaging.conversations.selectors import people_visible_to
from messaging.people.schemas import UserView
from messaging.people.view import own_view, user_views

router = Router(tags=["people"])


class TenantView(Schema):
    slug: str
    name: str


class PreferencesView(Schema):
    theme: Literal["system", "light", "dark", "contrast"]
    density: Literal["comfortable", "compact"]
    text_size: Literal["normal", "small", "large", "larger"]
    auto_locale: bool
    auto_time_zone: bool


class LanguageView(Schema):
    """A language that one may choose, in its own words."""

    code: str
    name: str


class MeChange(Body):
    """What people change of themselves; what is left out stays."""

    name: str | None = None
    title: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    preferences: dict[str, Any] | None = None


class MeView(Schema):
    id: UUID
    name: str
    email: str | None
    tenant: TenantView
    role: str
    roles: list[str]
    permissions: list[str]
    locale: str
    time_zone: str
    title: str
    avatar_url: str | None
    preferences: PreferencesView
    languages: list[LanguageView]


class UserPage(Schema):
    items: list[UserView]
    next: str | None


@router.get("/me", response=answers(MeView))
def me(request: Request) -> HttpResponse:
    """The person whose credential this is."""
    return answer(_me(request, selectors.person(request.actor, request.actor.user_id)))


@router.patch("/me", response=answers(MeView))
def change_me(request: Request, payload: MeChange) -> HttpResponse:
    """Change one's own name, title, language, time zone and preferences; the rest stays."""
    changes = payload.dict(exclude_none=True)
    return answer(_me(request, services.change_own(request.actor, **changes)))


def _me(request: Request, user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "tenant": {"slug": request.host.slug, "name": request.host.tenant_name},
        "role": user.role,
        "roles": [user.role],
        "permissions": sorted(request.actor.permissions),
        **own_view(user),
        "languages": [{"code": code, "name": name} for code, name in settings.LANGUAGES],
    }


@router.get("/users", response=answers(UserPage))
def list_users(
    request: Request,
    q: str = "",
    ids: Annotated[list[UUID], Query(max_length=MAX_LIMIT)] = [],  # noqa: B006 - never changed
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> HttpResponse:
    """The people one may see, by name; with `ids` only those (`?ids=…&ids=…`)."""
    page = selectors.people(
        request.actor,
        query=q,
        ids=ids,
        visible=people_visible_to(request.actor),
        cursor=cursor,
        limit=limit,
    )
    return answer({"items": user_views(page.items), "next": page.next})


@router.get("/users/{user_id}", response=answers(UserView))
def get_user(request: Request, user_id: UUID) -> HttpResponse:
    """One person."""
    visible = people_visible_to(request.actor)
    return answer(user_views([selectors.person(request.actor, user_id, visible=visible)])[0])
