"""A day in one piece: find, write through a cut line, answer, react, search, share, settle, go.

By each hand, on three widths, in a language from the left and one from the right. What has come of
it is asked of the server as Bo, who has nothing but the interface of programs.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.hands import HANDS, Words
from tests.e2e.product import PASSWORD, Product
from tests.e2e.window import Window
from tests.launch.waiting import eventually

SIZES = {360: 740, 768: 1_024, 1_440: 900}
LOCALES = {"en": "en-GB", "ar": "ar-EG"}


@pytest.fixture(scope="module")
def witness(browser: Browser, product: Product) -> Iterator[Window]:
    """Bo, signed in once for all of these."""
    context = browser.new_context(base_url=product.site("acme"), service_workers="block")
    page = context.new_page()
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill("bo@acme.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    yield Window(page).ready()
    context.close()


def said(witness: Window, room: str) -> list[dict[str, Any]]:
    items = witness.api("GET", f"/conversations/{room}/messages")["items"]
    return [item for item in items if item["kind"] == "text"]


def is_not_too_wide(page: Page) -> bool:
    return page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("hand", HANDS)
def test_a_day(
    witness: Window,
    new_context: Callable[..., BrowserContext],
    hand: str,
    width: int,
    language: str,
):
    name = f"day-{uuid4().hex[:8]}"
    room = witness.api("POST", "/conversations", {"kind": "public", "name": name})["id"]
    is_touched = hand == "pointer" and width == 360
    context = new_context(
        viewport={"width": width, "height": SIZES[width]},
        locale=LOCALES[language],
        has_touch=is_touched,
        is_mobile=is_touched,
    )
    page = context.new_page()
    page.goto("/accounts/login/")
    me = HANDS[hand](page, Words(language))

    me.sign_in("cy@acme.example")
    window = Window(page).ready()
    try:
        me.join(name)
        expect(page.get_by_role("heading", level=1)).to_have_text(name)

        context.set_offline(True)
        expect(page.locator("[data-line=offline]")).to_be_attached()
        me.say(name, "We meet on Thursday")
        expect(page.locator(".message.pending")).to_have_count(1)
        assert said(witness, room) == []
        context.set_offline(False)
        expect(page.locator(".message.pending")).to_have_count(0)
        [root] = said(witness, room)
        assert root["text"] == "We meet on Thursday"

        me.reply("We meet on Thursday", "At ten")
        expect(window.reply("At ten")).to_have_count(1)
        me.close_panel("Thread")
        assert eventually(lambda: said(witness, room)[0]["reply_count"] == 1)
        assert is_not_too_wide(page)

        me.react("We meet on Thursday")
        expect(window.row("We meet on Thursday").locator(".reaction").first).to_contain_text("🎉")
        given = lambda: [each["emoji"] for each in said(witness, room)[0]["reactions"]]  # noqa: E731
        assert eventually(lambda: given() == ["🎉"])

        me.search("thursday")
        expect(page.locator(".hit").first).to_contain_text("Thursday")
        assert is_not_too_wide(page)
        me.close_panel("Search")
        expect(page.locator(".panel")).to_have_count(0)

        me.composer_name = me.words("Message to {name}", name=f"#{name}")
        me.attach("minutes.txt")
        expect(page.locator(".attachment.done")).to_have_count(1)
        me.say(name, "The minutes")
        expect(window.row("The minutes")).to_contain_text("minutes.txt")
        expect(page.locator(".message.pending")).to_have_count(0)
        newest = said(witness, room)[0]
        assert [file["name"] for file in newest["files"]] == ["minutes.txt"]

        me.be_compact()
        expect(page.locator("html")).to_have_attribute("data-density", "compact")
        # Stored before it is taken back below: the other way round the next day began compact.
        chosen = lambda: window.api("GET", "/me")["preferences"]["density"]  # noqa: E731
        assert eventually(lambda: chosen() == "compact")
    finally:
        window.api("PATCH", "/me", {"preferences": {"density": "comfortable"}})
    me.sign_out()

    page.wait_for_url("**/accounts/login/**")
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert page.evaluate("Object.keys(localStorage).length") == 0
