"""`manage.py relay`: runs the outbox relay until it is told to stop."""

import signal

from django.core.management.base import BaseCommand

from events.relay import Relay


class Command(BaseCommand):
    help = "Hands committed events to their handlers, and sends out again what was left behind."

    def handle(self, *args: object, **options: object) -> None:
        relay = Relay()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: relay.stop.set())
        relay.run()
