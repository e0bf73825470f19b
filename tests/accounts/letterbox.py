"""A real SMTP server on this machine, and what arrived at it."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from django.core.mail.utils import DNS_NAME

from accounts.mail import wait_until_sent


class _Slot:
    """What aiosmtpd calls. It looks at every attribute, so this one has no others."""

    def __init__(self, mails: list[EmailMessage]) -> None:
        self._mails = mails

    async def handle_DATA(self, server, session, envelope) -> str:
        self._mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


class Letterbox:
    """Takes every mail."""

    def __init__(self) -> None:
        self._mails: list[EmailMessage] = []
        self.slot = _Slot(self._mails)

    @property
    def mails(self) -> list[EmailMessage]:
        """Everything that arrived, once nothing is under way any more."""
        wait_until_sent()
        return self._mails

    def text(self) -> str:
        """The text of the last mail."""
        return self.mails[-1].get_content()

    def code(self) -> str:
        """The code in the last mail."""
        (code,) = re.findall(r"^\s*([A-Z0-9]{3,8}(?:-[A-Z0-9]{3,8})?)\s*$", self.text(), re.M)
        return code

    def link(self) -> str:
        """The link in the last mail."""
        return re.findall(r"https?://\S+", self.text())[0]


@contextmanager
def letterbox(settings: pytest.FixtureRequest) -> Iterator[Letterbox]:
    """Run one, and have Django's mail go to it."""
    box = Letterbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = Controller(box.slot, hostname="127.0.0.1", port=port, server_hostname="localhost")
    # Both ends would look their own name up, which takes long where there is no DNS.
    DNS_NAME._fqdn = "localhost"
    server.start()
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
        }
    }
    try:
        yield box
    finally:
        wait_until_sent()
        server.stop()
