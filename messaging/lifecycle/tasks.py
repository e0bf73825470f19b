"""What becomes of channels by the clock, in each tenant."""

from celery import shared_task

from messaging.lifecycle.services import see_to_idle_channels


@shared_task(name="lifecycle.see_to_idle_channels")
def see_to_idle() -> None:
    """Warn and archive what nobody writes in."""
    see_to_idle_channels()
