"""Fetching for previews."""

from uuid import UUID

from celery import shared_task

from messaging.previews.services import preview_message


@shared_task(name="previews.fetch", soft_time_limit=60, time_limit=75)
def fetch_previews(message_id: str) -> None:
    """Fetch what a message links to, and show it."""
    preview_message(UUID(message_id))
