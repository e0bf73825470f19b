"""One file given to somebody outside of its conversation, and taken back, in two real windows."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_files import attach
from tests.e2e.window import Window


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / f"note-{uuid4().hex[:8]}.txt"
    path.write_text("between us, and one more")
    return path


def test_a_file_of_a_closed_channel_is_given_opened_and_taken_back(
    ana: Window, bo: Window, note: Path, violations: Callable[[Page], list[str]]
):
    name = f"room-{uuid4().hex[:8]}"
    room = ana.api("POST", "/conversations", {"kind": "private", "name": name})["id"]
    ana.open(room)
    attach(ana, note)
    expect(ana.page.locator(".attachment.done")).to_have_count(1)
    ana.composer.press("Enter")

    ana.page.get_by_role("button", name=f"More about {note.name}").click()
    ana.page.get_by_role("button", name="Share…").click()
    dialog = ana.page.get_by_role("dialog", name="Share a file")
    expect(dialog.get_by_text("Nobody yet, apart from those")).to_be_visible()
    dialog.get_by_role("combobox", name="Share with people or groups").fill("Bo")
    dialog.get_by_role("option", name=re.compile("^Bo")).first.click()
    taking = dialog.get_by_role("button", name=re.compile("^Stop sharing with Bo"))
    expect(taking).to_be_visible()
    assert violations(ana.page) == []

    given = bo.page.locator("[data-view=given]")
    expect(given.locator(".badge")).to_have_text(re.compile(r"^\d+$"))
    given.click()
    expect(bo.page.locator(".file-list li", has_text=note.name)).to_have_count(1)
    expect(given.locator(".badge")).to_have_count(0)

    bo.page.get_by_role("button", name="Search messages").first.click()
    bo.page.get_by_role("tab", name="Files").click()
    bo.page.locator(".search-given button").click()
    listed = bo.page.locator(".file-list li", has_text=note.name)
    expect(listed).to_have_count(1)
    expect(listed.get_by_role("button")).to_have_count(1)
    assert violations(bo.page) == []
    listed.get_by_role("button").click()
    expect(bo.page.locator(".viewer-text pre")).to_have_text("between us, and one more")
    bo.page.keyboard.press("Escape")
    bo.page.get_by_role("combobox", name="Search", exact=True).fill(note.stem)
    found = bo.page.locator(".hit", has_text=note.name)
    expect(found).to_have_count(1)

    taking.click()
    expect(dialog.get_by_text("Nobody yet, apart from those")).to_be_visible()

    found.click()
    expect(bo.page.get_by_text("This file cannot be shown here.")).to_be_visible()
    bo.page.keyboard.press("Escape")
    bo.page.get_by_role("combobox", name="Search", exact=True).fill(f"{note.stem} ")
    expect(bo.page.get_by_text("Nothing found for")).to_be_visible()


def test_a_channels_owner_shares_what_others_sent_there(ana: Window, bo: Window, note: Path):
    name = f"room-{uuid4().hex[:8]}"
    room = bo.api("POST", "/conversations", {"kind": "private", "name": name})["id"]
    bo.api("POST", f"/conversations/{room}/members", {"user_id": ana.api("GET", "/me")["id"]})
    ana.open(room)
    attach(ana, note)
    expect(ana.page.locator(".attachment.done")).to_have_count(1)
    ana.composer.press("Enter")

    bo.open(room)
    bo.page.get_by_role("button", name=f"More about {note.name}").click()
    bo.page.get_by_role("button", name="Share…").click()
    expect(bo.page.get_by_text("Nobody yet, apart from those")).to_be_visible()
