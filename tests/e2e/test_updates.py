"""A new release comes while people work: it is offered, and nothing begun is lost by taking it."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from launch.bootstrap import BUILT
from tests.e2e.conftest import SignIn
from tests.e2e.test_offline import HAS_TAKEN_HOLD

LOOK = "async () => (await navigator.serviceWorker.getRegistration()).update()"
SHELLS = "async () => (await caches.keys()).join(' ')"


@pytest.fixture
def release() -> Iterator[Callable[[], None]]:
    """Put another build's worker in the place of this one's, as a release does; and back."""
    [worker] = (BUILT / "assets").glob("worker-*.js")
    before = worker.read_bytes()
    yield lambda: worker.write_bytes(before + b"\n// The next build.\n") and None
    worker.write_bytes(before)


def test_a_new_release_is_offered_and_taken_without_losing_what_was_begun(
    sign_in: SignIn, release: Callable[[], None]
):
    ana = sign_in("ana", service_workers="allow")
    page = ana.page
    name = f"update-{uuid4().hex[:6]}"
    room = ana.api("POST", "/conversations", {"kind": "private", "name": name})["id"]
    ana.open(room)
    assert page.evaluate(HAS_TAKEN_HOLD)
    first = page.evaluate(SHELLS)
    page.route("**/messages", lambda route: route.abort())
    ana.say("sent into the release")
    expect(page.locator(".message.pending")).to_have_count(1)
    ana.composer.fill("begun before the release")
    expect(page.locator(".toast")).to_have_count(0)

    release()
    page.evaluate(LOOK)
    offer = page.locator(".toast").filter(has_text="There is a new version of Chancery.")
    expect(offer).to_be_visible()
    with page.expect_navigation():
        offer.get_by_role("button", name="Reload").click()

    ana.ready()
    expect(ana.composer).to_have_value("begun before the release")
    expect(page.locator(".message.pending")).to_have_count(1)
    assert page.evaluate(SHELLS) != first
    expect(offer).to_have_count(0)
    page.unroute("**/messages")
    expect(page.locator(".message.pending")).to_have_count(0, timeout=40_000)
    texts = [item["text"] for item in ana.api("GET", f"/conversations/{room}/messages")["items"]]
    assert texts.count("sent into the release") == 1
