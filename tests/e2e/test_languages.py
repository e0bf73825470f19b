"""The client in the languages of its people: by the browser, by choice, from right to left."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.e2e.conftest import SignIn
from tests.e2e.passing import answered
from tests.e2e.product import PASSWORD
from tests.e2e.tour import sideways
from tests.e2e.window import Window

pytestmark = pytest.mark.xdist_group("e2e")


@pytest.mark.parametrize(
    ("locale", "channels", "placeholder"),
    [
        ("de-DE", "Kanäle", "An #general schreiben"),
        ("fr-FR", "Canaux", "Écrire à #general"),
        ("es-ES", "Canales", "Escribir a #general"),
        ("ja-JP", "チャンネル", "#generalに書く"),
    ],
)
def test_the_client_speaks_what_the_browser_asks_for(
    sign_in_as: SignIn, locale: str, channels: str, placeholder: str
):
    ana = sign_in_as("ana", locale=locale)

    expect(ana.page.locator("html")).to_have_attribute("lang", locale[:2])
    expect(ana.page.locator(".sidebar").get_by_text(channels).first).to_be_visible()
    expect(ana.composer).to_have_attribute("placeholder", placeholder)


def test_arabic_runs_from_right_to_left_on_a_phone_too(sign_in_as: SignIn):
    ana = sign_in_as("ana", locale="ar-EG")
    sidebar, main = ana.page.locator(".sidebar"), ana.page.locator(".main")

    expect(ana.page.locator("html")).to_have_attribute("dir", "rtl")
    assert sidebar.bounding_box()["x"] > main.bounding_box()["x"]
    ana.page.set_viewport_size({"width": 320, "height": 640})
    assert ana.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_emoji_are_called_by_their_names_in_the_persons_language(sign_in_as: SignIn):
    ana = sign_in_as("ana", locale="de-DE")
    ana.composer.press_sequentially(":fußball")
    expect(ana.page.get_by_role("option").first).to_contain_text("⚽")
    ana.composer.fill("")

    ana.page.get_by_role("button", name="Emoji einfügen").click()
    field = ana.page.get_by_role("searchbox")
    field.fill("Sonne")
    expect(ana.page.get_by_role("button", name="Sonne", exact=True).first).to_be_visible()
    field.fill("tada")
    expect(ana.page.locator(".picker [data-emoji]").first).to_have_text("🎉")


def test_the_language_is_chosen_on_the_sign_in_page_by_keys_and_stays(
    new_context: Callable[..., BrowserContext],
):
    page = new_context(locale="en-GB").new_page()
    page.goto("/accounts/login/")

    page.get_by_role("button", name="Español").focus()
    page.keyboard.press("Enter")

    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("button", name="Español")).to_have_attribute("aria-current", "true")
    page.locator("input[name=login]").fill("eve@acme.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(Window(page).ready().page.locator("html")).to_have_attribute("lang", "es")


def test_a_chosen_language_holds_whatever_the_browser_asks_for(sign_in_as: SignIn):
    cy = sign_in_as("cy", locale="en-GB")
    try:
        cy.api("PATCH", "/me", {"locale": "de", "preferences": {"auto_locale": False}})
        cy.page.reload()
        cy.ready()
        expect(cy.page.locator("html")).to_have_attribute("lang", "de")
    finally:
        cy.api("PATCH", "/me", {"locale": "en", "preferences": {"auto_locale": True}})


_EDGES = """(row) => [...row.querySelectorAll(".text > *")]
  .map((each) => Math.round(each.getBoundingClientRect().right))"""


def test_what_is_latin_within_arabic_stands_where_arabic_begins(sign_in_as: SignIn):
    ana = sign_in_as("ana", locale="ar-EG", viewport={"width": 1440, "height": 900})
    name = f"turned-{uuid4().hex[:6]}"
    room = ana.api("POST", "/conversations", {"kind": "private", "name": name})
    ana.write_history(room["id"], ["Before\n\n- one\n- two\n\n> said\n\n1. first"])
    ana.open(room["id"])

    edges = ana.row("Before").evaluate(_EDGES)
    assert (len(edges), len(set(edges))) == (4, 1)
    marks = ana.row("Before").locator("ul").bounding_box()["x"]
    assert ana.row("Before").locator("li").first.bounding_box()["x"] > marks
    field = ana.composer.bounding_box()
    box = ana.page.locator(".composer-box").bounding_box()
    assert box["x"] + box["width"] - field["x"] - field["width"] >= 12


def test_a_phone_s_settings_are_read_without_moving_them_sideways(sign_in_as: SignIn):
    cy = sign_in_as("cy", locale="ja-JP", viewport={"width": 320, "height": 640})
    cy.page.keyboard.press("Control+,")
    for section in ("profile", "tokens"):
        button = cy.page.locator(f"[data-section={section}]")
        button.click()
        expect(button).to_have_attribute("aria-current", "true")
        assert sideways(cy.page) == []
        row = cy.page.locator(".settings-sections").bounding_box()
        assert row["height"] >= button.bounding_box()["height"]


@pytest.mark.parametrize(("most", "is_in_words"), [(2, True), (7, False)])
def test_somebody_of_few_channels_finds_the_way_to_more_in_words(
    sign_in_as: SignIn, most: int, is_in_words: bool
):
    cy = sign_in_as("cy")

    def tell(route: Route) -> None:
        page = answered(route).json()
        channel = next(item for item in page["items"] if item["kind"] != "direct")
        items = [channel | {"id": str(uuid4())} for _ in range(most)]
        route.fulfill(json=page | {"items": items, "next": None})

    cy.page.route("**/api/v1/me/conversations*", tell)
    cy.page.goto("/")
    expect(cy.page.locator(".entry[data-conversation]")).to_have_count(most)

    words = cy.page.locator(".sidebar").get_by_text("Browse channels", exact=True)
    expect(words).to_have_count(1 if is_in_words else 0)
    cy.page.locator(".sidebar [data-action=browse]").click()
    expect(cy.page.get_by_role("dialog", name="Browse channels")).to_be_visible()
