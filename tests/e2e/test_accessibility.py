"""axe finds nothing on any page or dialog of ours: in light, in dark, on a phone."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import SignIn
from tests.e2e.product import Product
from tests.e2e.window import Window

LOOKS = [
    pytest.param({"color_scheme": "light"}, id="light"),
    pytest.param({"color_scheme": "dark"}, id="dark"),
    pytest.param({"viewport": {"width": 375, "height": 740}}, id="phone"),
]


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest) -> dict[str, Any]:
    return {"bypass_csp": True, "reduced_motion": "reduce"} | request.param


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


def test_the_conversation_and_its_panels(room: Window, violations: Callable[[Page], list[str]]):
    page = room.page
    expect(room.row("edited")).to_be_visible()
    assert violations(page) == []

    room.row("Plain").hover()
    assert violations(page) == []

    room.row("Plain").locator(".thread-summary").click()
    expect(room.reply("A reply")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")

    page.locator(".member-count").click()
    expect(page.locator(".member")).to_have_count(1)
    assert violations(page) == []
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Search in this conversation").click()
    page.get_by_role("combobox", name="Search", exact=True).fill("plain")
    expect(page.locator(".hit").first).to_be_visible()
    assert violations(page) == []


def test_the_dialogs(room: Window, violations: Callable[[Page], list[str]]):
    page = room.page
    for command in ("Browse channels", "Create channel", "New direct message", "Keyboard sh"):
        page.keyboard.press("Control+k")
        page.keyboard.type(command)
        assert violations(page) == [], "switcher"
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        assert violations(page) == [], command
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_opens_over_a_message(room: Window, violations: Callable[[Page], list[str]]):
    page = room.page
    room.composer.press_sequentially("@an")
    expect(page.get_by_role("option").first).to_be_visible()
    assert violations(page) == []
    room.composer.fill("")

    row = room.row("Plain")
    room.act(row, "Add reaction")
    expect(page.locator(".picker-group").first).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")

    room.act(row, "Edit message")
    expect(page.get_by_label("Edit message", exact=True)).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Escape")

    room.act(row, "Forward")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")

    room.act(row, "Remind me")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")

    row.hover()
    row.get_by_role("button", name="More actions").click()
    expect(page.get_by_role("menu")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")

    room.act(row, "Delete message")
    expect(page.locator(".toast")).to_contain_text("Message deleted.")
    assert violations(page) == []


def test_a_persons_own_lists(room: Window, violations: Callable[[Page], list[str]]):
    page, row = room.page, room.row("Plain")
    room.act(row, "Save for later")
    room.act(row, "Pin for everyone")
    pins = page.get_by_role("button", name="Pinned messages")
    if not pins.is_visible():  # A phone has them in the menu.
        page.get_by_role("button", name="More about this conversation").click()
        pins = page.get_by_role("menuitem", name="Pinned messages")
    pins.click()
    expect(page.get_by_role("list", name="Pinned messages")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Close Pinned").click()

    # A phone shows the lists' entrances or the conversation.
    back = page.get_by_role("button", name="Back to conversations")
    if back.is_visible():
        back.click()
    for view, title in (("threads", "Threads"), ("later", "Later"), ("drafts", "Drafts and")):
        page.locator(f"[data-view={view}]").click()
        expect(page.locator(".panel").get_by_role("heading", name=title)).to_be_visible()
        assert violations(page) == []
        page.get_by_role("button", name=f"Close {title}").click()


def test_what_is_unsent(room: Window, violations: Callable[[Page], list[str]]):
    room.page.route("**/messages", lambda route: route.fulfill(status=422, json=_REFUSAL))
    room.say("will be refused")
    expect(room.page.locator(".failure")).to_be_visible()
    room.page.context.set_offline(True)
    expect(room.page.locator(".connection")).to_contain_text("You are offline")

    assert violations(room.page) == []
    room.page.context.set_offline(False)


_REFUSAL = {
    "type": "about:blank",
    "title": "Some values cannot be accepted",
    "status": 422,
    "detail": "",
    "code": "invalid",
    "errors": [{"field": "text", "message": "No."}],
}


def test_the_pages_around_the_client(
    look: dict[str, Any],
    product: Product,
    new_context: Callable[..., BrowserContext],
    violations: Callable[[Page], list[str]],
):
    page = new_context(**look).new_page()
    for address in ("/accounts/login/", "/nothing-is-here/", product.site()):
        page.goto(address)
        assert violations(page) == [], address
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("nobody@acme.example")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".errorlist")).to_be_visible()
    assert violations(page) == []


CONSOLE = [
    "",
    "accounts/user/",
    "accounts/user/add/",
    "accounts/session/",
    "accounts/groupmember/add/",
    "messaging/conversation/",
    "messaging/accessreview/add/",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_console_of_the_organisation(
    sign_in: SignIn, violations: Callable[[Page], list[str]], scheme: str
):
    page = sign_in("ana", bypass_csp=True, color_scheme=scheme).page

    found = {}
    for path in CONSOLE:
        page.goto(f"/admin/{path}")
        expect(page.locator("#site-name")).to_be_visible()
        found[path] = violations(page)

    assert found == {path: [] for path in CONSOLE}
