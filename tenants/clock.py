"""Work started by the clock: beat queues `tenants.for_each`, which queues one task per tenant."""

from typing import Any, cast

import redis
from celery import current_app, shared_task
from django.conf import settings

from core.workers import leave_mark
from tenants import services
from tenants.context import in_tenant
from tenants.models import Tenant, TenantState
from tenants.signup import forget_old_signups
from tenants.tasks import PublicTask


@shared_task(base=PublicTask, name="tenants.for_each")
def for_each(task_name: str) -> int:
    """Queue a tenant task once for every tenant that is ready; returns for how many."""
    task = cast(Any, current_app.tasks)[task_name]  # pyright: ignore[reportCallIssue, reportArgumentType]
    slugs = list(Tenant.objects.filter(state=TenantState.READY).values_list("slug", flat=True))
    for slug in slugs:
        with in_tenant(slug):
            task.delay()
    return len(slugs)


@shared_task(base=PublicTask, name="tenants.note_workers", ignore_result=True)
def note_workers() -> None:
    """Leave the mark by which `/readyz` knows that jobs are being done."""
    leave_mark(redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1.0))


@shared_task(base=PublicTask, name="tenants.tidy")
def tidy() -> None:
    """Erase tenants whose grace period is over, and forget sign-ups of the past."""
    services.erase_overdue()
    forget_old_signups()
