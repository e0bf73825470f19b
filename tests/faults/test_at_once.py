"""What changes for a person holds at once, on the sockets they have open already."""

from collections.abc import Callable
from contextlib import closing
from uuid import uuid4

import httpx
import pytest

from tests.faults.listener import Listener
from tests.faults.product import Product
from tests.launch.waiting import eventually

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(180),
    pytest.mark.xdist_group("faults"),
]


@pytest.fixture
def ana(product: Product):
    with product.api("ana", product.one) as api:
        yield api


def id_of(product: Product, who: str) -> str:
    with product.api(who, product.one) as api:
        return api.get("/me").json()["id"]


def make_channel(ana: httpx.Client, *member_ids: str, kind: str = "private") -> str:
    body = {"kind": kind, "name": str(uuid4()), "member_ids": list(member_ids)}
    return ana.post("/conversations", json=body).json()["id"]


def post(api: httpx.Client, place: str, text: str = "x") -> int:
    answer = api.post(f"/conversations/{place}/messages", json={"text": text})
    assert answer.status_code == 201
    return answer.json()["seq"]


def _texts(listener: Listener) -> list[str | None]:
    created = [frame for frame in listener.frames if ".message.created." in frame["event"]]
    return [frame["data"]["text"] for frame in created]


def hears(listener: Listener, event: str) -> Callable[[], bool]:
    return lambda: any(event in frame["event"] for frame in listener.own)


def test_who_is_removed_hears_nothing_further_and_who_is_added_again_does(product, ana):
    bo_id = id_of(product, "bo")
    place = make_channel(ana, bo_id)
    with (
        closing(Listener(product, "bo", product.two, place)) as bo,
        closing(Listener(product, "ana", product.one, place)) as witness,
    ):
        last = post(ana, place)
        assert bo.reaches(last, within_s=10)

        assert ana.delete(f"/conversations/{place}/members/{bo_id}").status_code == 204
        secret = post(ana, place, "not for Bo")
        assert witness.reaches(secret, within_s=10)
        assert eventually(hears(bo, "membership.removed"))
        with product.api("bo", product.two) as api:
            assert api.get(f"/conversations/{place}").status_code == 404
            assert api.get(f"/conversations/{place}/events").status_code == 404

        assert _texts(bo) == ["x"]

        answer = ana.post(f"/conversations/{place}/members", json={"user_id": bo_id})
        assert answer.status_code == 201
        assert eventually(hears(bo, "membership.added"))
        last = post(ana, place, "for Bo again")
        assert bo.reaches(last, within_s=10)
        assert witness.reaches(last, within_s=10)

        # A worker writes the line on who was added, before this message or after it.
        assert "for Bo again" in _texts(bo)
        assert bo.closed is None


def test_who_is_put_into_a_new_conversation_hears_of_it_without_asking(product, ana):
    somewhere = make_channel(ana, id_of(product, "cy"))
    with closing(Listener(product, "cy", product.two, somewhere)) as cy:
        place = make_channel(ana, id_of(product, "cy"))
        assert eventually(hears(cy, "membership.added"))
        post(ana, place, "welcome")

        assert eventually(lambda: any(frame["conversation_id"] == place for frame in cy.others))
