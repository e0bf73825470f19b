"""More answers that must never sign anybody in: what is rarer, and what a generator thinks of."""

import base64
from typing import Any

import xmlsec
from lxml import etree

from tests.accounts.sso.hostile import (
    CASES,
    CONDITIONS,
    DATA,
    XENC,
    C,
    assertion,
    at,
    badly_signed,
    case,
    changed,
    in_signature,
    moment,
    rewritten,
    sealed,
    spoilt,
    victim,
)
from tests.accounts.sso.idp import (
    DS,
    SAML,
    SAMLP,
    Idp,
    Tree,
    encrypt,
    instant,
    twin,
    wire,
)

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
FAR = "9999-12-31T23:59:59Z"

# Keys and algorithms ------------------------------------------------------------------------------


def by_hmac(name: str, secret: str) -> None:
    """The public half of the provider's key, taken for a shared secret."""

    def make(idp: Idp, to: str) -> bytes:
        lines = idp.certificate.strip().splitlines()
        keys = {
            "pem": idp.certificate.encode(),
            "der": base64.b64decode("".join(lines[1:-1])),
            "nothing": b"\0",
        }

        def spoil(root: Tree) -> None:
            element = assertion(root)
            signature = xmlsec.template.create(
                element, C.TransformExclC14N, C.TransformHmacSha256, ns="ds"
            )
            at(element, "saml:Issuer").addnext(signature)
            reference = xmlsec.template.add_reference(
                signature, C.TransformSha256, uri=f"#{element.get('ID')}"
            )
            xmlsec.template.add_transform(reference, C.TransformEnveloped)
            xmlsec.template.add_transform(reference, C.TransformExclC14N)
            context = xmlsec.SignatureContext()
            context.key = xmlsec.Key.from_binary_data(C.KeyDataHmac, keys[secret])
            context.register_id(element, "ID", None)
            context.sign(signature)

        return idp.answer(to=to, sign_assertion=False, spoil=spoil)

    CASES[name] = make


by_hmac("the_certificate_as_a_shared_secret", "pem")
by_hmac("the_certificates_bytes_as_a_shared_secret", "der")
by_hmac("nothing_as_a_shared_secret", "nothing")
badly_signed("pss_signs", method=C.TransformRsaSha224)
badly_signed("sha224_digests", digest=C.TransformSha224)
badly_signed("an_empty_reference", uri="")
badly_signed("no_transforms", transforms=())
badly_signed("enveloped_alone", transforms=(C.TransformEnveloped,))
in_signature(
    "a_method_in_capitals",
    "/ds:SignedInfo/ds:SignatureMethod",
    lambda m: m.set("Algorithm", (m.get("Algorithm") or "").upper()),
)
in_signature("no_method", "/ds:SignedInfo/ds:SignatureMethod", lambda m: m.attrib.pop("Algorithm"))
in_signature("no_reference_address", "/ds:SignedInfo/ds:Reference", lambda r: r.attrib.pop("URI"))
in_signature(
    "a_reference_with_a_type",
    "/ds:SignedInfo/ds:Reference",
    lambda r: r.set("URI", f"{r.get('URI')}#x"),
)
in_signature("an_empty_digest", "/ds:SignedInfo/ds:Reference/ds:DigestValue", lambda d: d.clear())
in_signature(
    "a_digest_that_is_no_base64",
    "/ds:SignedInfo/ds:Reference/ds:DigestValue",
    lambda d: setattr(d, "text", "%%%"),
)
in_signature(
    "a_manifest",
    "",
    lambda s: etree.SubElement(etree.SubElement(s, f"{{{DS}}}Object"), f"{{{DS}}}Manifest"),
)
in_signature(
    "a_key_of_its_own",
    "/ds:KeyInfo",
    lambda k: etree.SubElement(k, f"{{{DS}}}MgmtData"),
)
in_signature(
    "a_transform_in_another_namespace",
    "/ds:SignedInfo/ds:Reference/ds:Transforms/ds:Transform",
    lambda t: setattr(t, "tag", "{urn:evil}Transform"),
)
in_signature(
    "a_long_list_of_prefixes",
    "/ds:SignedInfo/ds:Reference/ds:Transforms/ds:Transform[2]",
    lambda t: etree.SubElement(
        t,
        "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces",
        PrefixList=" ".join(f"p{n}" for n in range(5_000)),
    ),
)
spoilt(
    "the_signature_in_another_namespace",
    lambda i, r: setattr(at(r, "saml:Assertion/ds:Signature"), "tag", "{urn:evil}Signature"),
)


@case
def one_signed_and_one_not(idp: Idp, to: str) -> bytes:
    def spoil(root: Tree) -> None:
        root.append(victim(root))

    return idp.answer(to=to, spoil=spoil, sign_response=True)


@case
def both_signed_by_the_provider(idp: Idp, to: str) -> bytes:
    def spoil(root: Tree) -> None:
        other = etree.fromstring(idp.answer(to=to, name_id="ana"))
        root.append(assertion(other))

    return idp.answer(to=to, spoil=spoil)


@case
def the_signature_of_another_answer(idp: Idp, to: str) -> bytes:
    def spoil(root: Tree) -> None:
        other = etree.fromstring(idp.answer(to=to, name_id="ana"))
        own = at(assertion(root), "ds:Signature")
        own.getparent().replace(own, at(assertion(other), "ds:Signature"))  # type: ignore[union-attr]

    return idp.answer(to=to, spoil=spoil)


@case
def the_responses_signature_on_the_assertion(idp: Idp, to: str) -> bytes:
    def spoil(root: Tree) -> None:
        at(assertion(root), "saml:Issuer").addnext(at(root, "ds:Signature"))

    return idp.answer(to=to, sign_assertion=False, sign_response=True, spoil=spoil)


# What XML can hide --------------------------------------------------------------------------------
for place in ("saml:Audience", "saml:AttributeValue", "saml:Issuer"):
    spoilt(
        f"a_comment_within_{place[5:].lower()}",
        lambda i, r, p=place: at(r, f".//{p}").append(etree.Comment("x")),
    )
    changed(
        f"a_signed_comment_within_{place[5:].lower()}",
        lambda i, r, p=place: at(r, f".//{p}").append(etree.Comment("x")),
    )
rewritten(
    "character_data_within_a_name",
    lambda i, raw: raw.replace(b">kim-1<", b">kim<![CDATA[-1]]><"),
)
rewritten(
    "character_data_that_ends_a_name",
    lambda i, raw: raw.replace(b">kim-1<", b">ana<![CDATA[</saml:NameID>]]><"),
)
rewritten(
    "a_parameter_entity",
    lambda i, raw: b'<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:9/e.dtd"> %e;]>' + raw,
)
rewritten(
    "a_default_attribute",
    lambda i, raw: b'<!DOCTYPE x [<!ATTLIST samlp:Response Destination CDATA "https://x">]>' + raw,
)
rewritten("an_entity_nobody_declared", lambda i, raw: raw.replace(b">kim-1<", b">&ana;<"))
rewritten("a_doctype_after_blanks", lambda i, raw: b"\n \n<!DOCTYPE\nx>" + raw)
rewritten("a_mark_and_a_doctype", lambda i, raw: b"\xef\xbb\xbf<!DOCTYPE x>" + raw)
rewritten(
    "an_instruction_before",
    lambda i, raw: b'<?xml-stylesheet href="http://127.0.0.1:9/x.xsl" type="text/xsl"?>' + raw,
)
rewritten("an_instruction_within_a_name", lambda i, raw: raw.replace(b">kim-1<", b">kim<?x y?>-1<"))
rewritten("utf_16_big", lambda i, raw: b"\xfe\xff" + raw.decode().encode("utf-16-be"))
rewritten("utf_16_without_a_mark", lambda i, raw: raw.decode().encode("utf-16-le"))
rewritten("utf_32", lambda i, raw: raw.decode().encode("utf-32"))
rewritten("ebcdic", lambda i, raw: raw.decode().encode("cp037"))
rewritten("utf_16_by_its_word", lambda i, raw: b'<?xml version="1.0" encoding="UTF-16"?>' + raw)
rewritten(
    "utf_7_for_real",
    lambda i, raw: b'<?xml version="1.0" encoding="utf-7"?>' + raw.decode().encode("utf-7"),
)
rewritten(
    "an_encoding_nobody_knows",
    lambda i, raw: b"<?xml version='1.0' encoding='x-user-defined'?>" + raw,
)
rewritten("two_declarations", lambda i, raw: b'<?xml version="1.0"?><?xml version="1.0"?>' + raw)
rewritten("half_a_letter", lambda i, raw: raw.replace(b">kim-1<", b">kim\xc3<"))
rewritten("a_long_letter", lambda i, raw: raw.replace(b">kim-1<", b">\xc1\xa1na<"))
rewritten("a_surrogate", lambda i, raw: raw.replace(b">kim-1<", b">\xed\xa0\x80<"))
rewritten("a_nul_by_its_number", lambda i, raw: raw.replace(b">kim-1<", b">kim&#0;-1<"))
rewritten("a_nul_at_the_end", lambda i, raw: raw + b"\x00")
rewritten("a_bell", lambda i, raw: raw.replace(b">kim-1<", b">kim&#7;-1<"))
rewritten(
    "a_space_redefined",
    lambda i, raw: raw.replace(
        b"<saml:Assertion ", b'<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion" '
    ),
)
rewritten(
    "the_spaces_exchanged",
    lambda i, raw: (
        raw.replace(SAMLP.encode(), b"\0")
        .replace(SAML.encode(), SAMLP.encode())
        .replace(b"\0", SAML.encode())
    ),
)
rewritten(
    "a_space_that_is_relative",
    lambda i, raw: raw.replace(b"<samlp:Response ", b'<samlp:Response xmlns:x="../x" '),
    sign_response=True,
)
rewritten(
    "an_attribute_of_another_space",
    lambda i, raw: raw.replace(
        b"<saml:Assertion ", b'<saml:Assertion xmlns:e="urn:e" e:ID="evil" '
    ),
)
rewritten(
    "an_identifier_of_xml",
    lambda i, raw: raw.replace(b"<saml:Assertion ", b'<saml:Assertion xml:id="evil" '),
)
rewritten(
    "a_schema_to_be_fetched",
    lambda i, raw: raw.replace(
        b"<samlp:Response ",
        b'<samlp:Response xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        b' xsi:schemaLocation="urn:x http://127.0.0.1:9/x.xsd" ',
    ),
    sign_response=True,
)
rewritten(
    "something_to_include",
    lambda i, raw: raw.replace(
        b"</samlp:Response>",
        b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"'
        b' parse="text"/></samlp:Response>',
    ),
)
rewritten(
    "many_attributes_of_one_part",
    lambda i, raw: raw.replace(
        b"<samlp:Response ",
        b"<samlp:Response " + b" ".join(b'a%d="x"' % n for n in range(5_000)) + b" ",
    ),
)
rewritten(
    "a_name_of_a_hundred_thousand",
    lambda i, raw: raw.replace(
        b"</samlp:Response>", b"<" + b"x" * 100_000 + b"/></samlp:Response>"
    ),
)
rewritten("as_text_of_text", lambda i, raw: wire(wire(raw).encode()))
rewritten("for_addresses", lambda i, raw: "-_" + base64.urlsafe_b64encode(raw).decode())
rewritten("in_another_script", lambda i, raw: "\u0410" + wire(raw))
CASES["a_json_object"] = lambda idp, to: wire(b'{"a": 1}')
CASES["soap"] = lambda idp, to: wire(
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    + idp.answer(to=to)
    + b"</s:Body></s:Envelope>"
)


@case
def a_logout_request(idp: Idp, to: str) -> bytes:
    return (
        f'<samlp:LogoutRequest xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="l1" Version="2.0"'
        f' IssueInstant="{instant(idp.now)}"><saml:Issuer>{idp.entity_id}</saml:Issuer>'
        "<saml:NameID>kim-1</saml:NameID></samlp:LogoutRequest>"
    ).encode()


# Times, conditions, subjects ----------------------------------------------------------------------
for name, path, attribute in (
    ("it", CONDITIONS, "NotOnOrAfter"),
    ("its_confirmation", DATA, "NotOnOrAfter"),
    ("its_session", ".//saml:AuthnStatement", "SessionNotOnOrAfter"),
):
    # The end of the calendar, with everything else as it should not be.
    changed(
        f"{name}_ends_with_the_calendar_and_is_for_another",
        lambda i, r, p=path, a=attribute: (
            at(r, p).set(a, FAR),
            setattr(at(r, ".//saml:NameID"), "text", " kim-1"),
        ),
    )
for name, text in {
    "with_a_zone": "2026-01-01T00:00:00+02:00",
    "without_a_zone": "2026-01-01T00:00:00",
    "of_five_digits": "12026-01-01T00:00:00Z",
    "of_the_thirtieth_of_february": "2026-02-30T00:00:00Z",
    "at_twenty_four": "2026-01-01T24:00:00Z",
    "in_other_digits": "２０２６-01-01T00:00:00Z",
    "that_is_empty": "",
    "with_blanks": " 2099-01-01T00:00:00Z ",
}.items():
    changed(f"an_end_{name}", lambda i, r, t=text: at(r, DATA).set("NotOnOrAfter", t))
moment("the_response_was_issued_tomorrow", ".", "IssueInstant", days=1)
moment("the_response_was_issued_last_week", ".", "IssueInstant", days=-7)
changed("two_conditions", lambda i, r: at(r, CONDITIONS).addnext(twin(at(r, CONDITIONS))))
changed("empty_conditions", lambda i, r: [at(r, CONDITIONS).remove(e) for e in at(r, CONDITIONS)])
changed(
    "an_audience_that_begins_alike",
    lambda i, r: setattr(at(r, ".//saml:Audience"), "text", f"{i.audience}x"),
)
changed(
    "an_audience_in_capitals",
    lambda i, r: setattr(at(r, ".//saml:Audience"), "text", i.audience.upper()),
)
changed(
    "an_audience_within_an_audience",
    lambda i, r: at(r, ".//saml:Audience").append(
        etree.fromstring(f'<saml:Audience xmlns:saml="{SAML}">{i.audience}</saml:Audience>')
    ),
)
changed(
    "a_proxy_restriction_in_place_of_an_audience",
    lambda i, r: setattr(
        at(r, ".//saml:AudienceRestriction"), "tag", f"{{{SAML}}}ProxyRestriction"
    ),
)
changed("a_recipient_in_capitals", lambda i, r: at(r, DATA).set("Recipient", i.acs_url.upper()))
changed("a_recipient_with_a_query", lambda i, r: at(r, DATA).set("Recipient", f"{i.acs_url}?x"))
changed("a_destination_with_a_query", lambda i, r: r.set("Destination", f"{i.acs_url}?x"))
changed("a_destination_without_its_slash", lambda i, r: r.set("Destination", i.acs_url.rstrip("/")))
changed(
    "a_confirmation_without_a_method",
    lambda i, r: at(r, ".//saml:SubjectConfirmation").attrib.pop("Method"),
)
changed(
    "a_confirmation_by_the_sender",
    lambda i, r: at(r, ".//saml:SubjectConfirmation").set(
        "Method", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"
    ),
)
changed(
    "a_confirmation_without_details",
    lambda i, r: at(r, ".//saml:SubjectConfirmation").remove(at(r, DATA)),
)
changed(
    "two_details",
    lambda i, r: at(r, DATA).addnext(twin(at(r, DATA))),
)
changed(
    "two_subjects", lambda i, r: at(r, ".//saml:Subject").addnext(twin(at(r, ".//saml:Subject")))
)
changed("no_subject", lambda i, r: assertion(r).remove(at(r, ".//saml:Subject")))
changed(
    "two_issuers",
    lambda i, r: at(r, "saml:Assertion/saml:Issuer").addnext(
        twin(at(r, "saml:Assertion/saml:Issuer"))
    ),
)
changed(
    "an_issuer_of_another_format",
    lambda i, r: setattr(at(r, "saml:Assertion/saml:Issuer"), "text", f"{i.entity_id}\n"),
)
changed("no_status", lambda i, r: r.remove(at(r, "samlp:Status")))
changed("a_status_of_nothing", lambda i, r: at(r, ".//samlp:StatusCode").set("Value", ""))
changed("no_version", lambda i, r: assertion(r).attrib.pop("Version"))
changed("no_identifier", lambda i, r: r.attrib.pop("ID"))
changed("an_identifier_with_blanks", lambda i, r: r.set("ID", "a b"))
changed(
    "a_decision_alone",
    lambda i, r: setattr(
        at(r, ".//saml:AuthnStatement"), "tag", f"{{{SAML}}}AuthzDecisionStatement"
    ),
)
changed(
    "two_statements",
    lambda i, r: at(r, ".//saml:AuthnStatement").addnext(twin(at(r, ".//saml:AuthnStatement"))),
)
changed(
    "a_session_of_ten_thousand",
    lambda i, r: at(r, ".//saml:AuthnStatement").set("SessionIndex", "x" * 10_000),
)
changed(
    "an_address_with_a_part_in_it",
    lambda i, r: at(r, ".//saml:AttributeValue").append(etree.Element("{urn:x}evil")),
)
changed(
    "a_name_in_another_alphabet_that_looks_alike",
    lambda i, r: [
        setattr(at(r, ".//saml:AttributeValue"), "text", "ana@\u0430cme.example"),
    ],
)
changed("an_attribute_without_a_name", lambda i, r: at(r, ".//saml:Attribute").set("Name", ""))

# Encrypted ----------------------------------------------------------------------------------------
sealed("sealed_and_signed_by_a_stranger", None)
CASES["sealed_and_signed_by_a_stranger"] = lambda idp, to: Idp(
    idp.audience, idp.acs_url, key_name="stranger"
).answer(to=to, encrypt_for=idp.__dict__["sp_certificate"])
CASES["sealed_and_not_signed_at_all"] = lambda idp, to: idp.answer(
    to=to, sign_assertion=False, encrypt_for=idp.__dict__["sp_certificate"]
)
sealed(
    "sealed_with_a_cipher_nobody_knows",
    lambda i, r: at(r, f".//{{{XENC}}}EncryptionMethod").set("Algorithm", XENC + "arcfour"),
)


@case
def sealed_with_a_key_to_fetch(idp: Idp, to: str) -> bytes:
    raw = idp.answer(to=to, encrypt_for=idp.__dict__["sp_certificate"])
    fetched = b'><ds:RetrievalMethod URI="http://127.0.0.1:9/key"/>'
    start, opening, end = raw.partition(b"<ds:KeyInfo")
    assert opening
    own, _closing, rest = end.partition(b">")
    return start + opening + own + fetched + rest


sealed(
    "sealed_with_no_key",
    lambda i, r: [k.getparent().remove(k) for k in r.findall(f".//{{{XENC}}}EncryptedKey")],
)
sealed(
    "sealed_with_ten_keys",
    lambda i, r: [
        at(r, f".//{{{XENC}}}EncryptedKey").addnext(twin(at(r, f".//{{{XENC}}}EncryptedKey")))
        for _ in range(10)
    ],
)
sealed(
    "sealed_with_nothing_in_it",
    lambda i, r: setattr(r.findall(f".//{{{XENC}}}CipherValue")[-1], "text", ""),
)


@case
def sealed_with_a_wrapped_one(idp: Idp, to: str) -> bytes:
    """The signed one in clear within a forged one that is sealed."""

    def spoil(root: Tree) -> None:
        good, evil = assertion(root), victim(root)
        root.replace(good, evil)
        at(evil, "saml:Issuer").addnext(twin(at(good, "ds:Signature")))
        encrypt(root, evil, idp.__dict__["sp_certificate"])
        root.append(good)

    return idp.answer(to=to, spoil=spoil)


@case
def sealed_twice(idp: Idp, to: str) -> bytes:
    def spoil(root: Tree) -> None:
        sealed_one = encrypt(root, assertion(root), idp.__dict__["sp_certificate"])
        root.append(twin(sealed_one))

    return idp.answer(to=to, spoil=spoil)


def fields(**more: Any) -> Any:
    def make(idp: Idp, to: str) -> dict[str, Any]:
        return {"SAMLResponse": wire(idp.answer(to="_" + "0" * 40))} | more

    return make


CASES["a_relay_state_with_nul"] = fields(RelayState="\0")
CASES["a_relay_state_of_a_hundred_thousand"] = fields(RelayState="x" * 100_000)
CASES["an_answer_and_a_request"] = fields(SAMLRequest="x", SAMLart="x")
