"""Whatever changes what a signed answer says is refused, in words and on record; never a 500.

Hypothesis draws the changes, several at once, on answers in clear, signed twice and encrypted; each
goes the whole way, as a browser brings it. The draws are the same in every run.
"""

import copy
from collections.abc import Callable
from typing import Any

from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from accounts.sso.models import Arrival, ExternalIdentity, Outcome
from events.models import Entry
from tenants.context import in_tenant
from tests.accounts.sso.conftest import Door
from tests.accounts.sso.idp import NS, SAML
from tests.accounts.sso.test_saml import who

MOST = 120

type Change = tuple[str, int, int, str]

TEXTS = (
    "kim-2",
    "ana@acme.example",
    " kim-1",
    "kim-1\u200b",
    "kіm-1",
    "",
    "2099-01-01T00:00:00Z",
    "https://evil.example/acs",
    "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key",
    "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    "#x",
)
type Tree = etree._Element


def _attribute(one: Tree, other: Tree, text: str) -> None:
    for name in sorted(one.attrib)[-1:]:
        one.set(name, text)


def _comment(one: Tree, other: Tree, text: str) -> None:
    """In the middle of a text: a careless reader takes its first half."""
    words, note = one.text or "", etree.Comment("x")
    one.text, note.tail = words[: len(words) // 2], words[len(words) // 2 :]
    one.insert(0, note)


def _copy(one: Tree, other: Tree, text: str) -> None:
    if one.getparent() is not None:
        one.addnext(copy.deepcopy(one))


def _move(one: Tree, other: Tree, text: str) -> None:
    if one is not other and one not in other.iterancestors():
        other.append(one)


def _gone(one: Tree, other: Tree, text: str) -> None:
    parent = one.getparent()
    if parent is not None:
        parent.remove(one)


def _wrap(one: Tree, other: Tree, text: str) -> None:
    if one.getparent() is not None:
        holder = etree.Element(f"{{{SAML}}}Advice")
        one.addprevious(holder)
        holder.append(one)


def _prolong(one: Tree, other: Tree, text: str) -> None:
    for each in one.getroottree().iter(f"{{{SAML}}}*"):
        if "NotOnOrAfter" in each.attrib:
            each.set("NotOnOrAfter", "2099-01-01T00:00:00Z")


HOW: dict[str, Callable[[Tree, Tree, str], Any]] = {
    "text": lambda one, other, text: setattr(one, "text", text),
    "attribute": _attribute,
    "comment": _comment,
    "copy": _copy,
    "into": lambda one, other, text: other.insert(0, copy.deepcopy(one)),
    "move": _move,
    "rename": lambda one, other, text: setattr(one, "tag", other.tag),
    "gone": _gone,
    "wrap": _wrap,
    "prolong": _prolong,
}
changes = st.lists(
    st.tuples(
        st.sampled_from(sorted(HOW)),
        st.integers(0, 60),
        st.integers(0, 60),
        st.sampled_from(TEXTS),
    ),
    min_size=1,
    max_size=3,
)


def changed(raw: bytes, drawn: list[Change]) -> bytes:
    """The answer with these changes, in their order; what cannot be done is left out."""
    root = etree.fromstring(raw)
    for how, first, second, text in drawn:
        parts = [each for each in root.iter() if isinstance(each.tag, str)]
        HOW[how](parts[first % len(parts)], parts[second % len(parts)], text)
    return etree.tostring(root)


def forged(raw: bytes) -> bytes:
    """Its own assertion first, the good one beside it: what wrapping begins with."""
    root = etree.fromstring(raw)
    good = root.find("saml:Assertion", NS)
    assert good is not None
    evil = copy.deepcopy(good)
    name = evil.find(".//saml:NameID", NS)
    assert name is not None
    name.text = "kim-2"
    good.addprevious(evil)
    return etree.tostring(root)


def test_the_beginning_of_a_forgery_is_refused(door: Door):
    assert bring(door, forged(door.idp.answer(to=door.ask(), name_id="kim-1"))) is None


@settings(
    max_examples=MOST,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(way=st.sampled_from(["clear", "twice", "sealed"]), drawn=changes)
@example(way="clear", drawn=[("prolong", 0, 0, "")])
@example(way="twice", drawn=[("gone", 1, 0, "")])
def test_what_changes_the_meaning_is_refused(door: Door, way: str, drawn: list[Change]):
    door.browser = Client(HTTP_HOST="acme.localhost")
    how = {
        "clear": {},
        "twice": {"sign_response": True},
        "sealed": {"encrypt_for": door.own_certificate},
    }[way]
    good = door.idp.answer(to=door.ask(), **how)

    assert bring(door, changed(good, drawn)) in (None, "kim@corp.example")


def bring(door: Door, raw: bytes) -> str | None:
    """Bring an answer; who is signed in by it. A refusal is a page, a code and one event."""
    with in_tenant("acme"):
        before = set(Arrival.objects.values_list("id", flat=True))
    response = door.come(raw)
    with in_tenant("acme"):
        known = set(ExternalIdentity.objects.values_list("subject", flat=True))
    assert known <= {"kim-1"}
    if response.status_code == 302:
        return who(door.browser)
    assert response.status_code == 403
    assert "You are not signed in" in response.text
    assert who(door.browser) is None
    with in_tenant("acme"):
        arrival = Arrival.objects.exclude(id__in=before).get()
        assert (arrival.outcome, arrival.code != "", arrival.words != "") == (
            Outcome.REFUSED,
            True,
            True,
        )
        said = Entry.objects.get(
            type="chancery.sso.refused.v1", data__arrival_id=str(arrival.id)
        ).data
        assert said["reason"] == arrival.code
    return None
