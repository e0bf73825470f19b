"""One person's window: what journeys do and look at, in the words of the people who use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from playwright.sync_api import Locator, Page, expect

CALL = """async ([method, path, body]) => {
  const token = /csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  const answer = await fetch("/api/v1" + path, {
    method,
    headers: {"X-CSRFToken": token, ...(body === null ? {} : {"Content-Type": "application/json"})},
    body: body === null ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}"""


WRITE = """async ([path, texts]) => {
  const token = /csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  const headers = {"X-CSRFToken": token, "Content-Type": "application/json"};
  for (const text of texts) {
    const body = JSON.stringify({text, key: crypto.randomUUID()});
    const answer = await fetch(path, {method: "POST", headers, body});
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  }
}"""


class Window:
    """The client as one person has it open."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def ready(self) -> "Window":
        """Wait until the sidebar is filled and the live line stands."""
        expect(self.page.locator(".entry").first).to_be_attached()
        expect(self.page.locator("[data-line=open]")).to_be_attached()
        return self

    def api(self, method: str, path: str, body: dict | None = None) -> Any:
        """Ask the API as this person, from inside the page."""
        return self.page.evaluate(CALL, [method, path, body])

    @contextmanager
    def preferring(self, **chosen: Any) -> Iterator[None]:
        """With these preferences, whatever else is chosen meanwhile; afterwards they are as
        before: the tests that follow share the person."""
        before = self.api("GET", "/me")["preferences"]
        if chosen:
            self.api("PATCH", "/me", {"preferences": chosen})
        try:
            yield
        finally:
            self.api("PATCH", "/me", {"preferences": before})

    def write_history(self, conversation_id: str, texts: list[str]) -> None:
        """Post many messages without drawing them, in their order."""
        path = f"/api/v1/conversations/{conversation_id}/messages"
        self.page.evaluate(WRITE, [path, texts])

    def open(self, conversation_id: str, place: str = "") -> "Window":
        """Open a conversation by its address, and wait until its history is there."""
        self.page.goto(f"/c/{conversation_id}{place}")
        expect(self.page.locator(".history-scroll[aria-busy=false]")).to_be_attached()
        return self.ready()

    @property
    def composer(self) -> Locator:
        return self.page.locator("[data-composer=conversation]")

    @property
    def thread_composer(self) -> Locator:
        return self.page.locator("[data-composer=thread]")

    def say(self, text: str) -> Locator:
        """Write a message and send it; returns its row."""
        self.composer.fill(text)
        self.composer.press("Enter")
        return self.row(text)

    def row(self, text: str) -> Locator:
        """The row of a message in the history."""
        return self.page.locator(".history .message").filter(has_text=text)

    def reply(self, text: str) -> Locator:
        """The row of a message in the thread panel."""
        return self.page.locator(".thread-scroll .message").filter(has_text=text)

    def act(self, row: Locator, name: str) -> None:
        """Choose an action of a message: from its bar, else from the menu behind “More”."""
        row.hover()
        bar = row.get_by_role("toolbar")
        bar.wait_for()
        button = bar.get_by_role("button", name=name)
        if button.count():
            button.click()
            return
        bar.get_by_role("button", name="More actions").click()
        self.page.get_by_role("menuitem", name=name).click()

    def jump_to_date(self, day: date) -> None:
        """Open the history at a day, by the palette."""
        self.page.keyboard.press("Control+k")
        self.page.keyboard.type("Jump to a date")
        self.page.keyboard.press("Enter")
        self.page.get_by_label("Day", exact=True).fill(day.isoformat())
        self.page.get_by_label("Day", exact=True).press("Enter")

    def entry(self, conversation_id: str) -> Locator:
        """A conversation in the sidebar."""
        return self.page.locator(f".entry[href='/c/{conversation_id}']")
