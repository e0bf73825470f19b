"""Who reads the end stays at the end, and who reads further up stays where they are."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Locator, Route, expect

from tests.e2e.product import Product
from tests.e2e.window import Window

_SETTLED = """() => new Promise(done => {
  const frame = (left, before) => requestAnimationFrame(() => {
    const now = document.querySelector("%(scroller)s").scrollHeight;
    if (left === 0) done(true);
    else frame(now === before ? left - 1 : 4, now);
  });
  frame(4, 0);
})"""
_BELOW = """() => {
  const box = document.querySelector("%(scroller)s");
  return box.scrollHeight - box.clientHeight - box.scrollTop;
}"""
_TOPMOST = """() => {
  const edge = document.querySelector(".history-scroll").getBoundingClientRect().top;
  const rows = [...document.querySelectorAll(".history .message")];
  const first = rows.find(row => row.getBoundingClientRect().top > edge);
  return [first.dataset.message, first.getBoundingClientRect().top];
}"""
LONG = "\n\n".join(f"paragraph {number}" for number in range(60))


def below(window: Window, scroller: str) -> float:
    """How much lies below the lower edge, once what came has been measured."""
    window.page.evaluate(_SETTLED % {"scroller": scroller})
    return window.page.evaluate(_BELOW % {"scroller": scroller})


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "tower.png"
    Image.new("RGB", (600, 900), "teal").save(path)
    return path


class Room:
    """A channel in which Bo changes what Ana looks at."""

    def __init__(self, ana: Window, bo: Window, channel: str, thread_id: str | None = None) -> None:
        self.ana, self.bo, self.channel, self.thread_id = ana, bo, channel, thread_id
        self.scroller = ".history-scroll" if thread_id is None else ".thread-scroll"
        self.last = ""

    @property
    def row(self) -> Locator:
        return self.ana.page.locator(f"{self.scroller} [data-message='{self.last}']")

    def say(self, text: str, **more) -> None:
        body = {"text": text, "key": str(uuid4()), **more}
        if self.thread_id is not None:
            body["thread_id"] = self.thread_id
        path = f"/conversations/{self.channel}/messages"
        self.last = self.bo.api("POST", path, body)["id"]
        expect(self.row).to_contain_text(text.splitlines()[-1])

    def edit(self, text: str, seen: str) -> None:
        self.bo.api("PATCH", f"/messages/{self.last}", {"text": text})
        expect(self.row).to_contain_text(seen)

    def grow(self) -> None:
        self.say("short")
        self.edit(LONG, "paragraph 59")

    def shrink_and_grow(self) -> None:
        self.say(LONG.replace("paragraph", "verse"))
        self.edit("a line", "a line")
        self.edit(LONG.replace("paragraph", "stanza"), "stanza 59")

    def react(self) -> None:
        self.say("to be liked")
        for emoji in ("\U0001f44d", "\U0001f389", "\U0001f440"):
            self.bo.api("PUT", f"/messages/{self.last}/reactions/{emoji}")
        expect(self.row).to_contain_text("\U0001f440")

    def ask(self) -> None:
        self.say("Which one?", poll={"options": [f"choice {n}" for n in range(12)]})
        self.bo.api("PUT", f"/messages/{self.last}/vote", {"options": [3]})
        expect(self.row).to_contain_text("1 vote")

    def grow_often(self) -> None:
        self.say("growing")
        for size in range(1, 9):
            body = {"text": "\n\n".join(f"size {size} line {n}" for n in range(size * 8))}
            self.bo.api("PATCH", f"/messages/{self.last}", body)
        expect(self.row).to_contain_text("size 8 line 63")


CHANGES = [Room.grow, Room.shrink_and_grow, Room.react, Room.ask, Room.grow_often]


@pytest.fixture
def at_the_end(ana: Window, bo: Window, fresh_channel: str) -> Room:
    ana.write_history(fresh_channel, [f"line {number}" for number in range(40)])
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    expect(ana.row("line 39")).to_be_in_viewport()
    return Room(ana, bo, fresh_channel)


def see_late_picture(room: Room, path: Path) -> None:
    """Bo sends a picture, whose bytes Ana gets when its row stands long since."""
    page, held = room.ana.page, list[Route]()
    page.route("**/files/**", lambda route: held.append(route) if is_held else route.continue_())
    is_held = True
    with room.bo.page.expect_file_chooser() as chooser:
        room.bo.page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files([str(path)])
    expect(room.bo.page.locator(".attachment.done")).to_have_count(1)
    room.bo.composer.press("Enter")
    image = page.locator(".history .message .picture img")
    # From now on it asks for nothing else.
    expect(image).to_have_attribute("src", re.compile("/thumbnail"))
    assert below(room.ana, room.scroller) <= 1
    is_held = False
    for route in held:
        route.continue_()
    image.evaluate("element => element.decode()")


def test_who_reads_the_end_stays_there_and_who_reads_further_up_too(
    product: Product, at_the_end: Room, picture: Path
):
    room, page = at_the_end, at_the_end.ana.page

    def ends(what: str) -> None:
        assert below(room.ana, room.scroller) <= 1, what
        expect(page.locator(".jump")).to_have_count(0)

    for change in CHANGES:
        change(room)
        ends(change.__name__)
    see_late_picture(room, picture)
    ends("a picture")
    link = f"https://news.example/{uuid4().hex}"
    product.backstage("page", link, "A page that says much of itself")
    room.say(f"Read {link}")
    expect(page.locator(".history .preview")).to_have_count(1)
    ends("a preview")

    room.say("above")
    above = room.last
    room.ana.write_history(room.channel, [f"tail {number}" for number in range(25)])
    expect(room.ana.row("tail 24")).to_be_in_viewport()
    page.evaluate("document.querySelector('.history-scroll').scrollBy(0, -150)")
    expect(room.ana.row("tail 24")).not_to_be_in_viewport()
    below(room.ana, room.scroller)
    before = page.evaluate(_TOPMOST)

    def stays(what: str) -> None:
        below(room.ana, room.scroller)
        now = page.evaluate(_TOPMOST)
        assert (now[0], abs(now[1] - before[1]) <= 1) == (before[0], True), what

    for change in (Room.react, Room.ask, Room.grow):
        change(room)
        stays(change.__name__)
    room.last = above
    room.edit(LONG.replace("paragraph", "above"), "above 59")
    stays("what grows above")


def test_the_end_of_a_thread_stays_in_sight_whatever_grows_there(at_the_end: Room):
    ana, bo, channel = at_the_end.ana, at_the_end.bo, at_the_end.channel
    at_the_end.say("the root")
    for number in range(30):
        body = {"text": f"reply {number}", "thread_id": at_the_end.last}
        bo.api("POST", f"/conversations/{channel}/messages", body)
    ana.act(ana.row("the root"), "Reply in thread")
    expect(ana.reply("reply 29")).to_be_in_viewport()
    thread = Room(ana, bo, channel, at_the_end.last)
    for change in CHANGES:
        change(thread)
        assert below(ana, ".thread-scroll") <= 1, change.__name__
