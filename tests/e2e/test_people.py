"""Who somebody is, asked of a name; and what the tab says while one looks elsewhere."""

import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.e2e.window import Window


def test_a_name_tells_who_that_is_by_pointer_and_by_keys(
    ana: Window, bo: Window, fresh_channel: str, violations: Callable[[Page], list[str]]
):
    ana.open(fresh_channel)
    bo.open(fresh_channel).say("Good morning from the workshop")
    row = ana.row("from the workshop")
    card = ana.page.get_by_role("dialog", name=re.compile("^About Bo"))

    row.locator(".name").click()
    expect(card.get_by_role("link", name="bo@acme.example")).to_be_visible()
    assert violations(ana.page) == []
    ana.page.keyboard.press("Escape")
    expect(card).to_have_count(0)

    row.focus()
    row.press("i")
    card.get_by_role("button", name="Find messages").click()
    expect(ana.page.locator(".hit", has_text="from the workshop")).to_be_visible()

    row.locator(".avatar").click()
    card.get_by_role("button", name="Message", exact=True).click()
    expect(ana.page.locator(".titles h1")).to_have_text(re.compile("^Bo"))


def test_the_tab_shows_that_something_waits(ana: Window, bo: Window, fresh_channel: str):
    direct = ana.api(
        "POST", "/conversations", {"kind": "direct", "member_ids": [bo.api("GET", "/me")["id"]]}
    )["id"]
    ana.open(fresh_channel)
    icon = ana.page.locator("link[rel=icon]")
    path = f"/conversations/{direct}/messages"
    bo.api("POST", path, {"text": "Are you there?", "key": str(uuid4())})

    expect(ana.page).to_have_title(re.compile(r"^\(\d+\) "))
    expect(icon).to_have_attribute("href", re.compile("seal-unread"))
    ana.open(direct)
    expect(ana.entry(direct).locator(".badge")).to_have_count(0)
