"""Three ways to use the client: by pointer, by the keyboard alone, by what a screen reader has.

Each `Hand` does the same things, in the language the page speaks; how it gets there is its own. The
keyboard presses keys and nothing else. The reader never looks at the page: it asks the browser's
accessibility tree for a thing of a role and a name, and acts on what it is given.
"""

import gettext
import json
import re
from typing import Any

from playwright.sync_api import CDPSession, FileChooser, Locator, Page, expect

from launch.bootstrap import ROOT
from tests.e2e.product import PASSWORD
from tests.launch.waiting import eventually

WITHIN_S = 10


class Words:
    """What a text of ours is in a language: the client's catalogue, then the pages'."""

    def __init__(self, language: str) -> None:
        self._emoji = json.loads(_ARABIC_EMOJI.read_text()) if language.startswith("ar") else {}
        self._catalogues = [
            gettext.translation(domain, ROOT / "locale", [language], fallback=True)
            for domain in ("djangojs", "django")
        ]

    def __call__(self, text: str, **values: str) -> str:
        found = (catalogue.gettext(text) for catalogue in self._catalogues)
        words = next((words for words in found if words != text), text)
        is_turned = _ARABIC.search(words) is not None
        return words.format(**{key: _apart(value, is_turned) for key, value in values.items()})

    def of_emoji(self, emoji: str, in_english: str) -> str:
        """What an emoji is called."""
        return self._emoji.get(emoji, [in_english])[0]


_ARABIC_EMOJI = ROOT / "messaging" / "web" / "emojis" / "ar.json"
_ARABIC = re.compile("[\u0600-\u06ff]")


def _apart(value: str, is_turned: bool) -> str:
    """A name within words of the other direction stands in isolation marks, as `t()` writes it."""
    is_foreign = is_turned and _ARABIC.search(value) is None
    return f"\u2068{value}\u2069" if is_foreign else value


class Hand:
    """By pointer: what is seen is clicked, on a touch screen tapped; fields are typed into."""

    def __init__(self, page: Page, words: Words) -> None:
        self.page, self.words = page, words
        # From the start: a key is quicker than the arrangement to catch the window it opens.
        self._choosers: list[FileChooser] = []
        page.on("filechooser", lambda chooser: self._choosers.append(chooser))

    # --- what a person does ---

    def sign_in(self, email: str) -> None:
        self.fill("textbox", self.words("Email"), email)
        self.fill("textbox", self.words("Password"), PASSWORD)
        self.press("button", self.words("Sign in"))

    def join(self, channel: str) -> None:
        self.press("button", self.words("Browse channels"))
        self.fill("searchbox", self.words("Filter channels by name"), channel)
        self.press("button", self.words("Join {name}", name=channel))

    def say(self, channel: str, text: str) -> None:
        self.fill("textbox", self.words("Message to {name}", name=f"#{channel}"), text)
        self.press("button", self.words("Send"))

    def reply(self, to: str, text: str) -> None:
        self.act_on(to, "Reply in thread")
        self.fill("textbox", self.words("Reply in thread"), text)
        self.page.keyboard.press("Enter")

    def react(self, to: str) -> None:
        self.act_on(to, "Add reaction")
        self.press("button", self.words.of_emoji("\U0001f389", "party popper"))

    def search(self, word: str) -> None:
        self.press("button", self.words("Search in this conversation"))
        self.fill("combobox", self.words("Search"), word)

    def attach(self, name: str) -> None:
        self.press("button", self.words("Attach files"))
        self._choose_file(name)

    def be_compact(self) -> None:
        self._to_the_list()
        self.press("button", self.words("You: {name}", name="Cy Okafor"))
        self.press("menuitem", self.words("Settings"))
        self.press("button", self.words("Appearance"))
        self.choose(self.words("Compact"))
        self.press("button", self.words("Close"))

    def sign_out(self) -> None:
        self._to_the_list()
        self.press("button", self.words("You: {name}", name="Cy Okafor"))
        self.press("menuitem", self.words("Sign out"))

    def close_panel(self, title: str) -> None:
        self.press("button", self.words("Close {title}", title=self.words(title)))

    # --- how ---

    def _named(self, role: Any, name: str) -> Locator:
        return self.page.get_by_role(role, name=name, exact=True).first

    def press(self, role: str, name: str) -> None:
        self._named(role, name).click()

    def fill(self, role: str, name: str, text: str) -> None:
        self._named(role, name).click()
        self.page.keyboard.type(text)

    def choose(self, name: str) -> None:
        self.page.get_by_role("radio", name=name).click()

    def act_on(self, text: str, action: str) -> None:
        row = self.page.locator(".history .message").filter(has_text=text)
        if self.page.evaluate("matchMedia('(hover: hover)').matches"):
            row.locator(".text").hover()
        else:
            row.locator(".text").tap()
        row.get_by_role("toolbar").get_by_role("button", name=self.words(action)).click()

    def _choose_file(self, name: str) -> None:
        def is_asked() -> bool:
            self.page.wait_for_timeout(10)  # Lets the event in.
            return self._choosers != []

        assert eventually(is_asked, within_s=WITHIN_S)
        file = {"name": name, "mimeType": "text/plain", "buffer": b"agreed"}
        self._choosers.pop().set_files([file])

    def _to_the_list(self) -> None:
        back = self.page.get_by_role("button", name=self.words("Back to conversations"))
        if back.is_visible():
            self.press("button", self.words("Back to conversations"))


class Keys(Hand):
    """The keyboard alone."""

    def _type(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def _command(self, text: str) -> None:
        self._type("Control+k")
        self._focused("dialog input")
        self.page.keyboard.type(self.words(text))
        self._type("Enter")

    def _focused(self, selector: str) -> None:
        expect(self.page.locator(selector).first).to_be_focused()

    def _tab_to(self, role: str, name: str, key: str = "Tab") -> None:
        self._until(key, self._named(role, name), most=60)

    def _until(self, key: str, wanted: Locator, *, most: int) -> None:
        """Press one key until this has the focus; what cannot be reached so is a failure."""
        expect(wanted).to_be_visible()
        for _ in range(most):
            if wanted.evaluate("each => each === document.activeElement"):
                return
            self._type(key)
        raise AssertionError(f"{key} does not lead to {wanted}")

    def press(self, role: str, name: str) -> None:
        self._tab_to(role, name)
        self._type("Enter")

    def fill(self, role: str, name: str, text: str) -> None:
        self._tab_to(role, name)
        self.page.keyboard.type(text)

    def join(self, channel: str) -> None:
        self._command("Browse channels")
        self._focused("dialog input[type=search]")
        self.page.keyboard.type(channel)
        self.press("button", self.words("Join {name}", name=channel))

    def say(self, channel: str, text: str) -> None:
        self._focused("[data-composer=conversation]")
        self.page.keyboard.type(text)
        self._type("Enter")

    def act_on(self, text: str, action: str) -> None:
        self._until("F6", self.page.locator(".history-scroll"), most=4)
        row = self.page.locator(".history .message").filter(has_text=text)
        self._until("ArrowUp", row, most=30)
        self._type({"Reply in thread": "t", "Add reaction": "r"}[action])

    def reply(self, to: str, text: str) -> None:
        self.act_on(to, "Reply in thread")
        self._focused("[data-composer=thread]")
        self.page.keyboard.type(text)
        self._type("Enter")

    def react(self, to: str) -> None:
        self.act_on(to, "Add reaction")
        self._focused(".picker input")
        expect(self.page.locator(".picker-group").first).to_be_attached()
        self.page.keyboard.type("🎉")
        expect(self.page.locator(".picker [data-emoji]")).to_have_count(1)
        self._type("Enter")

    def search(self, word: str) -> None:
        self._type("/")
        self._focused(".panel input")
        self.page.keyboard.type(word)

    def attach(self, name: str) -> None:
        self._focused("[data-composer=conversation]")
        self.press("button", self.words("Attach files"))
        self._choose_file(name)
        expect(self.page.locator(".attachment.done")).to_have_count(1)
        self._tab_to("textbox", self.composer_name, "Shift+Tab")

    composer_name = ""

    def be_compact(self) -> None:
        self._type("Control+,")
        self.press("button", self.words("Appearance"))
        name = self.words("Comfortable")
        self._tab_to("radio", name)
        self._type("ArrowDown")
        self._type("Escape")

    def sign_out(self) -> None:
        self._command("Sign out")

    def close_panel(self, title: str) -> None:
        self._type("Escape")


class Reader(Hand):
    """The accessibility tree: a thing that has no role and name there does not exist."""

    def __init__(self, page: Page, words: Words) -> None:
        super().__init__(page, words)
        self._line: CDPSession = page.context.new_cdp_session(page)

    def _ask(self, role: str, name: str | None = None) -> list[dict[str, Any]]:
        root = self._line.send("DOM.getDocument", {"depth": 0})["root"]["backendNodeId"]
        named = {} if name is None else {"accessibleName": name}
        query = {"backendNodeId": root, "role": role, **named}
        return self._line.send("Accessibility.queryAXTree", query)["nodes"]

    def find(self, role: str, name: str, *, part: bool = False) -> int:
        """The node of this role and name; given a part of the name, the last that has it."""
        found: list[dict[str, Any]] = []

        def is_there() -> bool:
            nodes = self._ask(role) if part else self._ask(role, name)
            found[:] = [each for each in nodes if name in each["name"]["value"]]
            return found != []

        assert eventually(is_there, within_s=WITHIN_S), f"no {role} “{name}” in the tree"
        return found[-1 if part else 0]["backendDOMNodeId"]

    def _do(self, node: int, what: str) -> None:
        thing = self._line.send("DOM.resolveNode", {"backendNodeId": node})["object"]["objectId"]
        act = {"objectId": thing, "functionDeclaration": f"function() {{ {what} }}"}
        self._line.send("Runtime.callFunctionOn", act | {"userGesture": True})

    def press(self, role: str, name: str) -> None:
        self._do(self.find(role, name), "this.focus(); this.click()")

    def fill(self, role: str, name: str, text: str) -> None:
        self._do(self.find(role, name), "this.focus()")
        self.page.keyboard.type(text)

    def choose(self, name: str) -> None:
        self._do(self.find("radio", name, part=True), "this.click()")

    def act_on(self, text: str, action: str) -> None:
        self._do(self.find("article", text, part=True), "this.focus()")
        self.press("button", self.words(action))

    def _to_the_list(self) -> None:
        if self._ask("button", self.words("Back to conversations")):
            self.press("button", self.words("Back to conversations"))


HANDS = {"pointer": Hand, "keyboard": Keys, "reader": Reader}
