"""The relay: hands committed events to their handlers, and sends out again what was left behind.

Woken by a message per commit; a sweep of the outbox finds what a crash or an absent Redis left.
Several relays may run: all they do may be done twice.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import cast
from uuid import UUID

import redis
from celery import Task
from django.db import InterfaceError, OperationalError, close_old_connections
from django.db.utils import Error as DatabaseError
from kombu.exceptions import KombuError

from events import bus
from events.models import Entry, StreamKind
from events.outbox import items
from events.outbox.items import Owed
from events.registry import type_named
from events.render import frames_of
from events.tasks import run_handlers
from events.topics import topic_of
from tenants.context import in_public, in_tenant

logger = logging.getLogger("chancery.relay")

SWEEP_EVERY_S = 1.0
WAIT_S = 0.5
REST_S = 1.0
GATHER_S = 0.1
"""Wake-ups that come within this are settled together.

One by one each costs the relay and PostgreSQL as much as half of the message it is about. Frames do
not wait for the relay; handlers wait this much longer.
"""


class Relay:
    """One relay process; `run` until `stop` is set."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._next_sweep = 0.0

    def run(self) -> None:
        """Wait, settle, sweep; trouble with a server is logged and waited out."""
        while not self.stop.is_set():
            try:
                wakes = self._wait()
                self.settle(Owed(*wake, was_queued=False) for wake in wakes)
                if time.monotonic() >= self._next_sweep:
                    self._next_sweep = time.monotonic() + SWEEP_EVERY_S
                    # For ever on one connection would keep what it remembers of each tenant.
                    close_old_connections()
                    self.sweep()
                if wakes:
                    self.stop.wait(GATHER_S)
            except (DatabaseError, redis.RedisError, KombuError, OSError) as trouble:
                logger.warning("waiting for a server: %s", trouble)
                close_old_connections()
                self.stop.wait(REST_S)

    def settle(self, owed: Iterable[Owed]) -> None:
        """Queue what has handlers, forget what has none."""
        done: list[UUID] = []
        by_tenant: dict[str, list[UUID]] = defaultdict(list)
        for item in owed:
            if item.needs_handlers:
                by_tenant[item.tenant].append(item.entry_id)
            else:
                done.append(item.entry_id)
        if done:
            items.forget(done)
        for tenant, entry_ids in by_tenant.items():
            # Before they are queued: a worker may be done with them before `delay` returns.
            items.note_queued(entry_ids)
            try:
                with in_tenant(tenant):
                    cast(Task, run_handlers).delay([str(entry_id) for entry_id in entry_ids])
            except (KombuError, redis.RedisError, OSError):
                items.note_not_queued(entry_ids)
                raise

    def sweep(self) -> int:
        """See to what is overdue: publish the frames that may never have gone out, then settle.

        Returns how many entries it found. A frame that went out twice is dropped by its number.
        """
        if not bus.default_bus().is_up:
            return 0  # what is owed cannot be sent, nor queued: the broker is the same Redis
        with in_public():
            overdue = items.overdue()
        by_tenant: dict[str, list[UUID]] = defaultdict(list)
        for item in overdue:
            if not item.was_queued:
                by_tenant[item.tenant].append(item.entry_id)
        waiting = {
            tenant for tenant, entry_ids in by_tenant.items() if not _went_out(tenant, entry_ids)
        }
        self.settle(item for item in overdue if item.was_queued or item.tenant not in waiting)
        return len(overdue)

    def _wait(self) -> list[bus.Wake]:
        try:
            return bus.default_bus().next_wakes(timeout_s=WAIT_S)
        except redis.RedisError:
            # The sweep works without it.
            self.stop.wait(REST_S)
            return []


def _went_out(tenant: str, entry_ids: list[UUID]) -> bool:
    """Publish a tenant's entries again; what Redis did not take stays owed.

    Entries that cannot be rendered (of a tenant that is being deleted, or of a type that only a
    newer release knows) must not stop the others': they are left to their handlers, if any.
    """
    try:
        return publish_again(tenant, entry_ids)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(entry_ids) > 1:
            return all([_went_out(tenant, [entry_id]) for entry_id in entry_ids])
        logger.exception("entry %s of %s cannot be sent", entry_ids[0], tenant)
        return True


def publish_again(tenant: str, entry_ids: list[UUID]) -> bool:
    """Send the frames of entries once more, with their rows as they are now.

    Returns whether Redis took them.
    """
    with in_tenant(tenant):
        rows = Entry.objects.filter(id__in=entry_ids).order_by("stream_id", "seq")
        entries = [row for row in rows if type_named(row.type, row.stream_kind).is_told]
        topics = [
            topic_of(tenant, StreamKind(entry.stream_kind), entry.stream_id) for entry in entries
        ]
        return bus.publish(list(zip(topics, frames_of(entries), strict=True)))
