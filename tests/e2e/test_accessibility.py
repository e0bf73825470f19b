"""axe finds nothing on any page or dialog of ours, and nothing there is out of reach.

In light, in dark, in forced colours at twice the size, on a phone; in German and in Arabic, too.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import SignIn
from tests.e2e.product import PASSWORD, Product
from tests.e2e.tour import Tour, furnish, out_of_reach, picture, share, sideways, text_file
from tests.e2e.window import Window

LOOKS = [
    pytest.param({"color_scheme": "light"}, id="light"),
    pytest.param({"color_scheme": "dark"}, id="dark"),
    pytest.param({"forced_colors": "active", "contrast": "more"}, id="contrast"),
    pytest.param({"viewport": {"width": 320, "height": 640}}, id="phone"),
]


# The walk goes by what things do, not by their names: each look is walked in a language of its own.
LANGUAGES = {"dark": "de-DE", "contrast": "ja-JP", "phone": "ar-EG"}


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest) -> dict[str, Any]:
    return {"bypass_csp": True, "reduced_motion": "reduce"} | request.param


@pytest.fixture(scope="module")
def furnished(browser: Browser, product: Product) -> Iterator[str]:
    """A channel with one of everything in it."""
    windows = []
    for person in ("ana", "bo"):
        context = browser.new_context(base_url=product.site("acme"), service_workers="block")
        page = context.new_page()
        page.goto("/accounts/login/")
        page.locator("input[name=login]").fill(f"{person}@acme.example")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        windows.append(Window(page).ready())
    ana, bo = windows
    room = furnish(ana, bo)
    bo.open(room)
    share(bo, [picture(), text_file()])
    yield room
    for item in ana.api("GET", "/me/scheduled")["items"]:
        ana.api("DELETE", f"/scheduled/{item['id']}")
    for window in windows:
        window.page.context.close()


@pytest.fixture
def room(look: dict[str, Any], sign_in: SignIn) -> Window:
    """Ana before a channel that holds one of each kind of content."""
    ana = sign_in("ana", **look)
    name = f"look-{uuid4().hex[:6]}"
    channel = ana.api("POST", "/conversations", {"kind": "private", "name": name, "topic": "Look"})
    ana.write_history(
        channel["id"],
        [
            "Plain, **strong**, `code`, <!channel>, [a link](https://example.org)",
            "| a | b |\n|---|---|\n| 1 | 2 |\n\n- [x] done\n- [ ] open\n\n> said\n\n```\ncode\n```",
            "To be deleted",
            "👍",
        ],
    )
    path = f"/conversations/{channel['id']}/messages"
    deleted, table, plain = (ana.api("GET", path)["items"][index] for index in (1, 2, 3))
    ana.api("DELETE", f"/messages/{deleted['id']}")
    ana.api("PUT", f"/messages/{table['id']}/reactions/%F0%9F%91%8D")
    ana.api("PATCH", f"/messages/{plain['id']}", {"text": plain["text"] + " edited"})
    ana.api("POST", path, {"text": "A reply", "thread_id": plain["id"]})
    return ana.open(channel["id"])


def test_everything_that_opens(
    furnished: str,
    look: dict[str, Any],
    request: pytest.FixtureRequest,
    sign_in_as: SignIn,
    violations: Callable[[Page], list[str]],
):
    locale = LANGUAGES.get(request.node.callspec.id, "en-GB")
    ana = sign_in_as("ana", locale=locale, **look)
    if "contrast" in look:
        # A laptop at 200 %, which is a phone that lies on its side, too.
        ana.page.set_viewport_size({"width": 640, "height": 360})
    found: dict[str, list[str]] = {}

    def look_at(name: str) -> None:
        found[name] = violations(ana.page) + out_of_reach(ana.page) + sideways(ana.page)

    tour = Tour(ana, furnished, look_at)

    tour.go()

    assert {name: each for name, each in found.items() if each} == {}
    assert tour.missed() == []


def test_what_comes_up_while_writing_and_after_deleting(
    room: Window, violations: Callable[[Page], list[str]]
):
    page = room.page
    room.composer.press_sequentially("@an")
    expect(page.get_by_role("option").first).to_be_visible()
    assert violations(page) == []
    room.composer.fill("")

    room.act(room.row("Plain"), "Delete message")
    expect(page.locator(".toast")).to_contain_text("Message deleted.")
    assert violations(page) == []


def test_what_is_unsent(room: Window, violations: Callable[[Page], list[str]]):
    room.page.route("**/messages", lambda route: route.fulfill(status=422, json=_REFUSAL))
    room.say("will be refused")
    expect(room.page.locator(".failure")).to_be_visible()
    room.page.context.set_offline(True)
    expect(room.page.locator(".connection")).to_contain_text("You are offline")

    assert violations(room.page) == []
    room.page.context.set_offline(False)


@pytest.mark.parametrize(
    ("theme", "scheme"), [("dark", "light"), ("light", "dark"), ("contrast", "dark")]
)
def test_forced_colours_count_whatever_theme_one_has_chosen(
    sign_in: SignIn, violations: Callable[[Page], list[str]], theme: str, scheme: str
):
    ana = sign_in("ana", forced_colors="active", color_scheme=scheme, bypass_csp=True)
    general = next(
        c for c in ana.api("GET", "/me/conversations")["items"] if c["name"] == "general"
    )
    with ana.preferring(theme=theme):
        ana.open(general["id"])
        expect(ana.page.locator("html")).to_have_attribute("data-theme", theme)
        icon = "getComputedStyle(document.querySelector('.main header svg')).color"

        assert violations(ana.page) == []
        light = sum(map(int, re.findall(r"\d+", ana.page.evaluate(icon))[:3])) > 3 * 128
        assert light == (scheme == "dark")


_REFUSAL = {
    "type": "about:blank",
    "title": "Some values cannot be accepted",
    "status": 422,
    "detail": "",
    "code": "invalid",
    "errors": [{"field": "text", "message": "No."}],
}


BEFORE_SIGN_IN = [
    *("/accounts/login/", "/accounts/login/code/", "/accounts/inactive/", "/nothing-is-here/"),
    *("/accounts/password/reset/", "/accounts/password/reset/done/", "/accounts/join/nothing/"),
    "/accounts/password/reset/key/done/",
]
OF_ONES_OWN = [
    *("/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/2fa/passkeys/"),
    *("/accounts/2fa/passkeys/add/", "/accounts/sessions/", "/accounts/password/change/"),
    *("/accounts/email/", "/accounts/reauthenticate/", "/accounts/logout/", "/admin/nothing/"),
]


def test_the_pages_of_ones_own_account(
    look: dict[str, Any], sign_in: SignIn, violations: Callable[[Page], list[str]]
):
    page = sign_in("bo", **look).page
    found = {}
    for address in OF_ONES_OWN:
        page.goto(address)
        found[address] = violations(page)
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), address
    assert {address: each for address, each in found.items() if each} == {}


def test_the_pages_around_the_client(
    look: dict[str, Any],
    product: Product,
    new_context: Callable[..., BrowserContext],
    violations: Callable[[Page], list[str]],
):
    page = new_context(**look).new_page()
    found = {}
    for address in (*BEFORE_SIGN_IN, product.site(), f"{product.site()}/admin/login/"):
        page.goto(address)
        found[address] = violations(page)
    assert {address: each for address, each in found.items() if each} == {}
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("nobody@acme.example")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".errorlist")).to_be_visible()
    assert violations(page) == []
