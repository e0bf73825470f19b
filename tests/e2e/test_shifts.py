"""What is on the screen stays where it is: nothing is drawn in one place and then moved to another.

The browser's own measure is read, the layout shifts, those included that follow an act of the
person within half a second, which its score leaves out.
"""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.e2e.window import Window

MOST = 0.02
_WATCH = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => window.shifts.push(...list.getEntries()))
    .observe({type: "layout-shift", buffered: true});
}"""
# Twelve frames in which nothing moved and nothing grew.
_SETTLED = """() => new Promise((done) => {
  const state = () => [
    window.shifts.length, location.pathname, document.querySelectorAll(".message").length,
    ...[...document.querySelectorAll(".history-scroll, .thread-scroll")]
      .flatMap((box) => [box.scrollHeight, box.scrollTop]),
  ].join();
  const frame = (left, before) => requestAnimationFrame(() => {
    const now = state();
    if (left === 0) done(true);
    else frame(now === before ? left - 1 : 12, now);
  });
  frame(12, "");
})"""
# What the second frame finds is what the first one painted.
_SWITCH = """(link) => new Promise((done) => {
  link.click();
  const rows = () => [...document.querySelectorAll(".history .message")];
  const look = () => done(rows().at(-1)?.textContent ?? "");
  requestAnimationFrame(() => requestAnimationFrame(look));
})"""
_TAKE = """() => {
  const total = (entries) => entries.reduce((sum, { value }) => sum + value, 0);
  const taken = window.shifts.splice(0);
  return [total(taken), total(taken.filter((one) => !one.hadRecentInput))];
}"""


class Watched:
    """A window whose shifts are counted."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.page: Page = window.page
        self.page.add_init_script(f"({_WATCH})()")

    def shifted(self) -> float:
        """How much has moved since this was asked last."""
        return self._taken()[0]

    def shifted_by_itself(self) -> float:
        """The same without what followed an act of the person at once."""
        return self._taken()[1]

    def forget(self) -> None:
        """What came before is not of interest."""
        self._taken()

    def go(self, path: str) -> None:
        """Go where a link inside the client would lead."""
        self.page.evaluate(
            """(path) => {
              history.pushState(null, "", path);
              dispatchEvent(new PopStateEvent("popstate"));
            }""",
            path,
        )

    def sees(self, text: str) -> None:
        """Wait until a message stands in the history."""
        row = self.page.locator(".history .message").filter(has_text=f"{text}.")
        expect(row).to_be_in_viewport()

    def _taken(self) -> list[float]:
        self.page.evaluate(_SETTLED)
        return self.page.evaluate(_TAKE)


def varied(name: str, count: int) -> list[str]:
    """Messages of very different heights."""
    shapes = [
        " " + "long words that wrap around the line " * 12,
        *("", ""),
        "\n\n" + "\n".join(f"- item {number}" for number in range(5)),
        "",
        "\n```\ncode\nblock\n```",
        "",
    ]
    return [f"{name} {number}.{shapes[number % 7]}" for number in range(count)]


@pytest.fixture
def watched(ana: Window) -> Watched:
    return Watched(ana)


@pytest.fixture
def other_channel(ana: Window) -> str:
    body = {"kind": "public", "name": f"other-{uuid4().hex[:8]}"}
    return ana.api("POST", "/conversations", body)["id"]


def test_a_conversation_stands_where_it_is_first_drawn(
    watched: Watched, fresh_channel: str, other_channel: str
):
    window = watched.window
    window.write_history(fresh_channel, varied("one", 130))
    window.write_history(other_channel, varied("two", 60))

    window.open(fresh_channel)
    watched.sees("one 129")
    assert watched.shifted() < MOST, "by its address"

    window.entry(other_channel).click()
    watched.sees("two 59")
    assert watched.shifted() < MOST, "that was not open before"

    window.entry(fresh_channel).click()
    watched.sees("one 129")
    assert watched.shifted() < MOST, "that was open before"

    newest = window.api("GET", f"/conversations/{fresh_channel}/messages?limit=100")["items"]
    seqs = {message["text"].partition(".")[0]: message["seq"] for message in newest}
    window.open(fresh_channel, f"/{seqs['one 40']}")
    watched.sees("one 40")
    assert watched.shifted() < MOST, "at a message, by its address"

    watched.page.get_by_role("button", name="Jump to newest").click()
    watched.sees("one 129")
    assert watched.shifted() < MOST, "back to the newest"

    watched.go(f"/c/{fresh_channel}/{seqs['one 30'] - 20}")
    watched.sees("one 10")
    assert watched.shifted() < MOST, "at a message far up"


def test_what_was_open_before_is_there_in_one_frame_and_what_lies_around_it_later(
    watched: Watched, fresh_channel: str, other_channel: str
):
    window, rows = watched.window, watched.page.locator(".history .message")
    window.write_history(fresh_channel, [f"one {number}." for number in range(60)])
    window.write_history(other_channel, [f"two {number}." for number in range(60)])
    window.open(fresh_channel)
    watched.sees("one 59")
    window.entry(other_channel).click()
    watched.sees("two 59")

    last = window.entry(fresh_channel).evaluate(_SWITCH)

    assert "one 59." in last
    expect(rows.filter(has_text="one 12.")).to_be_attached()


def test_a_conversation_of_many_short_messages_opens_at_its_end(
    watched: Watched, fresh_channel: str, other_channel: str
):
    """Their rows are smaller than the list takes them for before it has measured them."""
    window = watched.window
    window.write_history(fresh_channel, varied("line", 70))
    window.open(other_channel)

    window.entry(fresh_channel).click()

    watched.sees("line 69")
    assert watched.shifted() < MOST


def test_a_thread_and_its_replies_come_in_beside_what_is_read(watched: Watched, fresh_channel: str):
    window, page = watched.window, watched.page
    window.write_history(fresh_channel, varied("line", 40))
    root = window.api("GET", f"/conversations/{fresh_channel}/messages?limit=2")["items"][0]
    for text in varied("reply", 12):
        body = {"text": text, "key": str(uuid4()), "thread_id": root["id"]}
        window.api("POST", f"/conversations/{fresh_channel}/messages", body)

    window.open(fresh_channel, f"/t/{root['id']}")
    expect(window.reply("reply 11.")).to_be_in_viewport()
    assert watched.shifted() < MOST, "by its address"

    page.get_by_role("button", name="Close Thread").click()
    watched.forget()
    page.locator(".history").get_by_role("button", name=re.compile("12 replies")).click()
    expect(window.reply("reply 11.")).to_be_in_viewport()
    assert watched.shifted_by_itself() < MOST, "by its line in the history"


def test_the_line_about_the_connection_comes_and_goes_over_what_is_read(
    watched: Watched, fresh_channel: str
):
    window, page = watched.window, watched.page
    window.write_history(fresh_channel, varied("line", 30))
    window.open(fresh_channel)
    watched.sees("line 29")
    watched.forget()

    page.context.set_offline(True)
    expect(page.locator(".connection")).to_contain_text("You are offline")
    page.context.set_offline(False)
    expect(page.locator("[data-line=open]")).to_be_attached()
    expect(page.locator(".connection.shown")).to_have_count(0)

    assert watched.shifted() < MOST


def test_a_picture_that_comes_late_moves_nothing(
    watched: Watched, fresh_channel: str, tmp_path: Path
):
    window, page = watched.window, watched.page
    path = tmp_path / "tower.png"
    Image.new("RGB", (600, 900), "teal").save(path)
    window.open(fresh_channel)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files([str(path)])
    expect(page.locator(".attachment.done")).to_have_count(1)
    window.composer.press("Enter")
    picture = page.locator(".history .message .picture img")
    expect(picture).to_have_attribute("src", re.compile("/thumbnail"))
    window.write_history(fresh_channel, varied("after", 3))
    held: list[Route] = []
    page.route("**/thumbnail**", lambda route: held.append(route))

    window.open(fresh_channel)
    watched.sees("after 2")
    watched.forget()
    for route in held:
        route.continue_()
    picture.evaluate("(image) => image.decode()")

    assert watched.shifted() < MOST
