"""A walk through everything that the client can open: panels, dialogs, menus, pages of settings.

The walk reads the client's own tables (`panels.ts`, `menu.ts`, `tools.ts`, …), so that a new line
there is tried without a word here. `missed` names what no step has reached: whoever adds a dialog
that stands in no table adds a step to `Tour`.
"""

import base64
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from PIL import Image
from playwright.sync_api import Locator, Page, Request, expect

from launch.bootstrap import BUILT, WEB
from tests.e2e.window import Window
from tests.launch.waiting import eventually

SOURCES = WEB / "src"
LONG = "https://intranet.acme.example/" + "Rindfleischetikettierungsüberwachungsaufgabe" * 4
ARABIC = "صباح الخير، الاجتماع يوم الخميس الساعة 10:30 في القاعة **الكبيرة** مع @Bo"
EMOJI = ("👍", "✅", "👀", "🙏", "🎉", "❤️", "😂", "😮", "🚀", "🔥", "💡", "🦄")

# The day floats over the history only while its end is far away.
_FAR_UP = """() => {
  document.querySelector(".history-scroll").scrollTo(0, 500);
  document.querySelector(".day-float button")?.click();
}"""

_OUT_OF_REACH = """() => {
  const open = [...document.querySelectorAll("dialog[open], [popover]:popover-open")].at(-1);
  const there = [...(open?.querySelectorAll("a, button, input, select, textarea") ?? [])]
    .filter((each) => each.closest(".picker-group") === null)
    .filter((each) => each.checkVisibility({visibilityProperty: true}));
  return there.filter((each) => {
    each.scrollIntoView({block: "nearest"});
    const {top, bottom, left, right, width} = each.getBoundingClientRect();
    const isOut = top < -1 || left < -1 || bottom > innerHeight + 1 || right > innerWidth + 1;
    return width > 0 && isOut;
  }).map((each) => each.outerHTML.slice(0, 120));
}"""

# What is read from top to bottom moves in no other way; tables, code and rows of buttons may.
_SIDEWAYS = """() => [...document
  .querySelectorAll("dialog[open], dialog[open] *, .panel, .panel *")]
  .filter((each) => each.checkVisibility())
  .filter((each) => !each.matches("textarea, pre, .table-scroll, .settings-sections"))
  .filter((each) => ["auto", "scroll"].includes(getComputedStyle(each).overflowY))
  .filter((each) => each.scrollWidth > each.clientWidth + 1)
  .map((each) => `${each.className} is ${each.scrollWidth} wide in ${each.clientWidth}`)"""

OPENED = "dialog[open], .panel, [popover]:popover-open"

type Visit = Callable[[str], None]

# What changes something instead of opening it, and what leads away from the client.
ACTS = {
    *("copy-link", "follow", "save", "pin", "unread", "move-out", "delete"),
    *("quiet", "theme", "account", "console", "sign-out"),
    *("read", "favourite", "mute", "archive", "out", "attach"),
}


def keys_of(file: str) -> list[str]:
    """The names that a table of the client has, in its order."""
    return re.findall(r"^  ([a-z-]+): lazily", (SOURCES / file).read_text(), re.M)


def identified(file: str) -> list[str]:
    """The ids of a table whose lines say `id: "…"`."""
    return re.findall(r"\bid: \"([a-z-]+)\"", (SOURCES / file).read_text())


def furnish(ana: Window, bo: Window) -> str:
    """A channel in which there is one of everything, written by two people; returns its id."""
    name = f"everything-that-a-channel-can-hold-{uuid4().hex[:6]}"
    bo_id = bo.api("GET", "/me")["id"]
    topic = f"Quarterly planning, and a very long word: {'Donaudampfschiff' * 6}"
    room = ana.api("POST", "/conversations", {"kind": "public", "name": name, "topic": topic})["id"]
    ana.api("POST", f"/conversations/{room}/members", {"user_id": bo_id})
    path = f"/conversations/{room}/messages"

    def say(by: Window, text: str, **more: object) -> dict:
        return by.api("POST", path, {"text": text, "key": str(uuid4()), **more})

    bo.write_history(room, [f"What was said before, number {number}" for number in range(40)])
    say(
        bo,
        f"Plain, **strong**, *emphasis*, `code`, <!channel>, [a link](https://example.org)\n{LONG}",
    )
    say(ana, ARABIC)
    table = (
        "| Region | Q1 | Q2 |\n|---|--:|--:|\n| North | 1,204 | 1,310 |\n| South | 998 | 1,002 |"
    )
    say(ana, f"{table}\n\n- [x] done\n- [ ] open\n\n> said before\n\n```python\nprint(1)\n```")
    say(ana, f"<@{bo_id}> please look at ||the secret|| before noon 🎉")
    gone = say(bo, "To be deleted")
    bo.api("DELETE", f"/messages/{gone['id']}")
    say(bo, "👍🎉")
    poll = {"options": ["Monday", "Thursday, after lunch"]}
    say(ana, "Which day suits everybody?", poll=poll)
    say(bo, "The building is closed tomorrow", priority={"level": "urgent", "acknowledge": True})
    whole = say(ana, "The figures for May are in")
    ana.api("PATCH", f"/messages/{whole['id']}", {"text": "The figures for **June** are in"})
    say(bo, "Thank you, I will read them today", thread_id=whole["id"])
    say(ana, "No hurry", thread_id=whole["id"])
    for emoji in EMOJI:
        ana.api("PUT", f"/messages/{whole['id']}/reactions/{emoji}")
    bo.api("PUT", f"/messages/{whole['id']}/reactions/👍")
    ana.api("PUT", f"/messages/{whole['id']}/pin")
    ana.api("PUT", f"/messages/{whole['id']}/saved", {})
    image = base64.b64encode(picture()["buffer"]).decode()
    ana.api("POST", "/emoji", {"name": f"tour{uuid4().hex[:8]}", "image": image})
    at = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    ana.api("POST", f"/conversations/{room}/scheduled", {"text": "Happy new year", "send_at": at})
    return room


def share(window: Window, files: list[dict]) -> None:
    """Attach files to the open composer, and send them."""
    with window.page.expect_file_chooser() as chooser:
        window.page.locator(".composer.conversation [data-action=attach]").click()
    chooser.value.set_files(files)
    expect(window.page.locator(".attachment.done")).to_have_count(len(files))
    window.composer.press("Enter")
    expect(window.page.locator(".attachment")).to_have_count(0)


def picture() -> dict:
    """A picture, as a file chooser takes it."""
    buffer = io.BytesIO()
    Image.new("RGB", (1_200, 800), "teal").save(buffer, "PNG")
    return {"name": "lamp.png", "mimeType": "image/png", "buffer": buffer.getvalue()}


def text_file() -> dict:
    """A text with a long name, as a file chooser takes it."""
    name = "minutes of the meeting with an extremely long name that nobody reads.txt"
    return {"name": name, "mimeType": "text/plain", "buffer": b"what we said\n" * 30}


def out_of_reach(page: Page) -> list[str]:
    """The controls of what opened last that no scrolling brings into the window."""
    return page.evaluate(_OUT_OF_REACH)


def sideways(page: Page) -> list[str]:
    """What stands open and would have to be moved sideways to be read."""
    return page.evaluate(_SIDEWAYS)


class Tour:
    """One person's way through a furnished channel; `visit` is told what stands open."""

    def __init__(self, window: Window, room: str, visit: Visit) -> None:
        self.window, self.page, self.room = window, window.page, room
        self._visit = visit
        self._seen: set[str] = set()
        self._fetched: set[str] = set()
        self.page.on("request", self._on_request)

    def _on_request(self, request: Request) -> None:
        self._fetched.add(request.url.rpartition("/")[2])

    def go(self) -> None:
        """Everything, one thing after the other."""
        self.page.reload()
        self._before_the_room()
        self.visit("conversation")
        self._composer()
        self._messages()
        self._head()
        self._lists()
        self._inside()
        self._person()
        self._settings()

    def _before_the_room(self) -> None:
        """Before the message that has everything, and those beside it: others may not be drawn."""
        hits = self.window.api("GET", f"/conversations/{self.room}/pins")["items"]
        self.window.open(self.room, f"/{hits[0]['seq']}")
        expect(self.row).to_be_in_viewport()

    def visit(self, name: str) -> None:
        """Note what stands open, when it has come to rest, and hand it over."""
        app = self.page.locator(".app")
        for kind in ("dialog", "panel"):
            if shown := app.get_attribute(f"data-{kind}"):
                self._seen.add(f"{kind} {shown}")
        expect(self.page.locator("[aria-busy=true]:visible")).to_have_count(0)
        self._visit(name)

    def missed(self) -> list[str]:
        """What the client can open and the tour has not seen."""
        known = [f"dialog {key}" for key in keys_of("app/dialogs.ts")]
        known += [f"panel {key}" for key in keys_of("app/panels.ts")]
        manifest = json.loads((BUILT / ".vite" / "manifest.json").read_text())
        for source, chunk in manifest.items():
            is_ours = re.search(r"(Dialog|Viewer)\.tsx$", source) is not None
            is_in_table = source.removeprefix("src/") in lazily_loaded()
            if (
                is_ours
                and not is_in_table
                and chunk["file"].rpartition("/")[2] not in self._fetched
            ):
                known.append(source)
        return [part for part in known if part not in self._seen]

    # --- steps ---

    def _composer(self) -> None:
        self.window.composer.fill("Which day suits the audit?")
        for tool in identified("messages/tools.ts"):
            if tool not in ACTS:
                self._open(f"tool {tool}", self._tool(tool))
        self._tool("emoji")()
        self.page.locator(".picker-foot button").first.click()
        self._leave("add emoji")
        self._tool("emoji")()
        self.page.locator(".picker-foot button").nth(1).click()
        self._leave("own emoji")
        self.window.composer.fill("")

    def _tool(self, tool: str) -> Callable[[], None]:
        return self.page.locator(f".composer.conversation [data-action={tool}]").click

    def _messages(self) -> None:
        for action in identified("messages/menu.ts"):
            if action in ACTS:
                continue
            if action == "edit":
                self._choose(self.row, action)
                self.visit("message edit")
                self.page.keyboard.press("Escape")
                continue
            self._open(f"message {action}", lambda action=action: self._choose(self.row, action))
        self._more(self.row)
        self._leave("message menu")

    @property
    def row(self) -> Locator:
        return self.window.row("figures for")

    def _more(self, row: Locator) -> None:
        row.scroll_into_view_if_needed()
        row.focus()
        row.press(".")
        expect(self.page.get_by_role("menu")).to_be_visible()

    def _choose(self, row: Locator, action: str) -> None:
        self._more(row)
        self.page.locator(f".menu [data-action={action}]").click()

    def _head(self) -> None:
        def menu() -> None:
            self.page.locator(".conversation-head [aria-haspopup=menu]").click()
            expect(self.page.get_by_role("menu")).to_be_visible()

        menu()
        items = self.page.locator(".menu [data-action]").all()
        actions = [str(item.get_attribute("data-action")) for item in items]
        self._leave("conversation menu")
        for action in actions:
            if action in ACTS or action.startswith("to-"):
                continue
            menu()
            self.page.locator(f".menu [data-action={action}]").click()
            self._leave(f"conversation {action}")
        group = self.window.api(
            "POST", "/conversations", {"kind": "direct", "member_ids": self._others()}
        )
        self.window.open(group["id"])
        menu()
        self.page.locator(".menu [data-action=convert]").click()
        self._leave("conversation convert")
        self.window.open(self.room)
        self.page.locator(".member-count").click()
        self._leave("members")
        for panel in ("files", "pins"):
            button = self.page.locator(f".conversation-head [data-action={panel}]")
            if button.is_visible():
                button.click()
                self._leave(f"panel {panel}")

    def _others(self) -> list[str]:
        me = self.window.api("GET", "/me")["id"]
        people = self.window.api("GET", "/users")["items"]
        return [person["id"] for person in people if person["id"] != me][:2]

    def _lists(self) -> None:
        for view in identified("app/views.ts"):
            self._home()
            self.page.locator(f"[data-view={view}]").click()
            for tab in self.page.locator(".panel .panel-tabs button").all():
                tab.click()
                self.visit(f"list {view} {tab.text_content()}")
            if view == "drafts":
                self._edit_scheduled()
            self._leave(f"list {view}")
        self._home()
        for dialog in ("browse", "create", "direct"):
            self.page.locator(f".sidebar [data-action={dialog}]").first.click()
            self._leave(f"dialog {dialog}")
            self._home()
        self.page.keyboard.press("Control+k")
        self.page.keyboard.type("a")
        self._leave("switcher")
        self.window.open(self.room)

        def asks_for_a_day() -> bool:
            self.page.evaluate(_FAR_UP)
            return self.page.locator("dialog[open]").count() == 1

        assert eventually(asks_for_a_day)
        self._leave("date")
        self.page.locator(".conversation-head button:has(+ [aria-haspopup=menu])").click()
        self.page.locator(".panel input").first.fill("figures")
        expect(self.page.locator(".hit").first).to_be_visible()
        self._leave("search")

    def _edit_scheduled(self) -> None:
        self.page.locator(".panel .excerpt-acts button").nth(1).click()
        self._leave("edit scheduled", closes="dialog[open]")

    def _home(self) -> None:
        back = self.page.locator(".conversation-head .phone-only")
        if back.is_visible():
            back.click()
            expect(self.page.locator(".sidebar")).to_be_visible()

    def _inside(self) -> None:
        """What opens from within messages, and stands in no table."""
        self._before_the_room()
        urgent = self.window.row("The building is closed")
        urgent.locator(".acknowledge [aria-haspopup]").click()
        self._leave("acknowledgements")
        files = self.window.page.locator(".message .files").last
        files.locator(".picture").first.click()
        self._leave("viewer")
        files.locator(".file-card .icon-button").first.click()
        self._leave("file")
        files.locator(".file-card .icon-button").first.click()
        self.page.locator("dialog [data-action=share]").click()
        # The dialog of the file is still open below it.
        expect(self.page.locator("dialog[open]").last.get_by_role("combobox")).to_be_visible()
        self._leave("share a file")
        self.row.locator(".thread-summary").click()
        expect(self.window.reply("No hurry")).to_be_visible()
        self._leave("thread")

    def _person(self) -> None:
        for action in identified("app/personMenu.ts"):
            if action in ACTS:
                continue
            self._home()
            self.page.locator(".person-button").click()
            self.page.locator(f".menu [data-action={action}]").click()
            self._leave(f"person {action}")

    def _settings(self) -> None:
        self.page.keyboard.press("Control+,")
        for section in identified("settings/sections.ts"):
            self.page.locator(f"[data-section={section}]").click()
            self.page.wait_for_function(
                "document.querySelector('.settings-page').childElementCount > 0"
            )
            self.visit(f"settings {section}")
        self._leave("settings")

    # --- opening and leaving ---

    def _open(self, name: str, act: Callable[[], None]) -> None:
        act()
        self._leave(name)

    def _leave(self, name: str, closes: str = OPENED) -> None:
        """Wait for what opened, visit it, and close it by Escape."""
        expect(self.page.locator(OPENED).first).to_be_visible()
        self.visit(name)
        self.page.keyboard.press("Escape")
        expect(self.page.locator(closes)).to_have_count(0)


def lazily_loaded() -> set[str]:
    """The files behind the tables of dialogs, panels and settings."""
    found: set[str] = set()
    for table in ("app/dialogs.ts", "app/panels.ts", "settings/sections.ts"):
        folder = (SOURCES / table).parent
        for path in re.findall(r"import\(\"([^\"]+)\"\)", (SOURCES / table).read_text()):
            found.add(str((folder / path).resolve().relative_to(SOURCES.resolve())))
    return found
