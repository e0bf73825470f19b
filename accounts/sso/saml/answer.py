"""Reads a SAML response: is it good, from this provider, for us, for now, and about whom."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_lazy as _
from lxml import etree
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from accounts.sso.refusal import Refused
from accounts.sso.saml import document
from accounts.sso.saml.document import NS, SAML, SAMLP
from accounts.sso.saml.signatures import decrypted, in_force, signed_part, undecryptable
from core.text import clean_name

BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
OLDEST = timedelta(hours=1)
"""An assertion that was issued longer ago is refused, whatever it says of itself: how long we have
to remember its identifier is then ours to say."""

LONGEST_NAME_ID = 255
LONGEST_VALUE = 1_024
MOST_ATTRIBUTES = 100
MOST_VALUES = 1_000
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|\+00:00)")


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer has to match."""

    issuer: str
    audience: str
    acs_url: str
    certificates: Sequence[str]
    private_keys: Sequence[str]
    now: datetime
    skew: timedelta
    needs_signed_response: bool = False
    needs_encryption: bool = False


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a good answer says."""

    id: str
    in_response_to: str | None
    name_id: str
    name_id_format: str
    session_index: str
    expires_at: datetime
    claims: dict[str, list[str]] = field(default_factory=dict)


def read_answer(raw: bytes, expected: Expected) -> Assertion:
    """Accept a response, or refuse it in words.

    Whether it answers a request of this browser, and whether it was used before, is for the caller
    to check: `in_response_to` and `id` say what to look for.

    Errors  Refused.
    """
    root = document.read(raw)
    _check_frame(root, expected)
    certificates = in_force(expected.certificates, now=expected.now, skew=expected.skew)
    is_signed = root.find("ds:Signature", NS) is not None
    if is_signed:
        signed_part(root, certificates)
    elif expected.needs_signed_response:
        raise Refused("unsigned_response", _("The response is not signed, only its assertion."))
    try:
        assertion = signed_part(_only_assertion(root, expected), certificates)
    except Refused as wrong:
        if is_signed or not is_encrypted(root):
            raise
        # Whoever changes a sealed assertion must not learn how far it was read: with AES-CBC that
        # is enough to read somebody else's, piece by piece.
        raise undecryptable() from wrong
    return _read_assertion(assertion, root.get("InResponseTo"), expected)


def is_encrypted(root: etree._Element) -> bool:
    """Say whether an answer's assertion came sealed."""
    return root.find("saml:EncryptedAssertion", NS) is not None


def _check_frame(root: etree._Element, expected: Expected) -> None:
    if root.tag != f"{{{SAMLP}}}Response":
        raise Refused("not_a_response", _("This is not a SAML response."))
    if root.get("Version") != "2.0":
        raise Refused("version", _("This is not SAML 2.0."))
    if isinstance(OneLogin_Saml2_XML.validate_xml(root, "saml-schema-protocol-2.0.xsd"), str):
        raise Refused("schema", _("The answer does not keep to the schema of SAML 2.0."))
    _check_issuer(root, expected, needed=False)
    destination = root.get("Destination")
    if destination != expected.acs_url:
        raise Refused(
            "destination",
            _("The answer was sent to another address than ours (Destination)."),
            expected=expected.acs_url,
            arrived=destination or "",
        )
    _check_fresh(root, expected)
    _check_status(root)


def _check_status(root: etree._Element) -> None:
    code = root.find("samlp:Status/samlp:StatusCode", NS)
    value = "" if code is None else code.get("Value", "")
    if value == SUCCESS:
        return
    inner = code.find("samlp:StatusCode", NS) if code is not None else None
    why = "" if inner is None else inner.get("Value", "").rpartition(":")[2]
    raise Refused(
        "status",
        _("The provider itself has refused the sign-in. Its log says why."),
        status=value.rpartition(":")[2],
        why=why,
        message=root.findtext("samlp:Status/samlp:StatusMessage", "", NS),
    )


def _check_issuer(element: etree._Element, expected: Expected, *, needed: bool) -> None:
    issuers = element.findall("saml:Issuer", NS)
    if not issuers and not needed:
        return
    value = issuers[0].text if len(issuers) == 1 else None
    if value != expected.issuer:
        raise Refused(
            "issuer",
            _("The answer comes from another provider than the one on file (Issuer)."),
            expected=expected.issuer,
            arrived=value or "",
        )


def _check_fresh(element: etree._Element, expected: Expected) -> datetime:
    issued = instant(element.get("IssueInstant"), "IssueInstant")
    if issued > expected.now + expected.skew:
        raise Refused(
            "issued_later",
            _("The answer was issued in the future. Compare the clocks."),
            arrived=issued.isoformat(),
            now=expected.now.isoformat(),
        )
    if issued < expected.now - expected.skew - OLDEST:
        raise Refused("issued_long_ago", _("The answer was issued more than an hour ago."))
    return issued


def _only_assertion(root: etree._Element, expected: Expected) -> etree._Element:
    anywhere = [
        each
        for each in root.iter()
        if etree.QName(each).localname in ("Assertion", "EncryptedAssertion")
    ]
    if len(anywhere) != 1:
        raise Refused("assertions", _("The answer must hold exactly one assertion."))
    found = anywhere[0]
    if found.getparent() is not root or etree.QName(found).namespace != SAML:
        raise Refused("assertion_place", _("The assertion stands where none belongs."))
    if etree.QName(found).localname == "EncryptedAssertion":
        found = decrypted(found, expected.private_keys)
        inner = [each for each in found.iter(f"{{{SAML}}}Assertion")]
        if len(inner) != 1:
            raise Refused("assertions", _("The answer must hold exactly one assertion."))
    elif expected.needs_encryption:
        raise Refused("not_encrypted", _("The assertion is not encrypted, as required here."))
    return found


def _read_assertion(
    assertion: etree._Element, response_to: str | None, expected: Expected
) -> Assertion:
    if assertion.get("Version") != "2.0":
        raise Refused("version", _("This is not SAML 2.0."))
    _check_issuer(assertion, expected, needed=True)
    issued = _check_fresh(assertion, expected)
    _check_conditions(assertion, expected)
    answers, confirmed_until = _check_subject(assertion, expected)
    if answers != response_to:
        raise Refused("in_response_to", _("Response and assertion answer different requests."))
    session_index = _check_statement(assertion, expected)
    name_id, name_format = _name_id(assertion)
    return Assertion(
        id=assertion.get("ID", ""),
        in_response_to=answers,
        name_id=name_id,
        name_id_format=name_format,
        session_index=session_index,
        # No longer than it could be used: then its identifier may be forgotten.
        expires_at=min(confirmed_until, issued + OLDEST) + expected.skew,
        claims=_claims(assertion),
    )


def _check_conditions(assertion: etree._Element, expected: Expected) -> None:
    conditions = assertion.findall("saml:Conditions", NS)
    if len(conditions) != 1:
        raise Refused("conditions", _("The assertion does not say for whom and when it is good."))
    (condition,) = conditions
    known = {"AudienceRestriction", "OneTimeUse", "ProxyRestriction"}
    if any(etree.QName(child).localname not in known for child in condition):
        raise Refused("condition", _("The assertion has a condition that is not understood."))
    _check_window(condition, expected)
    restrictions = condition.findall("saml:AudienceRestriction", NS)
    if not restrictions:
        raise Refused("audience", _("The assertion does not name an audience."))
    for restriction in restrictions:
        audiences = [each.text or "" for each in restriction.findall("saml:Audience", NS)]
        if expected.audience not in audiences:
            raise Refused(
                "audience",
                _("The assertion is meant for somebody else (Audience)."),
                expected=expected.audience,
                arrived=", ".join(audiences),
            )


def _check_window(element: etree._Element, expected: Expected) -> None:
    start, end = element.get("NotBefore"), element.get("NotOnOrAfter")
    if start is not None and instant(start, "NotBefore") - expected.now > expected.skew:
        raise Refused(
            "not_yet",
            _("The assertion is not good yet (NotBefore). Compare the clocks."),
            arrived=start,
            now=expected.now.isoformat(),
        )
    if is_over(end, "NotOnOrAfter", expected):
        raise Refused(
            "expired",
            _("The assertion has expired (NotOnOrAfter). Compare the clocks."),
            arrived=end,
            now=expected.now.isoformat(),
        )


def _check_subject(assertion: etree._Element, expected: Expected) -> tuple[str | None, datetime]:
    subjects = assertion.findall("saml:Subject", NS)
    if len(subjects) != 1:
        raise Refused("subject", _("The assertion is not about exactly one person."))
    bearers = [
        each
        for each in subjects[0].findall("saml:SubjectConfirmation", NS)
        if each.get("Method") == BEARER
    ]
    if len(bearers) != 1:
        raise Refused("confirmation", _("The assertion needs one bearer confirmation."))
    details = bearers[0].findall("saml:SubjectConfirmationData", NS)
    if len(details) != 1:
        raise Refused("confirmation", _("The assertion's confirmation lacks its details."))
    (detail,) = details
    if detail.get("Recipient") != expected.acs_url:
        raise Refused(
            "recipient",
            _("The assertion is meant for another address than ours (Recipient)."),
            expected=expected.acs_url,
            arrived=detail.get("Recipient", ""),
        )
    if detail.get("NotOnOrAfter") is None or detail.get("NotBefore") is not None:
        raise Refused("confirmation", _("The assertion's confirmation must say when it ends."))
    _check_window(detail, expected)
    return detail.get("InResponseTo"), instant(detail.get("NotOnOrAfter"), "NotOnOrAfter")


def _check_statement(assertion: etree._Element, expected: Expected) -> str:
    statements = assertion.findall("saml:AuthnStatement", NS)
    if len(statements) != 1:
        raise Refused("statement", _("The assertion does not say how the person signed in."))
    if is_over(statements[0].get("SessionNotOnOrAfter"), "SessionNotOnOrAfter", expected):
        raise Refused("session_over", _("The person's session at the provider is over."))
    index = statements[0].get("SessionIndex", "")
    if len(index) > LONGEST_NAME_ID:
        raise Refused("session_index", _("The session's name is longer than 255 characters."))
    return index


def _name_id(assertion: etree._Element) -> tuple[str, str]:
    found = assertion.findall("saml:Subject/saml:NameID", NS)
    if len(found) != 1 or len(found[0]):
        raise Refused("name_id", _("The assertion needs exactly one NameID."))
    value = found[0].text or ""
    check_subject(value)
    return value, found[0].get("Format", "")


def check_subject(value: str) -> None:
    """Accept a person's identifier only as it is: no blanks around it, nothing hidden in it.

    Errors  Refused.
    """
    if not 0 < len(value) <= LONGEST_NAME_ID:
        raise Refused("name_id", _("The person's identifier must have 1 to 255 characters."))
    try:
        as_name = clean_name(value, longest=LONGEST_NAME_ID)
    except Exception as wrong:
        raise Refused(
            "name_id", _("The person's identifier holds invisible characters.")
        ) from wrong
    if as_name != value:
        raise Refused("name_id", _("The person's identifier has blanks around or within it."))


def _claims(assertion: etree._Element) -> dict[str, list[str]]:
    attributes = assertion.findall("saml:AttributeStatement/saml:Attribute", NS)
    if assertion.find("saml:AttributeStatement/saml:EncryptedAttribute", NS) is not None:
        raise Refused("encrypted_attribute", _("Attributes must not be encrypted one by one."))
    if len(attributes) > MOST_ATTRIBUTES:
        raise Refused("attributes", _("The assertion has more than 100 attributes."))
    claims: dict[str, list[str]] = {}
    for attribute in attributes:
        name = attribute.get("Name", "")
        values = [_text_of(each) for each in attribute.findall("saml:AttributeValue", NS)]
        if not 0 < len(name) <= LONGEST_NAME_ID or len(values) > MOST_VALUES:
            raise Refused("attributes", _("An attribute has no name, or more than 1,000 values."))
        if any(len(value) > LONGEST_VALUE for value in values):
            raise Refused("attributes", _("An attribute's value is longer than 1,024 characters."))
        # Twice the same name is what several providers send for several values.
        claims.setdefault(name, []).extend(values)
        friendly = attribute.get("FriendlyName", "")
        if friendly and friendly != name and len(friendly) <= LONGEST_NAME_ID:
            claims.setdefault(friendly, []).extend(values)
    return claims


def _text_of(value: etree._Element) -> str:
    """Its text; empty for a part in place of text, such as a persistent identifier."""
    text = value.text or ""
    if not len(value):
        return text
    if text.strip() or any((child.tail or "").strip() for child in value):
        raise Refused("attributes", _("An attribute's value mixes text with other parts."))
    return ""


def is_over(text: str | None, what: str, expected: Expected) -> bool:
    """Say whether a moment has passed; one that is not given never does.

    By the distance: "never" is often written as the last second of the calendar, to which nothing
    can be added.

    Errors  Refused.
    """
    return text is not None and expected.now - instant(text, what) >= expected.skew


def instant(text: str | None, what: str) -> datetime:
    """A moment as SAML writes it.

    Errors  Refused.
    """
    found = _INSTANT.fullmatch(text or "")
    try:
        if found is None:
            raise ValueError(text)
        return datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    except ValueError as wrong:
        raise Refused("time", _("A time in the answer is not one."), where=what) from wrong
