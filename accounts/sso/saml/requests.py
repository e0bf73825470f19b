"""Writes what we send to a SAML provider: requests to sign in and out, and logout responses."""

import base64
import secrets
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from lxml import etree

from accounts.sso.saml.document import DS, MORE, SAML, SAMLP
from accounts.sso.saml.metadata import POST
from accounts.sso.saml.signatures import sign, sign_query

_MAP = {"samlp": SAMLP, "saml": SAML}


@dataclass(frozen=True, slots=True)
class OwnKey:
    """The pair that we sign with."""

    private: str
    certificate: str


@dataclass(frozen=True, slots=True)
class Sending:
    """A message on its way by the browser: to this address, as a link or as a form."""

    url: str
    form: dict[str, str] | None = None


def new_message_id() -> str:
    """An identifier that nobody can guess."""
    return "_" + secrets.token_hex(20)


def authn_request(
    *, id_: str, issuer: str, acs: str, destination: str, again: bool = False
) -> etree._Element:
    """Ask a provider to sign somebody in; `again` even where it knows them already."""
    root = _message("AuthnRequest", id_, issuer, destination)
    root.set("ProtocolBinding", POST)
    root.set("AssertionConsumerServiceURL", acs)
    if again:
        root.set("ForceAuthn", "true")
    policy = etree.SubElement(root, f"{{{SAMLP}}}NameIDPolicy")
    policy.set("AllowCreate", "true")
    return root


def logout_request(
    *, id_: str, issuer: str, destination: str, name_id: str, name_format: str, session_index: str
) -> etree._Element:
    """Ask a provider to end a session."""
    root = _message("LogoutRequest", id_, issuer, destination)
    name = etree.SubElement(root, f"{{{SAML}}}NameID")
    name.text = name_id
    if name_format:
        name.set("Format", name_format)
    if session_index:
        etree.SubElement(root, f"{{{SAMLP}}}SessionIndex").text = session_index
    return root


def logout_response(*, issuer: str, destination: str, to: str) -> etree._Element:
    """Tell a provider that the sessions it named have ended here."""
    root = _message("LogoutResponse", new_message_id(), issuer, destination)
    root.set("InResponseTo", to)
    status = etree.SubElement(root, f"{{{SAMLP}}}Status")
    code = etree.SubElement(status, f"{{{SAMLP}}}StatusCode")
    code.set("Value", "urn:oasis:names:tc:SAML:2.0:status:Success")
    return root


def send(
    message: etree._Element,
    *,
    field: str,
    binding: str,
    relay_state: str,
    key: OwnKey | None,
) -> Sending:
    """Put a message on its way; `field` is SAMLRequest or SAMLResponse."""
    url = message.get("Destination", "")
    if binding == "post":
        if key is not None:
            sign(message, key=key.private, certificate=key.certificate, after="saml:Issuer")
        form = {field: base64.b64encode(etree.tostring(message)).decode()}
        return Sending(url, form | ({"RelayState": relay_state} if relay_state else {}))
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = packed.compress(etree.tostring(message)) + packed.flush()
    query = [(field, base64.b64encode(deflated).decode())]
    if relay_state:
        query.append(("RelayState", relay_state))
    if key is not None:
        query.append(("SigAlg", MORE + "rsa-sha256"))
        signature = sign_query(urlencode(query).encode(), key=key.private)
        query.append(("Signature", base64.b64encode(signature).decode()))
    return Sending(f"{url}{'&' if '?' in url else '?'}{urlencode(query)}")


def _message(name: str, id_: str, issuer: str, destination: str) -> etree._Element:
    root = etree.Element(f"{{{SAMLP}}}{name}", nsmap=_MAP)
    root.set("ID", id_)
    root.set("Version", "2.0")
    root.set("IssueInstant", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    root.set("Destination", destination)
    etree.SubElement(root, f"{{{SAML}}}Issuer").text = issuer
    return root


__all__ = ["DS", "OwnKey", "Sending", "authn_request", "logout_request", "logout_response", "send"]
