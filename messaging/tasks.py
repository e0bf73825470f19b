"""What messaging does by the clock, in each tenant."""

from celery import shared_task

from messaging.saved.services import remind


@shared_task(name="messaging.keep_time")
def keep_time() -> None:
    """Give the reminders that are due. What is left when this stops is done the next time."""
    remind()
