"""Names of e-mail domains: one form for each, so that two spellings are never two domains."""

import ipaddress
import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def clean_domain(value: str, *, field: str = "domain") -> str:
    """Accept a domain as people write it, and return it as the DNS knows it.

    Errors  Invalid for what cannot be the domain of an e-mail address.
    """
    name = unicodedata.normalize("NFKC", value).strip().lower().removeprefix("@").rstrip(".")
    try:
        ascii_name = name.encode("idna").decode("ascii")
    except UnicodeError as wrong:
        raise _refused(field) from wrong
    labels = ascii_name.split(".")
    if len(ascii_name) > 253 or len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        raise _refused(field)
    if labels[-1].isdigit() or _is_address(ascii_name):
        raise _refused(field)
    return ascii_name


def domain_of(email: str) -> str | None:
    """The domain of an e-mail address as the DNS knows it; None where it has none."""
    _local, at, domain = email.rpartition("@")
    if not at:
        return None
    try:
        return clean_domain(domain)
    except Invalid:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _refused(field: str) -> Invalid:
    return Invalid.field(field, _("Give a domain such as example.com."))
