"""Keeps what we fetch for people away from everything that is not the public internet.

A name is resolved here, all of its addresses are judged, and the connection is made to one of those
very addresses: a name that answers differently the next time gains nothing.
"""

import ipaddress
import socket
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
_SHARED = ipaddress.ip_network("100.64.0.0/10")
_COMPATIBLE = ipaddress.ip_network("::/96")

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Blocked(Exception):
    """This address is not fetched; the reason is for the log, never for people."""


class Target(NamedTuple):
    """Where to connect: judged, and fixed."""

    scheme: str
    host: str
    port: int
    address: str
    path: str


def target_of(url: str) -> Target:
    """Judge an address and resolve it.

    Errors  Blocked for everything but HTTP and HTTPS on their usual ports at public addresses.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise Blocked("not an address") from wrong
    scheme = parts.scheme.lower()
    if scheme not in PORTS or not parts.hostname:
        raise Blocked("scheme")
    if parts.username is not None or parts.password is not None:
        raise Blocked("credentials in the address")
    host = _ascii(parts.hostname)
    port = port if port is not None else PORTS[scheme]
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if any(ord(char) <= 32 or ord(char) == 127 for char in host + path):
        raise Blocked("control characters")
    addresses = _resolved(host, port)
    is_excepted = f"{host}:{port}" in settings.CHANCERY_PREVIEW_ALLOW
    if not is_excepted:
        if port != PORTS[scheme]:
            raise Blocked("port")
        for address in addresses:
            if not is_public(address):
                # One bad address among good ones is how a name is made to fool a resolver.
                raise Blocked("address")
    return Target(scheme, host, port, str(addresses[0]), path)


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inside(address)
        if inner is not None:
            return is_public(inner)
        if address in _NAT64_LOCAL or address.is_site_local:
            return False
    elif address in _SHARED:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for: mapped, 6to4, Teredo, NAT64, compatible."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode().lower().rstrip(".")
    except UnicodeError as wrong:
        raise Blocked("name") from wrong


def _resolved(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError) as wrong:
        raise Blocked("no such name") from wrong
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    if not addresses:
        raise Blocked("no such name")
    return addresses
