"""Sharing files and finding things, in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.e2e.window import Window

PART_BYTES = 8 * 2**20


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "lamp.jpg"
    Image.new("RGB", (1600, 1000), "teal").save(path)
    return path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(range(256)) * (PART_BYTES // 256) * 3)
    return path


def attach(window: Window, *paths: Path) -> None:
    with window.page.expect_file_chooser() as chooser:
        window.page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files([str(path) for path in paths])


def test_a_picture_and_a_text_are_seen_by_the_other_and_opened_by_keyboard(
    ana: Window, bo: Window, fresh_channel: str, picture: Path, tmp_path: Path
):
    notes = tmp_path / "notes.txt"
    notes.write_text("what we said")
    ana.open(fresh_channel)
    bo.open(fresh_channel)

    attach(ana, picture, notes)
    expect(ana.page.locator(".attachment.done")).to_have_count(2)
    ana.composer.press("Enter")

    image = bo.page.locator(".message .picture img")
    expect(image).to_have_attribute("width", "416")
    expect(image).to_have_attribute("height", "260")
    # The thumbnail comes a moment later, by itself.
    expect(image).to_have_attribute("src", re.compile("/thumbnail"))
    bo.page.locator(".message .picture").focus()
    bo.page.keyboard.press("Enter")
    viewer = bo.page.get_by_role("dialog", name=re.compile("lamp.jpg, 1 of 2"))
    expect(viewer).to_be_visible()
    bo.page.keyboard.press("ArrowRight")
    expect(bo.page.locator(".viewer-text pre")).to_have_text("what we said")
    bo.page.keyboard.press("Escape")
    expect(bo.page.locator("dialog.viewer")).to_have_count(0)
    expect(bo.page.locator(".message .picture")).to_be_focused()


def test_an_upload_goes_on_after_a_cut_and_a_reload_where_it_was(
    ana: Window, fresh_channel: str, large: Path
):
    ana.open(fresh_channel)
    sent: list[str] = []

    def cut_the_third(route: Route) -> None:
        if "partNumber=3" in route.request.url:
            route.abort()
        else:
            route.continue_()

    ana.page.route("**/files/parts/**", cut_the_third)
    attach(ana, large)
    expect(ana.page.locator(".attachment.paused")).to_be_visible()

    ana.page.reload()
    ana.ready()
    ana.page.unroute("**/files/parts/**")
    ana.page.on("request", lambda asked: "/files/parts/" in asked.url and sent.append(asked.url))
    expect(ana.page.locator(".attachment.done")).to_have_count(1)
    ana.composer.press("Enter")

    expect(ana.page.locator(".file-card", has_text="large.bin")).to_be_visible()
    assert all("partNumber=3" in url for url in sent)


def test_enter_before_the_files_are_there_sends_as_soon_as_they_are(
    ana: Window, fresh_channel: str, large: Path
):
    ana.open(fresh_channel)
    held, is_held = list[Route](), True
    ana.page.route(
        "**/uploads/*/complete",
        lambda route: held.append(route) if is_held else route.continue_(),
    )
    attach(ana, large)
    ana.say("patience")
    expect(ana.page.get_by_text("Will be sent as soon as the files are uploaded.")).to_be_visible()
    expect(ana.page.locator(".message", has_text="patience")).to_have_count(0)

    # All bytes are out before the server has answered for them, and only then is this asked for.
    expect(ana.page.locator("progress")).to_have_attribute("value", str(large.stat().st_size))
    is_held = False
    for route in held:
        route.continue_()

    expect(ana.page.locator(".message:not(.pending)", has_text="patience")).to_have_count(1)
    expect(ana.page.locator(".file-card", has_text="large.bin")).to_be_visible()


def test_files_are_dropped_and_pasted_and_can_be_taken_back(ana: Window, fresh_channel: str):
    ana.open(fresh_channel)
    make = "name => { const d = new DataTransfer(); d.items.add(new File(['x'], name)); return d; }"
    dropped = ana.page.evaluate_handle(make, "dropped.txt")
    ana.page.dispatch_event(".main", "dragenter", {"dataTransfer": dropped})
    expect(ana.page.locator(".main[data-drop-here]")).to_be_attached()
    ana.page.dispatch_event(".main", "drop", {"dataTransfer": dropped})
    expect(ana.page.locator(".attachment.done", has_text="dropped.txt")).to_be_visible()
    ana.page.evaluate(
        """name => {
          const data = new DataTransfer();
          data.items.add(new File(["x"], name));
          const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true});
          document.querySelector("[data-composer=conversation]").dispatchEvent(event);
        }""",
        "pasted.txt",
    )
    expect(ana.page.locator(".attachment.done")).to_have_count(2)

    ana.page.get_by_role("button", name="Remove dropped.txt").click()

    expect(ana.page.locator(".attachment")).to_have_count(1)


def test_files_dropped_beside_a_conversation_do_not_take_the_place_of_the_page(
    ana: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    dragged = """([selector, type]) => {
      const data = new DataTransfer();
      if (type === "file") data.items.add(new File(["x"], "stray.txt"));
      else data.items.add("only words", "text/plain");
      const tell = (name) => {
        const given = {dataTransfer: data, bubbles: true, cancelable: true};
        const event = new DragEvent(name, given);
        document.querySelector(selector).dispatchEvent(event);
        return event.defaultPrevented;
      };
      const taken = [tell("dragenter"), tell("dragover")];
      return [...taken, document.querySelector("[data-drop]") !== null, tell("drop")];
    }"""

    # The browser would show the file and leave the page if nobody took the event.
    for beside in (".sidebar .entry[data-conversation]", ".sidebar-head"):
        assert ana.page.evaluate(dragged, [beside, "file"]) == [True, True, True, True]
    expect(ana.page.locator("[data-drop]")).to_have_count(0)
    expect(ana.page.locator(".attachment")).to_have_count(0)
    assert ana.page.evaluate(dragged, [".main", "words"]) == [False, False, False, False]


def test_what_is_refused_says_why_and_the_rest_goes_without_it(ana: Window, fresh_channel: str):
    ana.open(fresh_channel)
    pasted = """files => {
      const data = new DataTransfer();
      for (const [name, text] of files) data.items.add(new File([text], name));
      const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true});
      document.activeElement.dispatchEvent(event);
    }"""
    ana.page.locator(".history-scroll").focus()
    ana.page.evaluate(pasted, [["empty.txt", ""], ["fine.txt", "x"]])
    expect(ana.page.locator(".attachment.done", has_text="fine.txt")).to_be_visible()
    refused = ana.page.locator(".attachment.failed")
    expect(refused.get_by_role("alert")).to_have_text("The file is empty.")
    # It would be refused again.
    expect(refused.get_by_role("button")).to_have_count(1)
    expect(ana.composer).to_be_focused()
    ana.page.keyboard.press("Enter")
    expect(ana.page.locator(".attachments-note")).to_have_text(
        "Remove the file that could not be uploaded, then send the rest."
    )
    ana.page.get_by_role("button", name="Remove empty.txt").click()
    expect(ana.page.locator(".attachments-note")).to_have_text("")
    ana.composer.press("Enter")

    expect(ana.page.locator(".message:not(.pending) .file-card")).to_have_count(1)


def test_things_are_found_by_keyboard_alone_with_filters(
    ana: Window, bo: Window, fresh_channel: str
):
    word = f"lantern{uuid4().hex[:8]}"
    bo.open(fresh_channel).say(f"**The** {word} of ticket ABC-123")
    ana.open(fresh_channel).say(f"another {word}")
    expect(bo.row(f"another {word}")).to_have_count(1)

    ana.page.locator(".history-scroll").focus()
    ana.page.keyboard.press("/")
    field = ana.page.get_by_role("combobox", name="Search", exact=True)
    expect(field).to_be_focused()
    ana.page.keyboard.type(f"{word} fr")
    ana.page.keyboard.press("Tab")
    ana.page.keyboard.type("bo")
    ana.page.keyboard.press("ArrowDown")
    ana.page.keyboard.press("Enter")

    hits = ana.page.locator(".hit")
    expect(hits).to_have_count(1)
    expect(hits.locator(".hit-text")).to_have_text(f"The {word} of ticket ABC-123")
    expect(hits.locator("mark")).to_have_text(word)
    ana.page.get_by_role("button", name=re.compile("Remove the filter from")).click()
    expect(hits).to_have_count(2)
    field.focus()
    ana.page.keyboard.press("ArrowDown")
    ana.page.keyboard.press("Enter")
    expect(ana.page).to_have_url(re.compile(rf"/c/{fresh_channel}/\d+$"))


def test_files_search_and_viewer_have_nothing_serious_for_axe(
    ana: Window,
    fresh_channel: str,
    picture: Path,
    violations: Callable[[Page], list[str]],
):
    ana.open(fresh_channel)
    attach(ana, picture)
    expect(ana.page.locator(".attachment.done")).to_have_count(1)
    assert violations(ana.page) == []
    ana.composer.press("Enter")
    expect(ana.page.locator(".message .picture img")).to_be_visible()
    ana.page.get_by_role("button", name="Files of this conversation").click()
    expect(ana.page.locator(".file-list li")).to_have_count(1)
    assert violations(ana.page) == []
    ana.page.locator(".message .picture").click()
    expect(ana.page.locator("dialog.viewer")).to_be_visible()
    assert violations(ana.page) == []
    ana.page.keyboard.press("Escape")
    ana.page.get_by_role("button", name="Search in this conversation").click()
    ana.page.get_by_role("combobox", name="Search", exact=True).fill("fr")
    expect(ana.page.get_by_role("option")).to_have_count(1)
    assert violations(ana.page) == []
