"""Where an app may have people sent back to: exactly there, and nowhere that looks like it.

Addresses are compared character by character (RFC 9700, 2.1). The one exception is the port of a
loopback address: programs on a device take whichever is free (RFC 8252, 7.3).
"""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid

LONGEST = 500
_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")
_HTTPS = re.compile(
    r"https://(?P<host>[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])"
    r"(:(?P<port>[1-9][0-9]{0,4}))?(?P<rest>[/?].*)?"
)
_LOOPBACK = re.compile(
    r"http://(?P<host>127\.0\.0\.1|\[::1\])(:(?P<port>[0-9]{1,5}))?(?P<rest>[/?].*)?"
)
_OURS = frozenset({"code", "state", "iss", "error", "error_description", "error_uri"})


def clean_redirect_uri(uri: str) -> str:
    """Accept an address to send people back to; it is kept as it was written.

    Errors  Invalid names `redirect_uris` and what would be accepted.
    """
    uri = uri.strip()
    if len(uri) > LONGEST or not _CHARACTERS.fullmatch(uri) or "*" in uri:
        raise _wrong(_("Write each address out in full, without #, * or spaces."))
    found = _HTTPS.fullmatch(uri) or _LOOPBACK.fullmatch(uri)
    if found is None:
        raise _wrong(
            _(
                "Give https:// addresses in small letters, such as https://app.example/callback, or"
                " http://127.0.0.1/callback for programs on people's own devices."
            )
        )
    port = found["port"]
    if port is not None and not 0 < int(port) <= 65535:
        raise _wrong(_("There is no such port."))
    path, _mark, query = (found["rest"] or "").partition("?")
    if any(
        part in {".", "..", "%2e", "%2e%2e", ".%2e", "%2e."} for part in path.lower().split("/")
    ):
        raise _wrong(_("Write each address out in full, without #, * or spaces."))
    if _OURS & {name for name, _value in parse_qsl(query, keep_blank_values=True)}:
        raise _wrong(_("An address may not set code, state, iss or error itself."))
    return uri


def matches(asked: str, registered: list[str]) -> bool:
    """Say whether an address is one of these; only a loopback address's port may differ."""
    if asked in registered:
        return True
    portless = _without_port(asked)
    return portless is not None and any(portless == _without_port(each) for each in registered)


def is_loopback(uri: str) -> bool:
    """Say whether it leads to a program on the person's own device."""
    return _LOOPBACK.fullmatch(uri) is not None


def host_of(uri: str) -> str:
    """The host, for people to read."""
    return urlsplit(uri).netloc


def with_parameters(uri: str, parameters: dict[str, str]) -> str:
    """The address with an answer in its query."""
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(parameters)}"


def _without_port(uri: str) -> str | None:
    """A loopback address without its port; None for any other, and for a port that is none."""
    if len(uri) > LONGEST + 6 or not _CHARACTERS.fullmatch(uri):
        return None
    found = _LOOPBACK.fullmatch(uri)
    if found is None or (found["port"] is not None and not 0 < int(found["port"]) <= 65535):
        return None
    return f"http://{found['host']}{found['rest'] or ''}"


def _wrong(words: object) -> Invalid:
    return Invalid.field("redirect_uris", words)  # type: ignore[arg-type]
