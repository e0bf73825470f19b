"""Asks the DNS for TXT records. A port: what can be asked is `Resolver`, who is asked a setting."""

from typing import Protocol

import dns.exception
import dns.resolver
from django.conf import settings

TIMEOUT_S = 3.0


class NoAnswer(Exception):
    """The DNS could not be asked; what it would have said is not known."""


class Resolver(Protocol):
    """Looks records up."""

    def txt(self, name: str) -> list[str]:
        """The texts at a name; none where there is no such name or record.

        Errors  NoAnswer where nobody answered in time.
        """
        ...


class Dns:
    """The real one: the system's servers, or those of CHANCERY_DNS_SERVERS (`host:port, …`)."""

    def __init__(self, servers: str = "") -> None:
        self._resolver = dns.resolver.Resolver(configure=not servers)
        self._resolver.timeout, self._resolver.lifetime = TIMEOUT_S / 2, TIMEOUT_S
        if servers:
            places = [place.strip().rpartition(":") for place in servers.split(",")]
            self._resolver.nameservers = [host or port for host, _, port in places]
            self._resolver.nameserver_ports = {host: int(port) for host, _, port in places if host}

    def txt(self, name: str) -> list[str]:
        try:
            found = self._resolver.resolve(name, "TXT", raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return []
        except dns.exception.DNSException as wrong:
            raise NoAnswer(str(wrong)) from wrong
        return [b"".join(record.strings).decode("utf-8", "replace") for record in found]


def default_resolver() -> Resolver:
    """Who is asked here."""
    return Dns(settings.CHANCERY_DNS_SERVERS)
