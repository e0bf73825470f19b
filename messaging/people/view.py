"""How a person looks from outside."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from accounts.people.models import User
from accounts.people.preferences import preferences_of
from messaging.status.selectors import statuses_of


def user_view(user: User) -> dict[str, Any]:
    """How a person looks to the others."""
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "is_active": user.is_active,
        "is_bot": user.is_bot,
        "title": user.title,
        "avatar_url": avatar_url(user.id, user.avatar),
    }


def avatar_url(user_id: UUID, version: str | None) -> str | None:
    """Where a person's picture is had; the same picture has the same address for ever."""
    return None if version is None else f"/api/v1/users/{user_id}/avatar?v={version}"


def user_views(users: Sequence[User]) -> list[dict[str, Any]]:
    """How people look to the others, with what they say of themselves; one query for all."""
    statuses = statuses_of([user.id for user in users])
    return [user_view(user) | {"status": statuses.get(user.id)} for user in users]


def own_view(user: User) -> dict[str, Any]:
    """What a person's own devices know of them besides."""
    return {
        "locale": user.locale,
        "time_zone": user.time_zone,
        "title": user.title,
        "avatar_url": avatar_url(user.id, user.avatar),
        "preferences": preferences_of(user.preferences),
    }
