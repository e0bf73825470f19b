"""Signature wrapping, drawn up in full: a forged assertion at every place of a signed answer.

For each element of the answer, each side of it, each way of naming the parts alike and each place
of the signature: the answer is refused, or says what the provider has signed.
"""

import copy
from collections.abc import Iterator
from datetime import timedelta
from itertools import product

import pytest
from lxml import etree

from accounts.sso.refusal import Refused
from accounts.sso.saml.answer import Expected, read_answer
from tests.accounts.sso.hostile import assertion, at, victim
from tests.accounts.sso.idp import NS, Idp, Tree, pair

SIDES = ("first", "last", "before", "after", "instead")
NAMES = ("its own", "the same", "none")
SIGNATURES = ("stays", "moved", "copied", "gone")


@pytest.fixture(scope="module")
def idp() -> Idp:
    return Idp(audience="https://sp.example/metadata", acs_url="https://sp.example/acs")


@pytest.fixture(scope="module")
def expected(idp: Idp) -> Expected:
    return Expected(
        issuer=idp.entity_id,
        audience=idp.audience,
        acs_url=idp.acs_url,
        certificates=[idp.certificate],
        private_keys=[pair("sp")[0]],
        now=idp.now,
        skew=timedelta(seconds=60),
    )


def put(part: Tree, place: Tree, side: str) -> bool:
    """Put a part somewhere about another one; False where it cannot stand there."""
    if place is part or part in place.iterancestors():
        return False
    parent = place.getparent()
    if side in ("first", "last"):
        place.insert(0 if side == "first" else len(place), part)
    elif parent is None:
        return False
    elif side == "instead":
        parent.replace(place, part)
    else:
        (place.addprevious if side == "before" else place.addnext)(part)
    return True


def renamed(evil: Tree, good: Tree, names: str) -> None:
    if names == "the same":
        evil.set("ID", good.get("ID") or "")
    elif names == "none":
        del evil.attrib["ID"]


def signed_by(evil: Tree, good: Tree, signature: str) -> None:
    """Where the signature is: with what it covers, or with what it does not."""
    own = at(good, "ds:Signature")
    if signature == "gone":
        good.remove(own)
    elif signature != "stays":
        at(evil, "saml:Issuer").addnext(own if signature == "moved" else copy.deepcopy(own))


def forgeries(raw: bytes) -> Iterator[bytes]:
    """The forged one is the answer's own assertion; the signed one is hidden at each place."""
    places = len(list(etree.fromstring(raw).iter()))
    for number, side, names, signature in product(range(places), SIDES, NAMES, SIGNATURES):
        root = etree.fromstring(raw)
        good = assertion(root)
        evil = victim(root)
        renamed(evil, good, names)
        signed_by(evil, good, signature)
        good.addprevious(evil)
        good.getparent().remove(good)
        found = list(root.iter())
        if number < len(found) and put(good, found[number], side):
            yield etree.tostring(root)


def unsigned_beside(raw: bytes) -> Iterator[bytes]:
    """The signed one stays where it is; the forged one stands at each place."""
    places = len(list(etree.fromstring(raw).iter()))
    for number, side, names, signature in product(range(places), SIDES, NAMES, SIGNATURES[:3]):
        root = etree.fromstring(raw)
        good = assertion(root)
        evil = victim(root)
        renamed(evil, good, names)
        signed_by(evil, good, signature)
        found = list(root.iter())
        if number < len(found) and put(evil, found[number], side):
            yield etree.tostring(root)


def whole_answers(raw: bytes) -> Iterator[bytes]:
    """The signed response within a forged one, which has its signature or a copy of it."""
    places = len(list(etree.fromstring(raw).iter()))
    for number, side, names, signature in product(range(places), SIDES, NAMES, SIGNATURES):
        inner = etree.fromstring(raw)
        outer = copy.deepcopy(inner)
        for own in outer.findall("ds:Signature", NS):
            outer.remove(own)
        outer.set("ID", "evil")
        good = assertion(outer)
        good.getparent().replace(good, victim(outer))
        renamed(outer, inner, names)
        signed_by(outer, inner, signature)
        found = list(outer.iter())
        if number < len(found) and put(inner, found[number], side):
            yield etree.tostring(outer)


@pytest.mark.parametrize(
    ("kind", "signed"),
    [
        (forgeries, {}),
        (forgeries, {"sign_response": True}),
        (unsigned_beside, {}),
        (unsigned_beside, {"sign_response": True}),
        (whole_answers, {"sign_response": True}),
        (whole_answers, {"sign_response": True, "sign_assertion": False}),
    ],
)
def test_wrapping_never_lets_in_what_was_not_signed(idp, expected, kind, signed):
    refused, whole = 0, 0
    for forged in kind(idp.answer(to="_asked", **signed)):
        try:
            read = read_answer(forged, expected)
        except Refused:
            refused += 1
        else:
            # The signed one took the forged one's place: the answer is as good as it was.
            whole += 1
            assert (read.name_id, read.claims) == ("kim-1", {"email": ["kim@corp.example"]})
    assert refused > 500
    assert whole < 30
