"""Sharing files whose bytes lie in an object store of another origin, in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Request, Route, expect

from tests.e2e.product import Product, running_product
from tests.e2e.test_files import attach
from tests.e2e.window import Window
from tests.files.object_store import ObjectStore, running_store

BUCKET = "chancery-files"


@pytest.fixture(scope="module")
def object_store() -> Iterator[ObjectStore]:
    with running_store() as running:
        running.client.create_bucket(Bucket=BUCKET)
        yield running


@pytest.fixture(scope="module")
def product(object_store: ObjectStore) -> Iterator[Product]:
    """The product with its files in the store; in this module it takes the other one's place."""
    settings = {
        "CHANCERY_FILES": "s3",
        "CHANCERY_S3_BUCKET": BUCKET,
        "CHANCERY_S3_ENDPOINT": object_store.endpoint,
        "CHANCERY_S3_KEY_ID": object_store.key_id,
        "CHANCERY_S3_SECRET": object_store.secret,
    }
    with running_product(**settings) as running:
        yield running


def test_a_picture_goes_straight_to_the_store_on_after_a_cut_and_is_seen_by_the_other(
    ana: Window, bo: Window, fresh_channel: str, object_store: ObjectStore, tmp_path: Path
):
    picture = tmp_path / "noise.png"
    # Larger than one part, so that it can be cut between two.
    Image.effect_noise((3200, 3200), 90).save(picture)
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    sent: list[str] = []

    def note(request: Request) -> None:
        if "partNumber=" in request.url:
            sent.append(request.url)

    def cut_the_second(route: Route) -> None:
        if "partNumber=2" in route.request.url:
            route.abort()
        else:
            route.continue_()

    ana.page.on("request", note)
    ana.page.route(f"{object_store.endpoint}/**", cut_the_second)
    attach(ana, picture)
    expect(ana.page.locator(".attachment.paused")).to_be_visible()
    ana.page.unroute(f"{object_store.endpoint}/**")
    expect(ana.page.locator(".attachment.done")).to_have_count(1, timeout=30_000)
    ana.composer.press("Enter")

    image = bo.page.locator(".message .picture img")
    expect(image).to_have_attribute("src", re.compile("/thumbnail"), timeout=20_000)
    bo.page.locator(".message .picture").click()
    shown = bo.page.locator("dialog.viewer img")
    expect(shown).to_be_visible()
    expect(shown).to_have_js_property("naturalWidth", 3200)
    origins = {f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in sent}
    assert origins == {object_store.endpoint}
    assert sum("partNumber=1" in url for url in sent) == 1


def test_the_page_may_speak_to_the_store_and_to_no_other(ana: Window, object_store: ObjectStore):
    answer = ana.page.goto("/")

    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert f"connect-src 'self' {object_store.endpoint};" in policy
    assert policy.count(object_store.endpoint) == 1
