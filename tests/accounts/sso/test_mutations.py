"""Thousands of small changes to good answers: none is read as anything but what was signed."""

import copy
import random
from datetime import timedelta

import pytest
from lxml import etree

from accounts.sso.refusal import Refused
from accounts.sso.saml.answer import Assertion, Expected, read_answer
from accounts.sso.saml.metadata import read_metadata
from core.errors import Refusal
from tests.accounts.sso.idp import Idp, pair

MUTATIONS = 1_500

HOW = {
    "in clear": {},
    "signed twice": {"sign_response": True},
    "encrypted": {"encrypt_for": pair("sp")[1]},
}


def bytes_changed(raw: bytes, rng: random.Random) -> bytes:
    """A few other bytes, or a piece that is gone, or there twice."""
    changed = bytearray(raw)
    how = rng.randrange(3)
    start, end = sorted(rng.randrange(len(changed)) for _ in range(2))
    if how == 0:
        for _ in range(rng.randint(1, 4)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    elif how == 1:
        del changed[start:end]
    else:
        changed[end:end] = changed[start:end]
    return bytes(changed)


def tree_changed(raw: bytes, rng: random.Random) -> bytes:
    """An element moved, copied, renamed, emptied or gone, or an attribute with another value."""
    root = etree.fromstring(raw)
    elements = list(root.iter())
    one, other = (rng.choice(elements) for _ in range(2))
    how = rng.randrange(6)
    if how == 0 and one is not root:
        one.getparent().remove(one)
    elif how == 1 and one is not root:
        one.addnext(copy.deepcopy(one))
    elif how == 2:
        other.append(copy.deepcopy(one))
    elif how == 3 and one.attrib:
        name = rng.choice(sorted(one.attrib))
        one.set(name, rng.choice(["", "x", " ", "#x", one.get(name) + " ", "2020-01-01T00:00:00Z"]))
    elif how == 4:
        one.text = rng.choice(["", "x", (one.text or "") + " ", "\u200b"])
    else:
        one.tag = other.tag
    return etree.tostring(root)


def said(assertion: Assertion) -> tuple:
    """Everything that counts."""
    return (
        assertion.id,
        assertion.name_id,
        assertion.claims,
        assertion.in_response_to,
        assertion.session_index,
    )


@pytest.mark.parametrize("how", sorted(HOW))
def test_a_change_is_refused_or_changes_nothing(how):
    idp = Idp(audience="https://sp.example/metadata", acs_url="https://sp.example/acs")
    expected = Expected(
        issuer=idp.entity_id,
        audience=idp.audience,
        acs_url=idp.acs_url,
        certificates=[idp.certificate],
        private_keys=[pair("sp")[0]],
        now=idp.now,
        skew=timedelta(seconds=60),
    )
    raw = idp.answer(to="_asked", **HOW[how])
    good = read_answer(raw, expected)
    rng = random.Random(how)
    refused = 0

    for _ in range(MUTATIONS // len(HOW)):
        mutated = rng.choice([bytes_changed, tree_changed])(raw, rng)
        try:
            assert said(read_answer(mutated, expected)) == said(good)
        except Refused:
            refused += 1

    assert refused > MUTATIONS // len(HOW) // 2


def test_metadata_that_was_changed_is_read_or_refused():
    raw, rng = Idp().metadata().encode(), random.Random("metadata")

    for _ in range(MUTATIONS):
        try:
            read_metadata(rng.choice([bytes_changed, tree_changed])(raw, rng))
        except (Refused, Refusal):
            continue
