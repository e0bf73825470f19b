"""Indexing what is there already, piece by piece."""

import time

from celery import shared_task

from messaging.search import services
from tenants.hooks import follows_migrations

_WORKS_FOR_S = 40.0


@shared_task(name="search.reindex")
def reindex() -> None:
    """Go on indexing for a while; queued again where something is left."""
    until = time.monotonic() + _WORKS_FOR_S
    while services.index_more():
        if time.monotonic() > until:
            # Others have their turn in between.
            reindex.delay()
            return


@follows_migrations
def index_what_was_written_before() -> None:
    """A migration may change how messages are taken apart; those that are there are left to us."""
    reindex.delay()
