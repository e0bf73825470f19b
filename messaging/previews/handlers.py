"""A message with links gets their previews, a moment later and outside of any transaction."""

from django.db import transaction

from events.handlers import on
from messaging.messages.events import MessageCreated, MessageEdited
from messaging.previews.tasks import fetch_previews


@on(MessageCreated, MessageEdited, when=lambda fact: fact.has_links)
def fetch_later(fact: MessageCreated | MessageEdited) -> None:
    """Queue the fetching: it takes seconds, and must not hold a transaction open for so long."""
    transaction.on_commit(lambda: fetch_previews.delay(str(fact.message_id)))
