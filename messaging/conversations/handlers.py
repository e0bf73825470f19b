"""Puts whoever joins the organisation where everybody is."""

from accounts.people.events import UserJoined
from events.handlers import on
from messaging.conversations import newcomers


@on(UserJoined)
def settle_in(fact: UserJoined) -> None:
    """A moment after they were let in; of ten thousand from a directory, one after the other."""
    newcomers.settle_in(fact.user_id)
