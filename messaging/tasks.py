"""What messaging does by the clock, in each tenant."""

from celery import shared_task

from messaging.drafts.services import forget_empty
from messaging.saved.services import remind
from messaging.scheduled.services import send_due


@shared_task(name="messaging.keep_time")
def keep_time() -> None:
    """Send what is due and give the reminders. What is left when this stops is done next time."""
    send_due()
    remind()


@shared_task(name="messaging.tidy")
def tidy() -> None:
    """Forget what has ended and that nobody will ask for again."""
    forget_empty()
