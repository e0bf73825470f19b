"""After a busy while with late answers and a cut line, a window shows what a new one shows."""

import random
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.conftest import SignIn
from tests.e2e.window import Window

ACTS = 60
LATE_MS = 1_500
SETTLES_WITHIN_MS = 8_000
"""Well before the next heartbeat, which would tell of whatever was missed."""

# Every answer waits a while in the page, by chance: events and other answers overtake it.
LATE = """(() => {
  const real = window.fetch;
  window.lateMs = 0;
  window.fetch = async (...request) => {
    const answer = await real(...request);
    if (window.lateMs > 0) {
      await new Promise((done) => setTimeout(done, Math.random() * window.lateMs));
    }
    return answer;
  };
})()"""

CUT = """() => {
  dispatchEvent(new Event("offline"));
  setTimeout(() => dispatchEvent(new Event("online")), 300);
}"""

SHOWN = r"""() => {
  const words = (element) => element?.innerText.replace(/\s+/g, " ").trim() ?? null;
  const all = (where, selector) => [...where.querySelectorAll(selector)];
  return {
    title: words(document.querySelector("h1")),
    views: all(document, "[data-view]").map(words),
    shelves: all(document, "[data-shelf]").map((shelf) => [
      words(shelf.querySelector(".section-head")),
      all(shelf, ".entry").map((entry) => all(entry, "span, bdi").map(words).join(" / ")),
    ]),
    history: all(document, ".history [data-seq]").slice(-12).map((row) => [
      row.dataset.seq,
      words(row.querySelector(".text, .deleted")) ?? words(row),
      all(row, ".reactions button").map((button) => button.getAttribute("aria-label")),
      words(row.querySelector(".thread-summary .count")),
    ]),
    panel: all(document, ".panel .excerpts > li").map(words),
  };
}"""


class Bustle:
    """What Ana does, and Bo on another device, picked by chance."""

    def __init__(self, seed: int, ana: Window, bo: Window) -> None:
        self.ana, self.bo = ana, bo
        self._chance = random.Random(seed)
        self._tag = uuid4().hex[:5]
        self._ids = {window: window.api("GET", "/me")["id"] for window in (ana, bo)}
        self.rooms: list[str] = []
        self.sections: list[str] = []
        self._messages: list[tuple[Window, dict[str, Any]]] = []
        for _each in range(3):
            self.make()
        for by in (ana, bo):
            self._say(by, self.rooms[0])

    def go_on(self) -> None:
        """Do one thing of many."""
        often = (self.post, self.post, self.reply, self.reply, self.edit, self.react, self.place)
        seldom = (self.delete, self.pin, self.save, self.drop, self.follow, self.unfollow)
        rooms = (self.make, self.rename, self.read, self.unread, self.draft, self.section)
        self._chance.choice((*often, *often, *seldom, *rooms))()

    def pause_ms(self) -> int:
        return self._chance.choice((0, 0, 20, 60, 200))

    def end(self) -> None:
        """Leave to the journeys after this one what they expect."""
        for room in self.rooms:
            self.bo.api("PUT", f"/conversations/{room}/draft", {"text": ""})
            self.ana.api("POST", f"/conversations/{room}/archive")
        for section in self.sections:
            self.bo.api("DELETE", f"/me/sections/{section}")
        for _by, message in self._messages:
            self.bo.api("DELETE", f"/messages/{message['id']}/saved")

    def make(self) -> None:
        others = [self._ids[self.bo]]
        name = f"bustle-{len(self.rooms)}-{self._tag}"
        wish = {"kind": "public", "name": name, "member_ids": others}
        self.rooms.append(self.ana.api("POST", "/conversations", wish)["id"])

    def rename(self) -> None:
        name = f"bustle-{self._chance.random():.6f}-{self._tag}"
        self.ana.api("PATCH", f"/conversations/{self._room()}", {"name": name})

    def post(self) -> None:
        self._say(self._anyone(), self._room())

    def reply(self) -> None:
        roots = [one for _by, one in self._messages if one["thread_id"] is None]
        root = self._chance.choice(roots[-8:])
        also = self._chance.random() < 0.3
        place = {"thread_id": root["id"], "also_in_conversation": also}
        self._say(self._anyone(), root["conversation_id"], **place)

    def edit(self) -> None:
        by, message = self._recent()
        self._on(by, "PATCH", message, "", {"text": f"edited {self._chance.random():.4f}"})

    def delete(self) -> None:
        by, message = self._recent()
        # One that a thread may hang on is answered and edited by others later.
        if message["thread_id"] is not None:
            self._messages.remove((by, message))
            self._on(by, "DELETE", message)

    def react(self) -> None:
        emoji = self._chance.choice(("👍", "🎉", "😄"))
        verb = self._chance.choice(("PUT", "PUT", "DELETE"))
        self._on(self._anyone(), verb, self._recent()[1], f"/reactions/{emoji}")

    def pin(self) -> None:
        self._on(self._anyone(), "PUT", self._recent()[1], "/pin")

    def save(self) -> None:
        self._on(self.bo, "PUT", self._recent()[1], "/saved", {})

    def drop(self) -> None:
        self._on(self.bo, "DELETE", self._recent()[1], "/saved")

    def follow(self) -> None:
        self._on(self.bo, "PUT", self._recent()[1], "/follow")

    def unfollow(self) -> None:
        self._on(self.bo, "DELETE", self._recent()[1], "/follow")

    def section(self) -> None:
        name = f"{len(self.sections)} of {self._tag}"
        self.sections.append(self.bo.api("POST", "/me/sections", {"name": name})["id"])

    def place(self) -> None:
        wishes: list[dict[str, Any]] = [{"section_id": section} for section in self.sections]
        for name in ("is_favourite", "is_muted"):
            wishes += [{name: True}, {name: False}]
        wish = self._chance.choice(wishes)
        self.bo.api("PATCH", f"/me/conversations/{self._room()}", wish)

    def draft(self) -> None:
        text = self._chance.choice(("", "half a", "half a sentence"))
        self.bo.api("PUT", f"/conversations/{self._room()}/draft", {"text": text})

    def read(self) -> None:
        room = self._room()
        seq = self.bo.api("GET", f"/conversations/{room}")["last_seq"]
        self._read(room, seq, backwards=False)

    def unread(self) -> None:
        # Not the one that the window shows: that reads what it sees.
        self._read(self._chance.choice(self.rooms[1:]), 1, backwards=True)

    def _read(self, room: str, seq: int, *, backwards: bool) -> None:
        body = {"seq": seq, "backwards": backwards}
        self.bo.api("POST", f"/conversations/{room}/read", body)

    def _say(self, by: Window, room: str, **more: Any) -> None:
        calls = self._chance.choice(("", f" <@{self._ids[self.bo]}>"))
        wish = {"text": f"number {len(self._messages)}{calls}", "key": str(uuid4()), **more}
        self._messages.append((by, by.api("POST", f"/conversations/{room}/messages", wish)))

    def _on(
        self,
        by: Window,
        verb: str,
        message: dict[str, Any],
        what: str = "",
        body: dict[str, Any] | None = None,
    ) -> None:
        by.api(verb, f"/messages/{message['id']}{what}", body)

    def _anyone(self) -> Window:
        return self._chance.choice((self.ana, self.bo))

    def _room(self) -> str:
        return self._chance.choice(self.rooms)

    def _recent(self) -> tuple[Window, dict[str, Any]]:
        return self._chance.choice(self._messages[-8:])


@pytest.mark.parametrize(("seed", "view"), [(1, "threads"), (2, "later"), (3, "drafts")])
def test_a_window_with_late_answers_ends_as_a_new_one_begins(sign_in: SignIn, seed: int, view: str):
    bustle = Bustle(seed, sign_in("ana"), sign_in("bo"))
    window = sign_in("bo")
    window.page.add_init_script(LATE)
    window.open(bustle.rooms[0]).page.locator(f"[data-view={view}]").click()
    window.page.evaluate("(ms) => { window.lateMs = ms; }", LATE_MS)
    for number in range(ACTS):
        bustle.go_on()
        if number % 20 == 10:
            window.page.evaluate(CUT)
        window.page.wait_for_timeout(bustle.pause_ms())
    window.page.evaluate("() => { window.lateMs = 0; }")

    fresh = sign_in("bo")
    fresh.open(bustle.rooms[0]).page.locator(f"[data-view={view}]").click()
    for _each in range(SETTLES_WITHIN_MS // 500):
        window.page.wait_for_timeout(500)
        shown, expected = window.page.evaluate(SHOWN), fresh.page.evaluate(SHOWN)
        if shown == expected:
            break

    bustle.end()
    assert shown == expected
    assert expected["panel"] != []
