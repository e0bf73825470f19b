"""Looks at XML from outside before anything else does, and refuses what only attacks need.

xmlsec runs the transforms that a signature names before it judges the key, and libxml2 expands what
a document type defines. So neither sees a message before this has read it: size, depth, entities,
comments, and for each signature and encrypted part the few algorithms that SAML needs.
"""

import base64
import binascii
import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from lxml import etree

from accounts.sso.refusal import Refused

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = DS + "enveloped-signature"
NS = {"saml": SAML, "samlp": SAMLP, "ds": DS, "xenc": XENC, "md": MD, "ec": EXCLUSIVE}

MOST_BYTES = 256_000
MOST_ELEMENTS = 4_000
MOST_DEPTH = 24
MOST_ATTRIBUTES = 24
LONGEST_PREFIX_LIST = 200

SIGNATURES = frozenset(
    MORE + name
    for name in (
        "rsa-sha256",
        "rsa-sha384",
        "rsa-sha512",
        "ecdsa-sha256",
        "ecdsa-sha384",
        "ecdsa-sha512",
    )
)
DIGESTS = {XENC + "sha256": "sha256", MORE + "sha384": "sha384", XENC + "sha512": "sha512"}
CIPHERS = frozenset(
    [XENC + f"aes{bits}-cbc" for bits in (128, 192, 256)]
    + [XENC11 + f"aes{bits}-gcm" for bits in (128, 192, 256)]
)
KEY_TRANSPORTS = frozenset({XENC + "rsa-oaep-mgf1p", XENC11 + "rsa-oaep"})
_ID_ATTRIBUTES = ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id")
_ID = re.compile(r"[A-Za-z_][\w.\-]{0,255}")
_DECLARED = re.compile(rb"""^\s*<\?xml\s[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DECLARATION = re.compile(rb"^\s*<\?xml\s[^>]{0,200}\?>")


def decode(field: str) -> bytes:
    """The bytes of a base64 form field.

    Errors  Refused.
    """
    compact = "".join(field.split())
    if not compact:
        raise Refused("empty", _("The answer is empty."))
    if len(compact) > MOST_BYTES * 4 // 3 + 4:
        raise Refused("too_large", _("The answer is larger than 256 kB."))
    try:
        return base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise Refused("not_base64", _("The answer is not valid base64.")) from wrong


def read(raw: bytes, *, may_sign: tuple[str, ...] = ("Response", "Assertion")) -> etree._Element:
    """Parse a message once it is known to be harmless, and return its root.

    `may_sign` names the elements that may hold a signature.

    Errors  Refused.
    """
    _check_bytes(raw)
    if b"<!--" in raw:
        raise Refused("comment", _("The answer holds comments."))
    if b"<![" in raw:
        # Who reads a text piece by piece reads another text than what was signed.
        raise Refused("character_data", _("The answer holds CDATA sections."))
    root = _parse(raw)
    _check_tree(root)
    for signature in root.iter(f"{{{DS}}}Signature"):
        check_signature(signature, may_sign)
    for encrypted in root.iter(f"{{{XENC}}}EncryptedData"):
        _check_encrypted(encrypted)
    return root


def read_unsigned(raw: bytes) -> etree._Element:
    """Parse metadata, which an admin brings and whose signatures nobody looks at.

    Comments are usual there, and are dropped.

    Errors  Refused.
    """
    _check_bytes(raw)
    root = _parse(raw, drop_comments=True)
    _check_tree(root)
    return root


def _check_bytes(raw: bytes) -> None:
    if len(raw) > MOST_BYTES:
        raise Refused("too_large", _("The answer is larger than 256 kB."))
    if not raw.strip():
        raise Refused("empty", _("The answer is empty."))
    declared = _DECLARED.match(raw.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        raise Refused("encoding", _("The answer is not in UTF-8."))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise Refused("encoding", _("The answer is not in UTF-8.")) from wrong
    if "\x00" in text:
        raise Refused("not_xml", _("The answer is not XML."))
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise Refused("doctype", _("The answer holds a document type or entities."))
    rest = _DECLARATION.sub(b"", raw.removeprefix(b"\xef\xbb\xbf"), count=1)
    if b"<?" in rest:
        raise Refused("instruction", _("The answer holds processing instructions."))
    if text.count("<") > MOST_ELEMENTS * 2 + 10:
        raise Refused("too_many", _("The answer has more parts than any sign-in needs."))


def _parse(raw: bytes, *, drop_comments: bool = False) -> etree._Element:
    parser = etree.XMLParser(
        remove_comments=drop_comments,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as wrong:
        raise Refused("not_xml", _("The answer is not well-formed XML.")) from wrong
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused("doctype", _("The answer holds a document type or entities."))
    return root


def _check_tree(root: etree._Element) -> None:
    ids: set[str] = set()
    for depth, element in _walk(root):
        if not isinstance(element.tag, str):
            raise Refused("not_elements", _("The answer holds comments, entities or instructions."))
        if depth > MOST_DEPTH:
            raise Refused("too_deep", _("The answer is nested deeper than any sign-in needs."))
        if len(element.attrib) > MOST_ATTRIBUTES or len(element.nsmap) > MOST_ATTRIBUTES:
            raise Refused("too_many", _("The answer has more parts than any sign-in needs."))
        for name in _ID_ATTRIBUTES:
            value = element.get(name)
            if value is None:
                continue
            if not _ID.fullmatch(value):
                raise Refused("id", _("An identifier in the answer is not one."))
            if value in ids:
                raise Refused(
                    "duplicate_id", _("Two parts of the answer have the same identifier.")
                )
            ids.add(value)


def _walk(root: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """All nodes with their depth, at most as many as a sign-in needs."""
    waiting = [(1, root)]
    for _seen in range(MOST_ELEMENTS + 1):
        if not waiting:
            return
        depth, element = waiting.pop()
        yield depth, element
        waiting += [(depth + 1, child) for child in element]
    raise Refused("too_many", _("The answer has more parts than any sign-in needs."))


def check_signature(signature: etree._Element, may_sign: tuple[str, ...]) -> None:
    """Accept the one shape that a SAML signature has: nothing in it costs more than a hash.

    Errors  Refused.
    """
    parent = signature.getparent()
    if parent is None or etree.QName(parent).localname not in may_sign:
        raise Refused("signature_place", _("A signature stands where none belongs."))
    if len(parent.findall(f"{{{DS}}}Signature")) != 1:
        raise Refused("signature_count", _("One part of the answer is signed more than once."))
    allowed = ["SignedInfo", "SignatureValue", "KeyInfo"]
    names = [etree.QName(child) for child in signature]
    local = [name.localname for name in names]
    if any(n.namespace != DS for n in names) or local not in (allowed, allowed[:2]):
        raise Refused("signature_shape", _("A signature holds more than a signature."))
    info = signature[0]
    shape = [etree.QName(child).localname for child in info]
    if shape != ["CanonicalizationMethod", "SignatureMethod", "Reference"]:
        raise Refused("references", _("A signature must cover exactly one part."))
    canonical, method, reference = info
    _check_exclusive(canonical)
    _check_method(method)
    _check_reference(reference, parent)
    if len(local) == 3:
        _check_key_info(signature[2])


def _check_method(method: etree._Element) -> None:
    algorithm = method.get("Algorithm", "")
    if "sha1" in algorithm or "md5" in algorithm.lower():
        raise Refused(
            "weak_signature",
            _("The signature uses SHA-1 or weaker. Set the provider to sign with SHA-256."),
            arrived=algorithm,
        )
    if algorithm not in SIGNATURES or len(method):
        raise Refused(
            "signature_algorithm",
            _("The signature's algorithm is not accepted. Set the provider to RSA with SHA-256."),
            arrived=algorithm,
        )


def _check_reference(reference: etree._Element, parent: etree._Element) -> None:
    if reference.get("URI") != f"#{parent.get('ID')}" or not parent.get("ID"):
        raise Refused("reference", _("A signature covers another part than the one it stands in."))
    if [etree.QName(child).localname for child in reference] != [
        "Transforms",
        "DigestMethod",
        "DigestValue",
    ]:
        raise Refused("reference_shape", _("A signature's reference is not in its usual shape."))
    transforms, digest, value = reference
    names = [each.get("Algorithm") for each in transforms]
    plain = all(each.tag == f"{{{DS}}}Transform" for each in transforms)
    if not plain or names != [ENVELOPED, EXCLUSIVE]:
        raise Refused(
            "transforms",
            _("A signature must use enveloped-signature, then exclusive C14N, and nothing else."),
            arrived=", ".join(map(str, names)),
        )
    for each in transforms:
        if each.get("Algorithm") == EXCLUSIVE:
            _check_exclusive(each)
        elif len(each):
            raise Refused("transforms", _("A transform of a signature holds instructions."))
    if digest.get("Algorithm") not in DIGESTS or len(digest) or len(value):
        raise Refused(
            "weak_digest",
            _("The digest is not SHA-256 or better. Set the provider to sign with SHA-256."),
            arrived=str(digest.get("Algorithm")),
        )


def _check_exclusive(method: etree._Element) -> None:
    """Exclusive C14N without comments, with nothing in it but a short list of prefixes."""
    if method.get("Algorithm") != EXCLUSIVE:
        raise Refused(
            "canonicalisation",
            _("A signature must be canonicalised by exclusive C14N without comments."),
            arrived=str(method.get("Algorithm")),
        )
    for child in method:
        prefixes = child.get("PrefixList", "")
        if (
            child.tag != f"{{{EXCLUSIVE}}}InclusiveNamespaces"
            or len(child)
            or len(method) > 1
            or len(prefixes) > LONGEST_PREFIX_LIST
        ):
            raise Refused("canonicalisation", _("A canonicalisation holds instructions."))


def _check_key_info(info: etree._Element) -> None:
    """Certificates and plain key values, which we do not use; nothing that fetches or unwraps."""
    plain = {"X509Data", "KeyValue", "KeyName"}
    for child in info:
        if etree.QName(child).namespace != DS or etree.QName(child).localname not in plain:
            raise Refused("key_info", _("A signature points elsewhere for its key."))


def _check_encrypted(data: etree._Element) -> None:
    parent = data.getparent()
    if parent is None or etree.QName(parent).localname not in ("EncryptedAssertion", "EncryptedID"):
        raise Refused("encrypted_place", _("Something is encrypted that should not be."))
    for element in data.iter():
        name = etree.QName(element)
        if name.localname in ("CipherReference", "Transforms", "Transform", "RetrievalMethod"):
            # Within the encrypted key's place a reference to a sibling is usual: see below.
            if name.localname == "RetrievalMethod" and element.get("URI", "").startswith("#"):
                continue
            raise Refused("encrypted_reference", _("An encrypted part points elsewhere."))
    method = data.find(f"{{{XENC}}}EncryptionMethod")
    if method is None or method.get("Algorithm") not in CIPHERS:
        raise Refused(
            "cipher",
            _("The encryption is not AES. Set the provider to AES-256-GCM."),
            arrived="" if method is None else str(method.get("Algorithm")),
        )
    keys = list(parent.iter(f"{{{XENC}}}EncryptedKey"))
    for key in keys:
        transport = key.find(f"{{{XENC}}}EncryptionMethod")
        if transport is None or transport.get("Algorithm") not in KEY_TRANSPORTS:
            raise Refused(
                "key_transport",
                _("The key is not encrypted with RSA-OAEP. Set the provider to RSA-OAEP."),
                arrived="" if transport is None else str(transport.get("Algorithm")),
            )
    if not 1 <= len(keys) <= 4:
        raise Refused("key_transport", _("The encrypted part does not come with its key."))


def read_within(plain: bytes, around: etree._Element) -> etree._Element:
    """Read the one element that decryption has made, where prefixes of `around` hold.

    Errors  Refused.
    """
    _check_bytes(plain)
    empty = etree.tostring(etree.Element("within", nsmap=around.nsmap))
    root = _parse(
        empty.removesuffix(b"/>") + b">" + _DECLARATION.sub(b"", plain, count=1) + b"</within>"
    )
    if len(root) != 1:
        raise Refused("not_xml", _("The answer is not XML."))
    root[0].tail = None
    return root[0]


def reread(root: etree._Element, **options: tuple[str, ...]) -> etree._Element:
    """Read again what decryption has made, as strictly as what arrived."""
    return read(etree.tostring(root), **options)
