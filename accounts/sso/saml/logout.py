"""Reads what a SAML provider sends about signing out: only what it has signed counts."""

import base64
import binascii
import zlib
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote_plus

from django.utils.translation import gettext_lazy as _
from lxml import etree

from accounts.sso.refusal import Refused
from accounts.sso.saml import document
from accounts.sso.saml.answer import (
    LONGEST_NAME_ID,
    OLDEST,
    Expected,
    check_subject,
    instant,
    is_over,
)
from accounts.sso.saml.document import NS, SAMLP
from accounts.sso.saml.signatures import in_force, is_signed_query, signed_part

_FIELDS = {"SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature"}
MOST_INDEXES = 50


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A provider's wish that somebody be signed out."""

    id: str
    name_id: str
    session_indexes: tuple[str, ...]


def read_redirect(query: str, field: str, expected: Expected) -> etree._Element:
    """A message from a redirect's query; its signature is over the query as it was sent.

    Errors  Refused.
    """
    parts = [each.partition("=") for each in query.split("&") if each]
    given: dict[str, str] = {}
    for name, _equals, value in parts:
        if name in given or name not in _FIELDS:
            raise Refused("query", _("The message does not come in its usual form."))
        given[name] = value
    if "SigAlg" not in given or "Signature" not in given:
        raise Refused("unsigned", _("The message is not signed."))
    signed = "&".join(
        f"{name}={given[name]}" for name in (field, "RelayState", "SigAlg") if name in given
    )
    try:
        value = base64.b64decode(unquote_plus(given["Signature"]), validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise Refused("not_base64", _("The signature is not valid base64.")) from wrong
    algorithm = unquote_plus(given["SigAlg"])
    if not any(
        is_signed_query(signed.encode(), algorithm=algorithm, value=value, certificate=each)
        for each in in_force(expected.certificates, now=expected.now, skew=expected.skew)
    ):
        raise Refused("signature", _("The signature was made by none of the certificates on file."))
    return document.read(_inflate(document.decode(unquote_plus(given[field]))), may_sign=())


def read_post(encoded: str, expected: Expected, kind: str) -> etree._Element:
    """A message from a form, with its signature inside.

    Errors  Refused.
    """
    root = document.read(document.decode(encoded), may_sign=(kind,))
    if root.tag != f"{{{SAMLP}}}{kind}":
        raise Refused("not_a_logout", _("This is not a message about signing out."))
    good = in_force(expected.certificates, now=expected.now, skew=expected.skew)
    return signed_part(root, good)


def read_request(root: etree._Element, expected: Expected, *, sls: str) -> LogoutRequest:
    """What a signed logout request asks for.

    Errors  Refused.
    """
    _check_frame(root, "LogoutRequest", expected, sls)
    if is_over(root.get("NotOnOrAfter"), "NotOnOrAfter", expected):
        raise Refused("expired", _("The request has expired."))
    names = root.findall("saml:NameID", NS)
    if len(names) != 1 or len(names[0]):
        raise Refused("name_id", _("The request does not name one person."))
    name_id = names[0].text or ""
    check_subject(name_id)
    indexes = tuple(each.text or "" for each in root.findall("samlp:SessionIndex", NS))
    if len(indexes) > MOST_INDEXES or any(len(each) > LONGEST_NAME_ID for each in indexes):
        raise Refused("session_index", _("The request names too many sessions."))
    return LogoutRequest(root.get("ID", ""), name_id, indexes)


def check_response(root: etree._Element, expected: Expected, *, sls: str) -> str:
    """Accept a signed logout response, and return what it answers.

    Errors  Refused.
    """
    _check_frame(root, "LogoutResponse", expected, sls)
    return root.get("InResponseTo", "")


def _check_frame(root: etree._Element, kind: str, expected: Expected, sls: str) -> None:
    if root.tag != f"{{{SAMLP}}}{kind}" or root.get("Version") != "2.0" or not root.get("ID"):
        raise Refused("not_a_logout", _("This is not a message about signing out."))
    if root.findtext("saml:Issuer", "", NS) != expected.issuer:
        raise Refused("issuer", _("The message comes from another provider than the one on file."))
    if root.get("Destination") != sls:
        raise Refused("destination", _("The message was sent to another address than ours."))
    issued = instant(root.get("IssueInstant"), "IssueInstant")
    if not -expected.skew - OLDEST <= issued - expected.now <= expected.skew:
        raise Refused("issued_long_ago", _("The message is not from this moment."))


def _inflate(raw: bytes) -> bytes:
    """Unpack, and stop where it is more than any message needs."""
    try:
        unpacker = zlib.decompressobj(-15)
        found = unpacker.decompress(raw, document.MOST_BYTES + 1)
    except zlib.error as wrong:
        raise Refused("not_deflated", _("The message is not packed as it should be.")) from wrong
    if len(found) > document.MOST_BYTES:
        raise Refused("too_large", _("The message is larger than 256 kB."))
    return found


KEPT = OLDEST + timedelta(minutes=10)
"""How long a request to sign out is remembered, so that it counts once."""
