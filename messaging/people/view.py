"""How a person looks from outside."""

from typing import Any

from accounts.people.models import User


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
