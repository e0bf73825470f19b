"""The Celery application: `celery -A config worker --beat`."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("chancery", task_cls="tenants.tasks:TenantTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["tenants"], related_name="clock")


@worker_ready.connect
def watch_clock(sender: Any, **_others: Any) -> None:
    """A worker with a clock in it must not go on without."""
    # Not before Django is set up.
    from core.timetable import end_with_clock

    end_with_clock(sender.controller)
