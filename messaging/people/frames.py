"""How events of people look in a browser."""

from collections.abc import Sequence
from typing import Any

from accounts.people.events import PreferencesChanged, UserJoined, UserUpdated
from accounts.people.models import User
from events.render import renders
from messaging.people.view import own_view, user_views


@renders(UserJoined)
def user_joined(facts: Sequence[UserJoined], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """Who came; by which way is for those who manage people."""
    return [{"user_id": fact.user_id} for fact in facts]


@renders(UserUpdated)
def user_updated(facts: Sequence[UserUpdated], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """The person as they are now."""
    found = User.objects.in_bulk({fact.user_id for fact in facts})
    views = {view["id"]: view for view in user_views(list(found.values()))}
    return [views.get(fact.user_id) for fact in facts]


@renders(PreferencesChanged)
def preferences_changed(
    facts: Sequence[PreferencesChanged], rows: Sequence[Any]
) -> list[dict[str, Any] | None]:
    """The person's own settings as they are now."""
    found = User.objects.in_bulk({fact.user_id for fact in facts})
    return [own_view(found[f.user_id]) if f.user_id in found else None for f in facts]
