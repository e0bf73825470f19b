"""Reminders and escalations, once a minute in each tenant."""

from celery import shared_task

from messaging.priority.services import act_on_time


@shared_task(name="priority.act_on_time")
def remind_and_escalate() -> None:
    """Remind, escalate and end whatever is due now."""
    act_on_time()
