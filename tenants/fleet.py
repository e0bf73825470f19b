"""Migrates many tenants: by several processes, resumable, the failing ones set aside by name."""

import multiprocessing
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial

from django.db import connections

from tenants.context import in_public
from tenants.models import Tenant, TenantState
from tenants.schemas import migrate_tenant

MOST_TROUBLE = 4000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of migrating one tenant."""

    slug: str
    seconds: float
    trouble: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.trouble)


def migrate_tenants(
    slugs: Sequence[str], *, jobs: int, arguments: Sequence[str] = (), fake: bool = False
) -> Iterator[Outcome]:
    """Migrate tenants and yield each as it is done; a failure quarantines that tenant alone."""
    work = partial(_migrate_one, arguments=tuple(arguments), fake=fake)
    for outcome in _run(work, slugs, jobs):
        _note(outcome)
        yield outcome


def _run(work: Callable[[str], Outcome], slugs: Sequence[str], jobs: int) -> Iterator[Outcome]:
    jobs = min(jobs, len(slugs))
    if jobs <= 1:
        yield from map(work, slugs)
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_forget_connections) as pool:
        futures = [pool.submit(work, slug) for slug in slugs]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _forget_connections() -> None:
    """In a forked process: leave the parent's connections alone, they would be shared sockets."""
    for connection in connections.all(initialized_only=True):
        connection.connection = None


def _migrate_one(slug: str, *, arguments: tuple[str, ...], fake: bool) -> Outcome:
    started = time.monotonic()
    trouble = ""
    try:
        migrate_tenant(slug, *arguments, fake=fake)
    except Exception as wrong:
        where = traceback.format_exc(limit=-3)
        trouble = f"{type(wrong).__name__}: {wrong}\n\n{where}"[:MOST_TROUBLE]
        # Whatever the failure left open must not be the next tenant's problem.
        connections.close_all()
    return Outcome(slug, round(time.monotonic() - started, 3), trouble)


def settle(slugs: Iterable[str]) -> list[str]:
    """Take tenants that are current out of quarantine; returns those that were in it."""
    with in_public():
        tenants = list(Tenant.objects.filter(slug__in=slugs, state=TenantState.QUARANTINED))
        for tenant in tenants:
            Tenant.objects.filter(id=tenant.id).update(state=resting_state(tenant), trouble="")
    return [tenant.slug for tenant in tenants]


def _note(outcome: Outcome) -> None:
    if not outcome.failed:
        settle([outcome.slug])
        return
    with in_public():
        Tenant.objects.filter(slug=outcome.slug).update(
            state=TenantState.QUARANTINED, trouble=outcome.trouble
        )


def resting_state(tenant: Tenant) -> TenantState:
    """The state a tenant returns to when its trouble is over."""
    if tenant.delete_after is not None:
        return TenantState.DELETING
    return TenantState.READY if tenant.suspended_at is None else TenantState.SUSPENDED
