"""Reading PDF files in the page, honest ones and others."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_files import attach
from tests.e2e.window import Window
from tests.files import pdfs


@pytest.fixture
def shelf(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def put(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return put


def share(window: Window, *paths: Path) -> None:
    attach(window, *paths)
    expect(window.page.locator(".attachment.done")).to_have_count(len(paths))
    window.composer.press("Enter")
    expect(window.page.locator(".file-card")).to_have_count(len(paths))


def read(window: Window, name: str) -> None:
    # A message on its way is drawn anew when it has arrived, and loses the focus with it.
    card = window.page.locator(".message:not(.pending) .file-card-name", has_text=name)
    # Rows are hidden while the history is being placed, and what is hidden takes no focus.
    expect(card).to_be_visible()
    card.focus()
    expect(card).to_be_focused()
    window.page.keyboard.press("Enter")


def test_the_picture_of_its_first_page_opens_it(ana: Window, fresh_channel: str, shelf):
    ana.open(fresh_channel)
    share(ana, shelf("report.pdf", pdfs.pdf("In short")))

    # Not while it is on its way: what is drawn anew between press and release is not clicked.
    sent = ana.page.locator(".message:not(.pending) .file-card")
    expect(sent.locator("img")).to_be_visible()
    sent.click(position={"x": 16, "y": 16})

    expect(ana.page.locator(".pdf-pages")).to_be_visible()


def test_a_report_is_read_by_keyboard_and_only_what_is_in_view_is_drawn(
    ana: Window, fresh_channel: str, shelf, violations: Callable[[Page], list[str]]
):
    asked: list[str] = []
    ana.page.on("request", lambda request: asked.append(request.url))
    ana.open(fresh_channel)
    pages = [f"This is page {number}" for number in range(1, 41)]
    share(ana, shelf("report.pdf", pdfs.pdf(*pages)))
    # The first page is in the conversation, drawn by the server.
    expect(ana.page.locator(".file-card-page img")).to_be_visible()
    assert not any("pdf.min" in url or "pdf.worker" in url for url in asked)

    read(ana, "report.pdf")
    words = ana.page.locator(".pdf-words")
    expect(words.first).to_have_text("This is page 1")
    expect(ana.page.locator(".pdf-pages")).to_be_focused()
    assert violations(ana.page) == []
    field = ana.page.get_by_role("textbox", name="Page number")
    ana.page.keyboard.press("PageDown")
    ana.page.keyboard.press("PageDown")
    expect(field).to_have_value("3")
    ana.page.keyboard.press("End")
    expect(field).to_have_value("40")
    field.fill("17")
    field.press("Enter")
    expect(field).to_have_value("17")
    expect(ana.page.get_by_role("region", name="Page 17 of 40")).to_have_text("This is page 17")
    assert ana.page.locator(".pdf-paper canvas").count() <= 5
    expect(ana.page.get_by_role("status").filter(has_text="Page 17 of 40")).to_have_count(1)

    ana.page.locator(".pdf-pages").focus()
    before = ana.page.locator(".pdf-paper").first.bounding_box()
    ana.page.keyboard.press("+")
    expect(field).to_have_value("17")
    after = ana.page.locator(".pdf-paper").first.bounding_box()
    assert before is not None
    assert after is not None
    assert round(after["width"] / before["width"], 1) == 1.5
    ana.page.keyboard.press("Escape")
    expect(ana.page.locator("dialog.viewer")).to_have_count(0)


def test_documents_that_mean_harm_or_are_broken_say_so_and_run_nothing(
    ana: Window, fresh_channel: str, shelf
):
    dialogs: list[str] = []
    ana.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    ana.open(fresh_channel)
    share(
        ana,
        shelf("1-script.pdf", pdfs.with_script()),
        shelf("2-password.pdf", pdfs.with_password()),
        shelf("3-broken.pdf", pdfs.broken()),
        shelf("4-huge.pdf", pdfs.pdf("huge words", size=(14_400, 14_400))),
        shelf("5-thin.pdf", pdfs.pdf("thin", size=(10, 14_400))),
    )
    read(ana, "1-script.pdf")
    expect(ana.page.locator(".pdf-words")).to_have_text("harmless words")
    ana.page.keyboard.press("ArrowRight")
    expect(ana.page.get_by_role("alert")).to_contain_text("protected by a password")
    ana.page.keyboard.press("ArrowRight")
    expect(ana.page.get_by_role("alert")).to_contain_text("This PDF is damaged")
    ana.page.keyboard.press("ArrowRight")
    expect(ana.page.locator(".pdf-words")).to_have_text("huge words")
    for _ in range(4):
        ana.page.keyboard.press("+")
    canvas = ana.page.locator(".pdf-paper canvas")
    expect(canvas).to_have_js_property("width", 3600)
    assert canvas.evaluate("canvas => canvas.width * canvas.height") <= 2**24
    ana.page.keyboard.press("ArrowRight")
    expect(ana.page.get_by_text("This page cannot be shown.")).to_be_visible()
    assert dialogs == []
    assert "ran" not in ana.page.title().split()


def test_links_lead_on_and_never_run_anything(ana: Window, fresh_channel: str, shelf):
    links = [
        "/A << /S /URI /URI (https://chancery.example/more) >>",
        "/Dest [10 0 R /Fit]",
        "/A << /S /URI /URI (javascript:alert\\(1\\)) >>",
        "/A << /S /JavaScript /JS (app.alert\\(1\\)) >>",
        "/A << /S /Launch /F (/bin/sh) >>",
    ]
    ana.open(fresh_channel)
    share(ana, shelf("linked.pdf", pdfs.pdf(*[f"page {n}" for n in range(1, 8)], links=links)))
    read(ana, "linked.pdf")

    drawn = ana.page.locator(".pdf-link")
    expect(drawn).to_have_count(2)
    outward, inward = drawn.nth(0), drawn.nth(1)
    expect(outward).to_have_attribute("href", "https://chancery.example/more")
    expect(outward).to_have_attribute("rel", "noopener noreferrer")
    expect(outward).to_have_attribute("target", "_blank")
    inward.focus()
    ana.page.keyboard.press("Enter")
    expect(ana.page.get_by_role("textbox", name="Page number")).to_have_value("4")


def test_a_reader_who_is_removed_meanwhile_reads_no_further(ana: Window, bo: Window, shelf):
    bo_id = ana.api("GET", "/users?q=bo@")["items"][0]["id"]
    room = {"kind": "private", "name": f"room-{uuid4().hex[:8]}", "member_ids": [bo_id]}
    channel = ana.api("POST", "/conversations", room)["id"]
    # Pages longer than a piece that is fetched: later ones are asked for when they are looked at.
    pages = [f"page {number}" for number in range(1, 13)]
    ana.open(channel)
    share(ana, shelf("long.pdf", pdfs.pdf(*pages, ballast=600_000)))
    bo.open(channel)
    read(bo, "long.pdf")
    expect(bo.page.locator(".pdf-words").first).to_contain_text("page 1")
    url = bo.page.locator("dialog.viewer a[download]").get_attribute("href")
    ana.api("DELETE", f"/conversations/{channel}/members/{bo_id}")

    statuses: list[int] = []
    bo.page.on("response", lambda a: url and url in a.url and statuses.append(a.status))
    field = bo.page.get_by_role("textbox", name="Page number")
    field.fill("7")
    field.press("Enter")

    expect(bo.page.locator(".pdf-trouble, .viewer-closed").first).to_be_attached()
    assert statuses
    assert set(statuses) == {404}


def test_the_reader_is_no_part_of_the_first_load_and_of_what_is_kept_for_offline(ana: Window):
    shell = ana.page.evaluate("fetch('/sw.js').then((answer) => answer.text())")

    assert re.search(r"assets/client-[\w-]+\.js", shell)
    assert not re.search(r"pdf\.(min|worker)", shell)
