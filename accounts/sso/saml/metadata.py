"""Reads a SAML provider's metadata, and writes our own to hand over."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from lxml import etree

from accounts.sso.refusal import Refused
from accounts.sso.saml import document
from accounts.sso.saml.document import DS, MD, NS, SAMLP
from accounts.sso.saml.signatures import clean_certificate
from accounts.sso.schemas import SamlTrust

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_BINDINGS = {REDIRECT: "redirect", POST: "post"}
_EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
_PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


def read_metadata(raw: bytes, *, entity_id: str = "") -> tuple[str, SamlTrust]:
    """The name of a provider and what it is known by.

    `entity_id` chooses one where the metadata describes several.

    Errors  Refused, Invalid for a certificate that is none.
    """
    root = document.read_unsigned(raw)
    described = [
        each
        for each in root.iter(f"{{{MD}}}EntityDescriptor")
        if each.find("md:IDPSSODescriptor", NS) is not None
    ]
    if len(described) > 1 and entity_id:
        described = [each for each in described if each.get("entityID") == entity_id]
    if not described:
        raise Refused("no_provider", _("The metadata describes no SAML identity provider."))
    if len(described) > 1:
        names = ", ".join(each.get("entityID", "") for each in described)
        raise Refused(
            "several_providers", _("The metadata describes several providers."), arrived=names
        )
    (entity,) = described
    name = entity.get("entityID", "")
    if not 0 < len(name) <= 1000:
        raise Refused("no_provider", _("The metadata does not name its provider (entityID)."))
    descriptor = entity.find("md:IDPSSODescriptor", NS)
    assert descriptor is not None
    return name, _trust(descriptor)


def _trust(descriptor: etree._Element) -> SamlTrust:
    sign_on = _endpoint(descriptor, "SingleSignOnService")
    if sign_on is None:
        raise Refused(
            "no_sign_on",
            _("The metadata names no sign-on address by HTTP-Redirect or HTTP-POST."),
        )
    log_out = _endpoint(descriptor, "SingleLogoutService")
    certificates = [
        clean_certificate(found.text or "")
        for key in descriptor.findall("md:KeyDescriptor", NS)
        if key.get("use", "signing") == "signing"
        for found in key.iter(f"{{{DS}}}X509Certificate")
    ]
    if not certificates:
        raise Refused("no_certificate", _("The metadata holds no certificate for signing."))
    return SamlTrust(
        sso_url=sign_on[0],
        sso_binding=sign_on[1],  # pyright: ignore[reportArgumentType]
        slo_url=log_out[0] if log_out else "",
        slo_response_url=log_out[2] if log_out else "",
        slo_binding=log_out[1] if log_out else "redirect",  # pyright: ignore[reportArgumentType]
        certificates=list(dict.fromkeys(certificates))[:10],
        wants_signed_requests=descriptor.get("WantAuthnRequestsSigned") in ("true", "1"),
    )


def _endpoint(descriptor: etree._Element, name: str) -> tuple[str, str, str] | None:
    found = {
        each.get("Binding"): (each.get("Location", ""), each.get("ResponseLocation", ""))
        for each in descriptor.findall(f"md:{name}", NS)
    }
    for binding in (REDIRECT, POST):
        if binding in found:
            location, response = found[binding]
            return location, _BINDINGS[binding], response
    return None


def own_metadata(*, entity_id: str, acs: str, sls: str, certificates: Sequence[str]) -> bytes:
    """What a provider reads of us: our name, our addresses and our present certificates."""
    root = etree.Element(f"{{{MD}}}EntityDescriptor", nsmap={"md": MD, "ds": DS})
    root.set("entityID", entity_id)
    role = etree.SubElement(root, f"{{{MD}}}SPSSODescriptor")
    role.set("AuthnRequestsSigned", "true")
    role.set("WantAssertionsSigned", "true")
    role.set("protocolSupportEnumeration", SAMLP)
    for use in ("signing", "encryption"):
        for certificate in certificates:
            _describe_key(role, use, certificate)
    for binding in (REDIRECT, POST):
        log_out = etree.SubElement(role, f"{{{MD}}}SingleLogoutService")
        log_out.set("Binding", binding)
        log_out.set("Location", sls)
    for form in (_PERSISTENT, _EMAIL):
        etree.SubElement(role, f"{{{MD}}}NameIDFormat").text = form
    consumer = etree.SubElement(role, f"{{{MD}}}AssertionConsumerService")
    consumer.set("Binding", POST)
    consumer.set("Location", acs)
    consumer.set("index", "0")
    consumer.set("isDefault", "true")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _describe_key(role: etree._Element, use: str, certificate: str) -> None:
    key = etree.SubElement(role, f"{{{MD}}}KeyDescriptor", use=use)
    info = etree.SubElement(key, f"{{{DS}}}KeyInfo")
    data = etree.SubElement(info, f"{{{DS}}}X509Data")
    bare = "".join(certificate.strip().splitlines()[1:-1])
    etree.SubElement(data, f"{{{DS}}}X509Certificate").text = bare
    if use == "encryption":
        for cipher in ("http://www.w3.org/2009/xmlenc11#aes256-gcm",):
            etree.SubElement(key, f"{{{MD}}}EncryptionMethod", Algorithm=cipher)
