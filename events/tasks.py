"""Runs the handlers of events in the workers, each effect once."""

import logging
from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.db import connection, transaction
from django.utils import timezone

from events.handlers import Handler, wanted_handlers
from events.models import DeadLetter, Entry, HandlerRun
from events.outbox import items
from events.registry import type_named

logger = logging.getLogger("chancery.handlers")

MOST_ATTEMPTS = 8
UNREAD = "events.tasks.read"
"""Stands for the handler in dead letters of entries that could not even be read."""

RUNS_KEPT = timedelta(days=30)


@shared_task(name="events.tidy")
def tidy() -> None:
    """Forget which handlers ran for entries so old that nobody will queue them again."""
    HandlerRun.objects.filter(finished_at__lt=timezone.now() - RUNS_KEPT).delete()


@shared_task(name="events.run_handlers")
def run_handlers(entry_ids: list[str]) -> None:
    """Run what the handlers of these entries have not done yet, in the order of their streams."""
    ids = [UUID(entry_id) for entry_id in entry_ids]
    entries = list(Entry.objects.filter(id__in=ids).order_by("stream_id", "seq"))
    finished = [entry.id for entry in entries if run_entry(entry)]
    gone = set(ids) - {entry.id for entry in entries}
    items.forget([*finished, *gone])


def run_entry(entry: Entry) -> bool:
    """Run the handlers of one entry; says whether all of them are done with it."""
    try:
        fact = type_named(entry.type, entry.stream_kind).read(entry.data)
    except (KeyError, ValueError) as error:
        # Of another release, or written wrongly: it must not stop those that came with it.
        logger.exception("entry %s of type %s cannot be read", entry.id, entry.type)
        return _fail(UNREAD, entry.id, error)
    finished = True
    for handler in wanted_handlers(fact):
        try:
            _run_once(handler, entry.id, fact)
        except Exception as error:
            logger.exception("handler %s failed for entry %s", handler.name, entry.id)
            finished = _fail(handler.name, entry.id, error) and finished
    return finished


def _run_once(handler: Handler, entry_id: UUID, fact: object) -> None:
    with transaction.atomic():
        run = HandlerRun(entry_id=entry_id, handler=handler.name, finished_at=timezone.now())
        # A second worker with the same entry waits here until the first one commits or dies.
        if _is_first(run):
            handler.run(fact)


def _is_first(run: HandlerRun) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_handlerrun (entry_id, handler, finished_at) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [run.entry_id, run.handler, run.finished_at],
        )
        return cursor.rowcount == 1


def _fail(handler_name: str, entry_id: UUID, error: Exception) -> bool:
    """Put the entry off, longer each time; after the last attempt it is a dead letter.

    Returns whether the handler is done with it.
    """
    attempts = items.attempts_of(entry_id)
    if attempts < MOST_ATTEMPTS:
        items.put_off(entry_id, seconds=min(600, 2**attempts))
        return False
    DeadLetter.objects.create(
        entry_id=entry_id,
        handler=handler_name,
        error=f"{type(error).__name__}: {error}"[:2000],
        attempts=attempts,
        created_at=timezone.now(),
    )
    return True
