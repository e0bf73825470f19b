"""Answers that must never sign anybody in, each really signed where it says so.

A case takes the provider and the id of the request it answers, and makes what the browser posts:
the bytes of an answer, the text of the field, or several fields.
"""

import base64
import gzip
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import xmlsec
from lxml import etree

from tests.accounts.sso.idp import (
    DS,
    NS,
    SAML,
    SAMLP,
    Idp,
    Tree,
    encrypt,
    instant,
    pair,
    twin,
    wire,
)

C = xmlsec.constants
type Made = bytes | str | list[str] | dict[str, Any]
type Case = Callable[[Idp, str], Made]

CASES: dict[str, Case] = {}


def case[F: Case](make: F) -> F:
    CASES[make.__name__] = make
    return make


def changed(name: str, change: Callable[[Idp, Tree], Any], **options: Any) -> None:
    """An answer that is signed properly, after this was changed in it."""

    def make(idp: Idp, to: str) -> bytes:
        return idp.answer(to=to, change=lambda root: change(idp, root), **options)

    CASES[name] = make


def spoilt(name: str, spoil: Callable[[Idp, Tree], Any], **options: Any) -> None:
    """A properly signed answer that somebody has changed on its way."""

    def make(idp: Idp, to: str) -> bytes:
        return idp.answer(to=to, spoil=lambda root: spoil(idp, root), **options)

    CASES[name] = make


def rewritten(name: str, write: Callable[[Idp, bytes], Made], **options: Any) -> None:
    """The text of a good answer, written otherwise."""

    def make(idp: Idp, to: str) -> Made:
        return write(idp, idp.answer(to=to, **options))

    CASES[name] = make


def at(root: Tree, path: str) -> Tree:
    found = root.find(path, NS)
    assert found is not None, path
    return found


def assertion(root: Tree) -> Tree:
    return at(root, "saml:Assertion")


def drop(element: Tree) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def victim(tree: Tree) -> Tree:
    """The same assertion about somebody else, with an id of its own and no signature."""
    evil = twin(assertion(tree))
    for signature in evil.findall("ds:Signature", NS):
        evil.remove(signature)
    evil.set("ID", "evil")
    at(evil, "saml:Subject/saml:NameID").text = "ana"
    for value in evil.iter(f"{{{SAML}}}AttributeValue"):
        value.text = "ana@acme.example"
    return evil


# Nobody, or somebody else, has signed ------------------------------------------------------------
CASES["nothing_is_signed"] = lambda idp, to: idp.answer(to=to, sign_assertion=False)
CASES["only_the_response_is_signed"] = lambda idp, to: idp.answer(
    to=to, sign_assertion=False, sign_response=True
)
CASES["another_key_signed"] = lambda idp, to: Idp(
    idp.audience, idp.acs_url, key_name="stranger"
).answer(to=to)
spoilt("a_name_was_changed", lambda i, r: setattr(at(r, ".//saml:NameID"), "text", "ana"))
spoilt(
    "an_attribute_was_changed",
    lambda i, r: setattr(at(r, ".//saml:AttributeValue"), "text", "ana@acme.example"),
)
spoilt("the_signature_is_gone", lambda i, r: drop(at(r, "saml:Assertion/ds:Signature")))
spoilt("the_signature_is_empty", lambda i, r: setattr(at(r, ".//ds:SignatureValue"), "text", ""))
spoilt(
    "the_digest_is_changed",
    lambda i, r: setattr(at(r, ".//ds:DigestValue"), "text", base64.b64encode(b"x" * 32).decode()),
)
spoilt(
    "the_response_was_changed_after_it_was_signed",
    lambda i, r: r.set("InResponseTo", "_other"),
    sign_response=True,
)


@case
def a_key_is_brought_along(idp: Idp, to: str) -> bytes:
    """Signed by a key that the signature itself offers."""
    stranger = pair("stranger")

    def spoil(root: Tree) -> None:
        element = assertion(root)
        drop(at(element, "ds:Signature"))
        signature = idp.sign(element, key=stranger[0])
        bare = "".join(stranger[1].strip().splitlines()[1:-1])
        at(signature, ".//ds:X509Certificate").text = bare

    return idp.answer(to=to, spoil=spoil)


# Wrapping ----------------------------------------------------------------------------------------
def wrap(place: Callable[[Tree, Tree, Tree], None]) -> Callable[[Idp, Tree], None]:
    """Put a forged assertion somewhere, and the signed one somewhere else."""

    def spoil(idp: Idp, root: Tree) -> None:
        place(root, victim(root), assertion(root))

    return spoil


def holding(evil: Tree, good: Tree) -> Tree:
    """The forged one with a copy of the good signature, and the signed one hidden within it."""
    signature = twin(at(good, "ds:Signature"))
    at(evil, "saml:Issuer").addnext(signature)
    return signature


def xsw_before(root: Tree, evil: Tree, good: Tree) -> None:
    good.addprevious(evil)


def xsw_after(root: Tree, evil: Tree, good: Tree) -> None:
    good.addnext(evil)


def xsw_in_object(root: Tree, evil: Tree, good: Tree) -> None:
    root.replace(good, evil)
    held = etree.SubElement(holding(evil, good), f"{{{DS}}}Object")
    held.append(good)


def xsw_in_extensions(root: Tree, evil: Tree, good: Tree) -> None:
    root.replace(good, evil)
    extensions = etree.Element(f"{{{SAMLP}}}Extensions")
    at(root, "saml:Issuer").addnext(extensions)
    extensions.append(good)


def xsw_in_advice(root: Tree, evil: Tree, good: Tree) -> None:
    root.replace(good, evil)
    advice = etree.SubElement(evil, f"{{{SAML}}}Advice")
    advice.append(good)


def xsw_within(root: Tree, evil: Tree, good: Tree) -> None:
    root.replace(good, evil)
    evil.append(good)


def xsw_same_id(root: Tree, evil: Tree, good: Tree) -> None:
    evil.set("ID", good.get("ID") or "")
    good.addprevious(evil)


def xsw_same_id_within(root: Tree, evil: Tree, good: Tree) -> None:
    evil.set("ID", good.get("ID") or "")
    root.replace(good, evil)
    etree.SubElement(holding(evil, good), f"{{{DS}}}Object").append(good)


def xsw_in_status(root: Tree, evil: Tree, good: Tree) -> None:
    root.replace(good, evil)
    holding(evil, good)
    detail = etree.SubElement(at(root, "samlp:Status"), f"{{{SAMLP}}}StatusDetail")
    detail.append(good)


def xsw_in_a_value(root: Tree, evil: Tree, good: Tree) -> None:
    root.replace(good, evil)
    at(evil, ".//saml:AttributeValue").append(good)


def xsw_second_response(root: Tree, evil: Tree, good: Tree) -> None:
    inner = twin(root)
    root.replace(good, evil)
    extensions = etree.Element(f"{{{SAMLP}}}Extensions")
    at(root, "saml:Issuer").addnext(extensions)
    extensions.append(inner)


def xsw_own_namespace(root: Tree, evil: Tree, good: Tree) -> None:
    evil.tag = "{urn:evil}Assertion"
    good.addprevious(evil)


for place in (
    xsw_before,
    xsw_after,
    xsw_in_object,
    xsw_in_extensions,
    xsw_in_advice,
    xsw_within,
    xsw_same_id,
    xsw_same_id_within,
    xsw_in_status,
    xsw_in_a_value,
    xsw_second_response,
    xsw_own_namespace,
):
    spoilt(place.__name__, wrap(place))
    spoilt(f"{place.__name__}_in_a_signed_response", wrap(place), sign_response=True)


@case
def a_wrapped_and_encrypted_one(idp: Idp, to: str) -> bytes:
    def spoil(root: Tree) -> None:
        good = assertion(root)
        evil = victim(root)
        root.replace(good, evil)
        evil.append(good)
        encrypt(root, evil, idp.__dict__["sp_certificate"])

    return idp.answer(to=to, spoil=spoil)


# What a signature may not make us do -------------------------------------------------------------
def badly_signed(name: str, **how: Any) -> None:
    def make(idp: Idp, to: str) -> bytes:
        def spoil(root: Tree) -> None:
            idp.sign(assertion(root), **how)

        return idp.answer(to=to, sign_assertion=False, spoil=spoil)

    CASES[name] = make


badly_signed("sha1_signs", method=C.TransformRsaSha1)
badly_signed("sha1_digests", digest=C.TransformSha1)
badly_signed("inclusive_canonical_form", canonical=C.TransformInclC14N)
badly_signed("canonical_form_with_comments", canonical=C.TransformExclC14NWithComments)
badly_signed("inclusive_transform", transforms=(C.TransformEnveloped, C.TransformInclC14N))
badly_signed("one_transform_too_few", transforms=(C.TransformExclC14N,))
badly_signed(
    "one_transform_too_many",
    transforms=(C.TransformEnveloped, C.TransformExclC14N, C.TransformExclC14N),
)


def in_signature(name: str, path: str, change: Callable[[Tree], Any]) -> None:
    spoilt(name, lambda i, r: change(at(r, f"saml:Assertion/ds:Signature{path}")))


XSLT = """<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">
<xsl:template match="/"><xsl:for-each select="//*"><xsl:for-each select="//*"><xsl:for-each
 select="//*"><xsl:for-each select="//*"><xsl:for-each select="//*"><x/></xsl:for-each>
</xsl:for-each></xsl:for-each></xsl:for-each></xsl:for-each></xsl:template></xsl:stylesheet>"""


def transform(algorithm: str, content: str = "", count: int = 1) -> Callable[[Tree], None]:
    def change(transforms: Tree) -> None:
        for _ in range(count):
            added = etree.SubElement(transforms, f"{{{DS}}}Transform", Algorithm=algorithm)
            if content:
                added.append(etree.fromstring(content))

    return change


TRANSFORMS = "/ds:SignedInfo/ds:Reference/ds:Transforms"
in_signature("xslt", TRANSFORMS, transform("http://www.w3.org/TR/1999/REC-xslt-19991116", XSLT))
in_signature(
    "xpath",
    TRANSFORMS,
    transform(
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        f'<XPath xmlns="{DS}">count(//*[count(//*) > count(//*)]) = 0</XPath>',
    ),
)
in_signature(
    "xpath_filter",
    TRANSFORMS,
    transform(
        "http://www.w3.org/2002/06/xmldsig-filter2",
        '<XPath xmlns="http://www.w3.org/2002/06/xmldsig-filter2" Filter="subtract">//*</XPath>',
    ),
)
in_signature("base64_transform", TRANSFORMS, transform(DS + "base64"))
in_signature(
    "a_thousand_transforms",
    TRANSFORMS,
    transform("http://www.w3.org/2001/10/xml-exc-c14n#", count=1000),
)


@case
def xslt_by_an_unknown_key(idp: Idp, to: str) -> bytes:
    """It would run before the key is judged."""
    stranger = Idp(idp.audience, idp.acs_url, key_name="stranger")

    def spoil(root: Tree) -> None:
        transforms = at(root, f"saml:Assertion/ds:Signature{TRANSFORMS}")
        transforms[1].set("Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116")
        transforms[1].append(etree.fromstring(XSLT))

    return stranger.answer(to=to, spoil=spoil)


def again(path: str) -> Callable[[Tree], None]:
    def change(element: Tree) -> None:
        element.addnext(twin(element))

    return change


in_signature("two_references", "/ds:SignedInfo/ds:Reference", again(""))
in_signature("two_signatures", "", again(""))
in_signature("an_object_in_the_signature", "", lambda s: etree.SubElement(s, f"{{{DS}}}Object"))
in_signature("a_reference_to_the_whole", "/ds:SignedInfo/ds:Reference", lambda r: r.set("URI", ""))
in_signature(
    "a_reference_elsewhere",
    "/ds:SignedInfo/ds:Reference",
    lambda r: r.set("URI", "file:///etc/passwd"),
)
in_signature(
    "a_reference_by_http",
    "/ds:SignedInfo/ds:Reference",
    lambda r: r.set("URI", "http://127.0.0.1:9/x"),
)
in_signature(
    "a_reference_by_xpointer",
    "/ds:SignedInfo/ds:Reference",
    lambda r: r.set("URI", "#xpointer(/)"),
)
in_signature(
    "a_key_to_be_fetched",
    "/ds:KeyInfo",
    lambda k: etree.SubElement(k, f"{{{DS}}}RetrievalMethod", URI="http://127.0.0.1:9/key"),
)
in_signature(
    "a_shared_secret_signs",
    "/ds:SignedInfo/ds:SignatureMethod",
    lambda m: m.set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
)
in_signature(
    "an_output_length",
    "/ds:SignedInfo/ds:SignatureMethod",
    lambda m: setattr(etree.SubElement(m, f"{{{DS}}}HMACOutputLength"), "text", "0"),
)
in_signature(
    "md5",
    "/ds:SignedInfo/ds:SignatureMethod",
    lambda m: m.set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"),
)

# For somebody else, at another time, in answer to something else ---------------------------------
CONDITIONS = "saml:Assertion/saml:Conditions"
DATA = ".//saml:SubjectConfirmationData"


def restriction(*audiences: str) -> Tree:
    added = etree.Element(f"{{{SAML}}}AudienceRestriction")
    for audience in audiences:
        etree.SubElement(added, f"{{{SAML}}}Audience").text = audience
    return added


changed("another_audience", lambda i, r: setattr(at(r, ".//saml:Audience"), "text", "https://x"))
changed("an_empty_audience", lambda i, r: setattr(at(r, ".//saml:Audience"), "text", ""))
changed(
    "an_audience_with_blanks",
    lambda i, r: setattr(at(r, ".//saml:Audience"), "text", f" {i.audience} "),
)
changed("no_audience", lambda i, r: drop(at(r, ".//saml:AudienceRestriction")))
changed(
    "a_second_restriction_to_others",
    lambda i, r: at(r, CONDITIONS).append(restriction("https://x")),
)
changed("a_second_restriction_to_nobody", lambda i, r: at(r, CONDITIONS).append(restriction("")))
changed("no_conditions", lambda i, r: drop(at(r, CONDITIONS)))
changed(
    "an_unknown_condition",
    lambda i, r: at(r, CONDITIONS).append(
        etree.fromstring(
            f'<saml:Condition xmlns:saml="{SAML}" xmlns:xsi='
            '"http://www.w3.org/2001/XMLSchema-instance" xsi:type="saml:OneTimeUseType"/>'
        )
    ),
)
changed("another_recipient", lambda i, r: at(r, DATA).set("Recipient", i.acs_url + "x"))
changed("no_recipient", lambda i, r: at(r, DATA).attrib.pop("Recipient"))
changed("another_destination", lambda i, r: r.set("Destination", i.acs_url + "x"))
changed("no_destination", lambda i, r: r.attrib.pop("Destination"))
changed("an_empty_destination", lambda i, r: r.set("Destination", ""))
changed(
    "another_issuer", lambda i, r: setattr(at(r, "saml:Assertion/saml:Issuer"), "text", "https://x")
)
changed("another_issuer_of_the_response", lambda i, r: setattr(at(r, "saml:Issuer"), "text", "x"))
changed(
    "an_issuer_with_blanks",
    lambda i, r: setattr(at(r, "saml:Assertion/saml:Issuer"), "text", f" {i.entity_id}"),
)


def moment(name: str, path: str, attribute: str, **off: int) -> None:
    changed(
        name,
        lambda i, r: at(r, path).set(attribute, instant(i.now + timedelta(**off))),
    )


moment("it_has_expired", CONDITIONS, "NotOnOrAfter", seconds=-90)
moment("it_is_not_good_yet", CONDITIONS, "NotBefore", seconds=90)
moment("its_confirmation_has_expired", DATA, "NotOnOrAfter", seconds=-90)
moment("its_confirmation_starts_later", DATA, "NotBefore", seconds=-10)
moment("its_session_is_over", ".//saml:AuthnStatement", "SessionNotOnOrAfter", seconds=-90)
moment("it_was_issued_tomorrow", "saml:Assertion", "IssueInstant", days=1)
moment("it_was_issued_yesterday", "saml:Assertion", "IssueInstant", days=-1)
changed("its_confirmation_does_not_end", lambda i, r: at(r, DATA).attrib.pop("NotOnOrAfter"))
changed("a_time_that_is_none", lambda i, r: at(r, CONDITIONS).set("NotOnOrAfter", "whenever"))
changed(
    "a_time_in_the_year_minus_one",
    lambda i, r: at(r, CONDITIONS).set("NotBefore", "-0001-01-01T00:00:00Z"),
)
CASES["it_answers_another_request"] = lambda idp, to: idp.answer(to="_" + "0" * 40)
CASES["it_answers_nothing"] = lambda idp, to: idp.answer()
changed(
    "only_the_response_answers_us",
    lambda i, r: at(r, DATA).set("InResponseTo", "_" + "0" * 40),
)
changed("the_confirmation_answers_nothing", lambda i, r: at(r, DATA).attrib.pop("InResponseTo"))
spoilt("the_response_answers_nothing", lambda i, r: r.attrib.pop("InResponseTo"))
changed(
    "it_is_for_the_holder_of_a_key",
    lambda i, r: at(r, ".//saml:SubjectConfirmation").set(
        "Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"
    ),
)
changed(
    "two_confirmations",
    lambda i, r: at(r, ".//saml:SubjectConfirmation").addnext(
        twin(at(r, ".//saml:SubjectConfirmation"))
    ),
)
changed("no_confirmation", lambda i, r: drop(at(r, ".//saml:SubjectConfirmation")))
changed("no_statement", lambda i, r: drop(at(r, ".//saml:AuthnStatement")))
changed("saml_1", lambda i, r: assertion(r).set("Version", "1.1"))
spoilt(
    "the_provider_says_no",
    lambda i, r: at(r, ".//samlp:StatusCode").set(
        "Value", "urn:oasis:names:tc:SAML:2.0:status:Responder"
    ),
)
changed(
    "one_code_of_two_says_no",
    lambda i, r: at(r, "samlp:Status").addprevious(
        etree.fromstring(
            f'<samlp:Status xmlns:samlp="{SAMLP}"><samlp:StatusCode Value="x"/></samlp:Status>'
        )
    ),
)

# Who? ---------------------------------------------------------------------------------------------
for label, text in {
    "empty": "",
    "of_ten_thousand": "x" * 10_000,
    "with_a_blank_before": " kim-1",
    "with_a_blank_after": "kim-1 ",
    "with_a_line_after": "kim-1\n",
    "with_a_hard_space": "kim-1\u00a0",
    "with_nothing_between": "ki\u200bm-1",
    "turned_around": "\u202ekim-1",
}.items():
    changed(f"a_name_{label}", lambda i, r, t=text: setattr(at(r, ".//saml:NameID"), "text", t))
changed("no_name", lambda i, r: drop(at(r, ".//saml:NameID")))
changed(
    "two_names",
    lambda i, r: at(r, ".//saml:NameID").addnext(twin(at(r, ".//saml:NameID"))),
)
changed(
    "a_name_with_an_element_in_it",
    lambda i, r: etree.SubElement(at(r, ".//saml:NameID"), f"{{{SAML}}}x"),
)
changed(
    "a_look_alike_address",
    lambda i, r: setattr(at(r, ".//saml:AttributeValue"), "text", "аna@acme.example"),
)
changed(
    "an_address_that_is_none",
    lambda i, r: setattr(at(r, ".//saml:AttributeValue"), "text", "kim@corp.example\nBcc: x"),
)
changed(
    "a_value_of_a_hundred_thousand",
    lambda i, r: setattr(at(r, ".//saml:AttributeValue"), "text", "x" * 100_000),
)


def many_attributes(idp: Idp, root: Tree) -> None:
    statement = at(root, ".//saml:AttributeStatement")
    for number in range(500):
        attribute = etree.SubElement(statement, f"{{{SAML}}}Attribute", Name=f"a{number}")
        etree.SubElement(attribute, f"{{{SAML}}}AttributeValue").text = "x"


changed("five_hundred_attributes", many_attributes)

# Comments, entities, depth, size ------------------------------------------------------------------
spoilt(
    "a_comment_within_a_name",
    lambda i, r: at(r, ".//saml:NameID").append(etree.Comment("x")),
)
spoilt("a_comment_somewhere", lambda i, r: r.append(etree.Comment("x")))
changed(
    "a_signed_comment_within_a_name",
    lambda i, r: at(r, ".//saml:NameID").append(etree.Comment(".evil")),
)
spoilt(
    "an_instruction",
    lambda i, r: r.insert(0, etree.ProcessingInstruction("xml-stylesheet", 'href="http://x"')),
)
rewritten("a_doctype", lambda i, raw: b"<!DOCTYPE x>" + raw)
rewritten(
    "entities",
    lambda i, raw: b'<!DOCTYPE x [<!ENTITY e "ana">]>' + raw.replace(b">kim-1<", b">&e;<"),
)
rewritten(
    "an_entity_from_a_file",
    lambda i, raw: (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        + raw.replace(b">kim-1<", b">&e;<")
    ),
)
rewritten("a_doctype_elsewhere", lambda i, raw: b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x">' + raw)
rewritten("a_doctype_in_small_letters", lambda i, raw: b"<!doctype x>" + raw)


@case
def a_billion_laughs(idp: Idp, to: str) -> bytes:
    lines = ['<!ENTITY l0 "ha">'] + [
        f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 12)
    ]
    raw = idp.answer(to=to).replace(b">kim-1<", b">&l11;<")
    return f"<!DOCTYPE x [{''.join(lines)}]>".encode() + raw


@case
def a_quadratic_bomb(idp: Idp, to: str) -> bytes:
    raw = idp.answer(to=to).replace(b">kim-1<", b">" + b"&e;" * 20_000 + b"<")
    return b'<!DOCTYPE x [<!ENTITY e "' + b"x" * 50_000 + b'">]>' + raw


CASES["nothing"] = lambda idp, to: ""
CASES["blanks"] = lambda idp, to: "   "
CASES["no_base64"] = lambda idp, to: "%%%"
CASES["no_xml"] = lambda idp, to: wire(b"hello")
CASES["another_document"] = lambda idp, to: wire(b"<html/>")
CASES["a_bare_assertion"] = lambda idp, to: etree.tostring(
    assertion(etree.fromstring(idp.answer(to=to)))
)
rewritten("half_of_it", lambda i, raw: raw[: len(raw) // 2])
rewritten("something_after_it", lambda i, raw: raw + b"<x/>")
rewritten("a_nul", lambda i, raw: raw.replace(b"kim-1", b"kim\x00-1"))
rewritten("utf_16", lambda i, raw: raw.decode().encode("utf-16"))
rewritten(
    "another_encoding",
    lambda i, raw: b'<?xml version="1.0" encoding="ISO-8859-1"?>' + raw,
)
rewritten("utf_7", lambda i, raw: b'<?xml version="1.0" encoding="UTF-7"?>' + raw)
rewritten("packed", lambda i, raw: wire(gzip.compress(raw)))
rewritten("deep", lambda i, raw: b"<x>" * 5_000 + raw + b"</x>" * 5_000)
rewritten(
    "deep_within",
    lambda i, raw: raw.replace(
        b"</samlp:Response>", b"<x>" * 200 + b"</x>" * 200 + b"</samlp:Response>"
    ),
)
rewritten(
    "wide",
    lambda i, raw: raw.replace(b"</samlp:Response>", b"<x/>" * 30_000 + b"</samlp:Response>"),
)
rewritten(
    "large", lambda i, raw: raw.replace(b"</samlp:Response>", b" " * 400_000 + b"</samlp:Response>")
)
rewritten(
    "many_names_of_spaces",
    lambda i, raw: raw.replace(
        b"<samlp:Response",
        b"<samlp:Response " + b" ".join(b'xmlns:n%d="u:%d"' % (n, n) for n in range(3_000)),
    ),
)
rewritten(
    "an_attribute_twice",
    lambda i, raw: raw.replace(b"<samlp:Response", b'<samlp:Response Version="2.0"'),
)
rewritten("two_fields", lambda i, raw: [wire(raw), wire(raw)])
rewritten("two_fields_one_empty", lambda i, raw: ["", wire(raw)])
CASES["two_megabytes"] = lambda idp, to: "A" * 2_000_000
CASES["a_thousand_fields"] = lambda idp, to: {f"f{n}": "x" for n in range(1_000)}
CASES["no_field"] = lambda idp, to: []
rewritten("two_relay_states", lambda i, raw: {"SAMLResponse": wire(raw), "RelayState": ["/", "/x"]})

# Encrypted ---------------------------------------------------------------------------------------


def sealed(name: str, spoil: Callable[[Idp, Tree], Any] | None = None, **how: Any) -> None:
    def make(idp: Idp, to: str) -> bytes:
        def change(root: Tree) -> None:
            certificate = how.get("certificate") or idp.__dict__["sp_certificate"]
            options = {key: value for key, value in how.items() if key != "certificate"}
            encrypt(root, assertion(root), certificate, **options)
            if spoil:
                spoil(idp, root)

        return idp.answer(to=to, sign_assertion=how.pop("signed", True), spoil=change)

    CASES[name] = make


XENC = "http://www.w3.org/2001/04/xmlenc#"
sealed("sealed_for_somebody_else", certificate=pair("stranger")[1])
sealed("sealed_with_old_padding", transport=C.TransformRsaPkcs1)
sealed(
    "sealed_with_des",
    lambda i, r: at(r, f".//{{{XENC}}}EncryptionMethod").set("Algorithm", XENC + "tripledes-cbc"),
)
sealed(
    "sealed_and_spoilt",
    lambda i, r: setattr(
        r.findall(f".//{{{XENC}}}CipherValue")[-1], "text", base64.b64encode(b"x" * 64).decode()
    ),
)
sealed(
    "sealed_elsewhere",
    lambda i, r: etree.SubElement(
        at(r, f".//{{{XENC}}}CipherData"), f"{{{XENC}}}CipherReference", URI="http://127.0.0.1:9/"
    ),
)


@case
def sealed_but_not_signed(idp: Idp, to: str) -> bytes:
    return idp.answer(
        to=to, sign_assertion=False, encrypt_for=idp.__dict__["sp_certificate"], sign_response=True
    )


@case
def sealed_and_one_in_clear(idp: Idp, to: str) -> bytes:
    def spoil(root: Tree) -> None:
        copy = twin(assertion(root))
        encrypt(root, assertion(root), idp.__dict__["sp_certificate"])
        copy.set("ID", "other")
        root.append(copy)

    return idp.answer(to=to, spoil=spoil)


def reach(case_: Case, idp: Idp, to: str) -> dict[str, Any]:
    """What the browser posts."""
    made = case_(idp, to)
    if isinstance(made, dict):
        return made
    if isinstance(made, bytes):
        made = wire(made)
    return {"SAMLResponse": made}
