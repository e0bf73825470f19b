"""A small SAML identity provider that can also do everything wrong, with real keys and signatures.

`Idp().answer(...)` makes a good response; `change` gets its tree before
it is signed, `spoil` after.
"""

import base64
import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import xmlsec
from lxml import etree

from accounts.sso.keys import LASTS, make_pair

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
DS = "http://www.w3.org/2000/09/xmldsig#"
NS = {"saml": SAML, "samlp": SAMLP, "ds": DS}
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"

type Tree = etree._Element
type Change = Callable[[Tree], Any]


@cache
def pair(name: str) -> tuple[str, str]:
    """A key and a certificate that are the same for a whole run: making them takes a while.

    That of the name `ended` has expired, that of `begins` is not good yet.
    """
    off = {"ended": -LASTS - timedelta(days=1), "begins": timedelta(days=2)}
    key, certificate, _ = make_pair(name, now=datetime.now(UTC) + off.get(name, timedelta()))
    return key, certificate


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Idp:
    """One identity provider; `audience` and `acs_url` are those of the service it speaks to."""

    audience: str = ""
    acs_url: str = ""
    entity_id: str = "https://idp.example/metadata"
    sso_url: str = "https://idp.example/sso"
    slo_url: str = "https://idp.example/slo"
    key_name: str = "idp"
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def key(self) -> str:
        return pair(self.key_name)[0]

    @property
    def certificate(self) -> str:
        return pair(self.key_name)[1]

    def metadata(self) -> str:
        bare = "".join(self.certificate.strip().splitlines()[1:-1])
        redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
        return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"
 entityID="{self.entity_id}"><md:IDPSSODescriptor
 protocolSupportEnumeration="{SAMLP}"><md:KeyDescriptor use="signing"><ds:KeyInfo
 xmlns:ds="{DS}"><ds:X509Data><ds:X509Certificate>{bare}</ds:X509Certificate></ds:X509Data>
</ds:KeyInfo></md:KeyDescriptor>
<md:SingleLogoutService Binding="{redirect}" Location="{self.slo_url}"/>
<md:SingleSignOnService Binding="{redirect}" Location="{self.sso_url}"/>
</md:IDPSSODescriptor></md:EntityDescriptor>"""

    def tree(
        self,
        *,
        to: str | None = None,
        name_id: str = "kim-1",
        claims: dict[str, list[str]] | None = None,
        name_format: str = PERSISTENT,
    ) -> Tree:
        """A good response, not signed yet."""
        soon = instant(self.now + timedelta(minutes=5))
        just = instant(self.now - timedelta(seconds=30))
        answers = f' InResponseTo="{to}"' if to else ""
        attributes = "".join(
            f'<saml:Attribute Name="{name}">'
            + "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
            + "</saml:Attribute>"
            for name, values in (claims or {"email": ["kim@corp.example"]}).items()
        )
        return etree.fromstring(
            f"""<samlp:Response xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="r{uuid4().hex}"
 Version="2.0" IssueInstant="{just}" Destination="{self.acs_url}"{answers}>
<saml:Issuer>{self.entity_id}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
<saml:Assertion ID="a{uuid4().hex}" Version="2.0" IssueInstant="{just}">
<saml:Issuer>{self.entity_id}</saml:Issuer>
<saml:Subject><saml:NameID Format="{name_format}">{name_id}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData NotOnOrAfter="{soon}" Recipient="{self.acs_url}"{answers}/>
</saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{just}" NotOnOrAfter="{soon}"><saml:AudienceRestriction>
<saml:Audience>{self.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="{just}" SessionIndex="s1"><saml:AuthnContext>
<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>
</saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement>{attributes}</saml:AttributeStatement>
</saml:Assertion></samlp:Response>""".encode()
        )

    def answer(
        self,
        *,
        change: Change | None = None,
        spoil: Change | None = None,
        sign_response: bool = False,
        sign_assertion: bool = True,
        encrypt_for: str = "",
        **about: Any,
    ) -> bytes:
        """A response as it goes over the wire, before base64."""
        root = self.tree(**about)
        if change:
            change(root)
        assertion = root.find("saml:Assertion", NS)
        if sign_assertion and assertion is not None:
            self.sign(assertion)
        if encrypt_for and assertion is not None:
            encrypt(root, assertion, encrypt_for)
        if sign_response:
            self.sign(root)
        if spoil:
            # Read anew: lxml does not find by name what xmlsec has put into a tree.
            root = etree.fromstring(etree.tostring(root))
            spoil(root)
        return etree.tostring(root)

    def sign(
        self,
        element: Tree,
        *,
        method: Any = xmlsec.constants.TransformRsaSha256,
        digest: Any = xmlsec.constants.TransformSha256,
        canonical: Any = xmlsec.constants.TransformExclC14N,
        transforms: tuple[Any, ...] = (
            xmlsec.constants.TransformEnveloped,
            xmlsec.constants.TransformExclC14N,
        ),
        key: str = "",
        uri: str | None = None,
    ) -> Tree:
        """Put an enveloped signature into an element, after its issuer."""
        signature = xmlsec.template.create(element, canonical, method, ns="ds")
        issuer = element.find("saml:Issuer", NS)
        assert issuer is not None
        issuer.addnext(signature)
        reference = xmlsec.template.add_reference(
            signature, digest, uri=f"#{element.get('ID')}" if uri is None else uri
        )
        for transform in transforms:
            xmlsec.template.add_transform(reference, transform)
        info = xmlsec.template.ensure_key_info(signature)
        xmlsec.template.add_x509_data(info)
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory((key or self.key).encode(), xmlsec.KeyFormat.PEM, None)
        context.key.load_cert_from_memory(self.certificate.encode(), xmlsec.KeyFormat.CERT_PEM)
        context.register_id(element, "ID", None)
        context.sign(signature)
        return signature


def encrypt(
    root: Tree,
    assertion: Tree,
    certificate: str,
    *,
    cipher: Any = xmlsec.constants.TransformAes256Cbc,
    transport: Any = xmlsec.constants.TransformRsaOaep,
) -> Tree:
    """Replace the assertion by its encrypted form."""
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(certificate.encode(), xmlsec.KeyFormat.CERT_PEM, None))
    data = xmlsec.template.encrypted_data_create(
        root, cipher, type=xmlsec.constants.TypeEncElement, ns="xenc"
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    key = xmlsec.template.add_encrypted_key(info, transport)
    xmlsec.template.encrypted_data_ensure_cipher_value(key)
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(
        xmlsec.constants.KeyDataAes, 256, xmlsec.constants.KeyDataTypeSession
    )
    # Out of the tree first, with its namespaces: it is read alone again once it is decrypted.
    alone = etree.fromstring(etree.tostring(assertion, with_tail=False))
    holder = etree.SubElement(root, f"{{{SAML}}}EncryptedAssertion")
    holder.append(alone)
    encrypted = context.encrypt_xml(data, alone)
    root.remove(assertion)
    if encrypted.getparent() is not holder:
        holder.append(encrypted)
    return holder


def wire(raw: bytes) -> str:
    """As a form field."""
    return base64.b64encode(raw).decode()


def twin(element: Tree) -> Tree:
    return copy.deepcopy(element)
