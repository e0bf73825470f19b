"""Checks signatures with xmlsec, and hands on only what they cover.

What was signed is made once more from the bytes that the digest is about, and read from nothing
else: what a forger wrapped around it, or hid from the canonical form, is simply not there.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.utils.translation import gettext_lazy as _
from lxml import etree

from accounts.sso.refusal import Refused
from accounts.sso.saml.document import (
    DIGESTS,
    DS,
    EXCLUSIVE,
    MORE,
    NS,
    SAML,
    XENC,
    read,
    read_within,
    reread,
)
from core.errors import Invalid

LEAST_RSA_BITS = 2048


def signed_part(element: etree._Element, certificates: Sequence[str]) -> etree._Element:
    """Verify the signature of an element, and return what it covers, read afresh.

    The element must have passed `document.read`.

    Errors  Refused where there is none, or it was made by none of these certificates' keys.
    """
    signature = element.find("ds:Signature", NS)
    if signature is None:
        raise Refused("unsigned", _("The assertion is not signed. Set the provider to sign it."))
    if not any(_is_good(element, signature, certificate) for certificate in certificates):
        raise Refused(
            "signature",
            _(
                "The signature was made by none of the certificates on file, or the answer was"
                " changed on its way. If the provider has a new certificate, add it here."
            ),
        )
    covered = _covered(element, signature)
    method = signature.find("ds:SignedInfo/ds:Reference/ds:DigestMethod", NS)
    value = signature.findtext("ds:SignedInfo/ds:Reference/ds:DigestValue", "", NS)
    assert method is not None
    digest = hashlib.new(DIGESTS[method.get("Algorithm", "")], covered).digest()
    if base64.b64encode(digest).decode() != "".join(value.split()):
        raise Refused("signature", _("The signature covers something else than what is here."))
    # A signed response holds its assertion with the signature of that one.
    is_assertion = etree.QName(element).localname == "Assertion"
    return read(covered, may_sign=() if is_assertion else ("Assertion",))


def in_force(certificates: Sequence[str], *, now: datetime, skew: timedelta) -> list[str]:
    """Those of a provider's certificates that are good at this moment.

    Errors  Refused where none is.
    """
    good, ends = [], []
    for pem in certificates:
        found = x509.load_pem_x509_certificate(pem.encode())
        if found.not_valid_before_utc - now <= skew and now - found.not_valid_after_utc < skew:
            good.append(pem)
        ends.append(found.not_valid_after_utc)
    if not good:
        raise Refused(
            "certificate_expired",
            _(
                "The certificates on file have expired, or are not good yet. Read the provider's"
                " metadata again, or paste its new certificate."
            ),
            ended=", ".join(f"{end:%Y-%m-%d}" for end in ends),
        )
    return good


def _is_good(element: etree._Element, signature: etree._Element, certificate: str) -> bool:
    context = xmlsec.SignatureContext()
    try:
        context.key = xmlsec.Key.from_memory(certificate.encode(), xmlsec.KeyFormat.CERT_PEM, None)
        # Only this one: an identifier that another element shadows must not be found instead.
        context.register_id(element, "ID", None)
        context.set_enabled_key_data([])
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True


def _covered(element: etree._Element, signature: etree._Element) -> bytes:
    """The bytes that the digest is about: the element without its signature, canonicalised."""
    prefixes = signature.find(
        f"ds:SignedInfo/ds:Reference/ds:Transforms/ds:Transform[@Algorithm='{EXCLUSIVE}']"
        "/ec:InclusiveNamespaces",
        NS,
    )
    inclusive = prefixes.get("PrefixList", "").split() if prefixes is not None else None
    # A copy keeps the namespaces in scope, and losing the signature does not harm the original.
    copy = etree.fromstring(etree.tostring(element, with_tail=False))
    inside = copy.find("ds:Signature", NS)
    assert inside is not None
    _take_out(inside)
    return etree.tostring(
        copy,
        method="c14n",
        exclusive=True,
        with_comments=False,
        inclusive_ns_prefixes=inclusive or None,
    )


def _take_out(element: etree._Element) -> None:
    """Remove an element, and leave the text that follows it where it is."""
    parent = element.getparent()
    assert parent is not None
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def decrypted(encrypted: etree._Element, keys: Sequence[str]) -> etree._Element:
    """The assertion within an EncryptedAssertion, read as strictly as one that came in clear.

    Errors  Refused, in the same words whatever went wrong: they must not help to guess the key.
    """
    for key in keys:
        copy = etree.fromstring(etree.tostring(encrypted, with_tail=False))
        data = copy.find("xenc:EncryptedData", NS)
        if data is None:
            break
        found = _decrypt(copy, data, key)
        if found is not None and found.tag == f"{{{SAML}}}Assertion":
            return reread(found)
    raise undecryptable()


def undecryptable() -> Refused:
    """What is said of a sealed assertion, whatever was wrong before it was known to be genuine."""
    return Refused(
        "encryption",
        _(
            "The assertion cannot be decrypted with the keys here, or what it holds was not signed"
            " by the provider. Give the provider our present certificate, and let it sign the"
            " assertion."
        ),
    )


def _decrypt(copy: etree._Element, data: etree._Element, key: str) -> etree._Element | None:
    manager = xmlsec.KeysManager()
    try:
        manager.add_key(xmlsec.Key.from_memory(key.encode(), xmlsec.KeyFormat.PEM, None))
        _gather_key(copy, data)
        # Without its type it is handed over as bytes: xmlsec would parse it with a library of its
        # own, which prints what it cannot read, a piece of somebody's assertion, to the log.
        data.attrib.pop("Type", None)
        found = xmlsec.EncryptionContext(manager).decrypt(data)
        return read_within(found, copy) if isinstance(found, bytes) else None
    except (xmlsec.Error, etree.LxmlError, ValueError, Refused):
        return None


def _gather_key(copy: etree._Element, data: etree._Element) -> None:
    """Some providers put the encrypted key beside the data; xmlsec looks for it inside."""
    beside = copy.findall("xenc:EncryptedKey", NS)
    if not beside:
        return
    info = data.find("ds:KeyInfo", NS)
    if info is None:
        info = etree.Element(f"{{{DS}}}KeyInfo")
        data.insert(1, info)
    for child in list(info):
        if child.tag == f"{{{DS}}}RetrievalMethod":
            info.remove(child)
    for key in beside:
        info.append(key)


def sign(element: etree._Element, *, key: str, certificate: str, after: str) -> None:
    """Put our enveloped signature into an element, after its first child of this name."""
    signature = xmlsec.template.create(
        element, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256, ns="ds"
    )
    place = element.find(after, NS)
    assert place is not None
    place.addnext(signature)
    reference = xmlsec.template.add_reference(
        signature, xmlsec.constants.TransformSha256, uri=f"#{element.get('ID')}"
    )
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key.encode(), xmlsec.KeyFormat.PEM, None)
    context.key.load_cert_from_memory(certificate.encode(), xmlsec.KeyFormat.CERT_PEM)
    context.register_id(element, "ID", None)
    context.sign(signature)


def is_signed_query(query: bytes, *, algorithm: str, value: bytes, certificate: str) -> bool:
    """Say whether the signature of a redirect's query was made by this certificate's key."""
    kinds = {
        MORE + "rsa-sha256": xmlsec.constants.TransformRsaSha256,
        MORE + "rsa-sha384": xmlsec.constants.TransformRsaSha384,
        MORE + "rsa-sha512": xmlsec.constants.TransformRsaSha512,
    }
    if algorithm not in kinds:
        raise Refused(
            "weak_signature",
            _("The signature of the request is not RSA with SHA-256 or better."),
            arrived=algorithm,
        )
    context = xmlsec.SignatureContext()
    try:
        context.key = xmlsec.Key.from_memory(certificate.encode(), xmlsec.KeyFormat.CERT_PEM, None)
        context.verify_binary(query, kinds[algorithm], value)
    except xmlsec.Error:
        return False
    return True


def sign_query(query: bytes, *, key: str) -> bytes:
    """Our signature over a redirect's query, RSA with SHA-256."""
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key.encode(), xmlsec.KeyFormat.PEM, None)
    return context.sign_binary(query, xmlsec.constants.TransformRsaSha256)


def clean_certificate(text: str) -> str:
    """A provider's certificate as PEM, from PEM or the bare base64 that metadata holds.

    Errors  Invalid.
    """
    body = "".join(
        line for line in text.strip().splitlines() if "-----" not in line and ":" not in line
    )
    try:
        found = x509.load_der_x509_certificate(base64.b64decode("".join(body.split())))
        key = found.public_key()
    except Exception as wrong:
        raise Invalid.field(
            "certificates", _("Give an X.509 certificate, in PEM or base64.")
        ) from wrong
    if isinstance(key, RSAPublicKey):
        if key.key_size < LEAST_RSA_BITS:
            raise Invalid.field("certificates", _("The certificate's RSA key is below 2048 bits."))
    elif not isinstance(key, EllipticCurvePublicKey):
        raise Invalid.field("certificates", _("The certificate's key must be RSA or ECDSA."))
    encoded = base64.encodebytes(found.public_bytes(_der())).decode()
    compact = "".join(encoded.split())
    lines = "\n".join(compact[at : at + 64] for at in range(0, len(compact), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def _der() -> object:
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.DER


__all__ = ["XENC", "clean_certificate", "decrypted", "sign", "signed_part"]
