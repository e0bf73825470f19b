"""What somebody makes who holds real answers of the provider, none of which is for us.

The other tests change a good answer; here there is none to change. An attacker has what the
provider signed for another service, for a request of theirs, or an hour ago, and a key of their
own, and builds answers of these by a grammar: forged parts beside signed ones, in every place,
edited, signed again, written otherwise. Nobody is signed in by any, and none breaks anything.

HOSTILE_ANSWERS=2000 for more of them.
"""

import base64
import os
import random
import zlib
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import xmlsec
from django.core.cache import cache
from lxml import etree

from accounts.people.models import User
from accounts.sso.models import ExternalIdentity
from tenants.context import in_tenant
from tests.accounts.sso.conftest import Door
from tests.accounts.sso.hostile import at, drop
from tests.accounts.sso.idp import DS, NS, SAML, SAMLP, Idp, Tree, encrypt, pair, twin, wire
from tests.accounts.sso.test_saml import who

MANY = int(os.environ.get("HOSTILE_ANSWERS", "60"))
VICTIM = {"name_id": "ana", "claims": {"email": ["ana@acme.example"], "groups": ["owners"]}}

C = xmlsec.constants


class Forger:
    """Draws one answer after the other."""

    def __init__(self, idp: Idp, certificate: str, rng: random.Random) -> None:
        self.idp, self.certificate, self.rng = idp, certificate, rng
        elsewhere = {
            "audience": "https://other.example/metadata",
            "acs_url": "https://other.example/",
        }
        long_ago = idp.now - timedelta(hours=1)
        self.real = [
            replace(idp, **elsewhere).answer(to="_theirs", sign_response=True),
            replace(idp, **elsewhere).answer(to="_theirs", **VICTIM),
            replace(idp, audience="https://other.example/metadata").answer(to="_theirs", **VICTIM),
            replace(idp, now=long_ago).answer(to="_before", sign_response=True, **VICTIM),
            replace(idp, now=long_ago).answer(**VICTIM),
            replace(idp, entity_id="https://other.example/idp").answer(to="_theirs", **VICTIM),
        ]

    def draw(self, to: str) -> Any:
        rng = self.rng
        root = self.idp.tree(to=to, **VICTIM)
        forged = at(root, "saml:Assertion")
        if rng.random() < 0.5:
            root = self.read(rng.choice(self.real))
        for _ in range(rng.randint(1, 3)):
            part = self.part(twin(forged))
            self.place(root, part)
        for _ in range(rng.randint(0, 3)):
            rng.choice([self.edited, self.named, self.cut, self.signed])(root, to)
        if rng.random() < 0.15 and (found := root.find("saml:Assertion", NS)) is not None:
            # One that names two parts alike by `xml:id` cannot be read again: it stays in clear.
            with suppress(etree.XMLSyntaxError):
                encrypt(root, found, self.certificate)
        return self.written(etree.tostring(root))

    def read(self, raw: bytes) -> Tree:
        return etree.fromstring(raw)

    def part(self, forged: Tree) -> Tree:
        """Forged, real, or forged with the signature of a real one."""
        real = at(self.read(self.rng.choice(self.real)), "saml:Assertion")
        how = self.rng.randrange(5)
        if how == 0:
            return real
        if how == 1:
            return forged
        signature = at(real, "ds:Signature")
        if how == 2:
            # Found by what the signature refers to, read from elsewhere.
            forged.insert(1, signature)
            etree.SubElement(signature, f"{{{DS}}}Object").append(real)
            return forged
        if how == 3:
            forged.set("ID", real.get("ID") or "")
            forged.insert(1, signature)
            return forged
        real.replace(at(real, "saml:Subject"), at(forged, "saml:Subject"))
        return real

    def place(self, root: Tree, part: Tree) -> None:
        places = [each for each in root.iter() if isinstance(each.tag, str)]
        place = self.rng.choice([root, root, *places])
        how = self.rng.randrange(3)
        if how == 0 or place.getparent() is None:
            place.insert(self.rng.randint(0, len(place)), part)
        elif how == 1:
            place.addnext(part)
        else:
            holder = self.rng.choice(["Advice", "Extensions", "EncryptedAssertion", "Evidence"])
            around = etree.Element(f"{{{self.rng.choice([SAML, SAMLP])}}}{holder}")
            around.append(part)
            place.addprevious(around)

    def edited(self, root: Tree, to: str) -> None:
        """Made out to us, wherever it says otherwise."""
        for element in root.iter(f"{{{SAML}}}Audience"):
            element.text = self.idp.audience
        for element in root.iter(f"{{{SAML}}}SubjectConfirmationData"):
            element.set("Recipient", self.idp.acs_url)
            element.set("InResponseTo", to)
            element.set("NotOnOrAfter", "2099-01-01T00:00:00Z")
        for element in root.iter(f"{{{SAML}}}Conditions"):
            element.set("NotOnOrAfter", "2099-01-01T00:00:00Z")
        root.set("Destination", self.idp.acs_url)
        root.set("InResponseTo", to)

    def named(self, root: Tree, to: str) -> None:
        """Two of the same name, or names by other attributes."""
        named = [each for each in root.iter() if isinstance(each.tag, str) and each.get("ID")]
        one, other = (self.rng.choice(named) for _ in range(2))
        names = ["ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id", "AssertionID"]
        one.set(self.rng.choice(names), other.get("ID") or "")
        if self.rng.random() < 0.3:
            del other.attrib["ID"]

    def cut(self, root: Tree, to: str) -> None:
        """Something is gone, or split by what is no text."""
        elements = [each for each in root.iter() if isinstance(each.tag, str) and each is not root]
        one = self.rng.choice(elements)
        how = self.rng.randrange(4)
        if how == 0:
            drop(one)
        elif how == 1:
            one.insert(0, etree.Comment("x"))
        elif how == 2:
            one.append(etree.ProcessingInstruction("x", "y"))
        else:
            one.tag = self.rng.choice([f"{{{SAML}}}Assertion", "Assertion", f"{{{SAMLP}}}Response"])

    def signed(self, root: Tree, to: str) -> None:
        """By the attacker's own key, under the provider's certificate or theirs."""
        whole = [root, *root.iter(f"{{{SAML}}}Assertion")]
        one = self.rng.choice(whole)
        if one.find("saml:Issuer", NS) is None or not one.get("ID"):
            return
        for old in one.findall("ds:Signature", NS):
            one.remove(old)
        mallory = replace(self.idp, key_name=self.rng.choice(["mallory", self.idp.key_name]))
        method = self.rng.choice([C.TransformRsaSha256, C.TransformRsaSha1, C.TransformRsaSha512])
        try:
            mallory.sign(one, method=method, key=pair("mallory")[0])
        except xmlsec.Error:
            return

    def written(self, raw: bytes) -> Any:
        """The text, and the field, otherwise than one would."""
        text = self.rng.choice(
            [
                raw,
                raw,
                raw,
                b"\xef\xbb\xbf" + raw,
                raw.decode().encode("utf-16"),
                raw + self.rng.choice(self.real),
                raw.replace(b"ana", b"<![CDATA[ana]]>"),
                b"<!DOCTYPE x [<!ENTITY a 'ana'>]>" + raw.replace(b"ana", b"&a;"),
                raw.replace(b"saml:", b"s:").replace(b"xmlns:saml", b"xmlns:s"),
                raw[: self.rng.randrange(len(raw))],
                raw + b"\x00",
            ]
        )
        field = wire(text)
        return self.rng.choice(
            [
                field,
                field,
                field,
                base64.urlsafe_b64encode(text).decode(),
                wire(field.encode()),
                wire(zlib.compress(text)[2:-4]),
                "\n".join(field[at : at + 60] for at in range(0, len(field), 60)),
                field.rstrip("=") + "====",
                [wire(self.rng.choice(self.real)), field],
            ]
        )


@pytest.mark.parametrize("seed", ["by the road", "at the gate"])
def test_nobody_comes_in_by_what_was_put_together(door: Door, seed: str):
    forger = Forger(door.idp, door.own_certificate, random.Random(seed))
    with in_tenant("acme"):
        before = set(User.objects.values_list("id", "role", "is_active", "name", "email"))
    statuses: dict[int, int] = {}
    to = ""

    for number in range(MANY // 2):
        if number % 200 == 0:
            cache.clear()
        if number % 10 == 0:
            to = door.ask()
        sent = {"SAMLResponse": forger.draw(to)}
        response = door.browser.post("/accounts/saml/okta/acs/", sent)
        if response.status_code == 303:
            response = door.browser.get("/accounts/saml/okta/acs/finish/")
        statuses[response.status_code] = statuses.get(response.status_code, 0) + 1

    assert statuses == {403: MANY // 2}
    assert who(door.browser) is None
    with in_tenant("acme"):
        assert set(User.objects.values_list("id", "role", "is_active", "name", "email")) == before
        assert ExternalIdentity.objects.count() == 0


def test_the_same_provider_signs_people_in(door: Door):
    assert door.sign_in(**VICTIM | {"claims": {"email": ["new@acme.example"]}}).status_code == 302
