"""How a person looks from outside."""

from collections.abc import Sequence
from typing import Any

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
        "avatar_url": None,
    }


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
        "avatar_url": user_view(user)["avatar_url"],
        "preferences": preferences_of(user.preferences),
    }
