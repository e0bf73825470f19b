"""A stock Firefox, driven over WebDriver BiDi: Playwright only drives a Firefox of its own.

Just what a journey needs. Finding waits, as a person would; nothing else does.
"""

import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

NAMES = ("firefox-esr", "firefox")
_WITHIN_S = 15.0
_PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.active-protocols": 1,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
    # Without a screen there is no mouse either, unless one says so: fine, and able to hover.
    "ui.allPointerCapabilities": 6,
    "ui.primaryPointerCapabilities": 6,
}
_FIND = """(selector, text) => [...document.querySelectorAll(selector)].find((found) =>
  (found.textContent.includes(text) || (found.ariaLabel ?? "").includes(text)) &&
  found.checkVisibility({visibilityProperty: true})) ?? null"""
_KEYS = {
    **{"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "Backspace": "\ue003"},
    **{"Control": "\ue009", "Shift": "\ue008", "Alt": "\ue00a"},
    **{"ArrowUp": "\ue013", "ArrowDown": "\ue015", "ArrowLeft": "\ue012", "ArrowRight": "\ue014"},
    **{"PageUp": "\ue00e", "PageDown": "\ue00f", "End": "\ue010", "Home": "\ue011"},
}


def installed() -> str | None:
    """Where a Firefox is, if one is here."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Firefox:
    """One running Firefox; `window()` opens one with cookies and storage of its own."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._last_id = 0
        self.complaints: list[str] = []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command and return its answer; what the pages log meanwhile is kept."""
        self._last_id += 1
        self._line.send(json.dumps({"id": self._last_id, "method": method, "params": params}))
        while True:
            said = json.loads(self._line.recv(timeout=60))
            if said.get("method") == "log.entryAdded":
                self._hear(said["params"])
            if said.get("id") == self._last_id:
                break
        if said["type"] == "error":
            raise AssertionError(f"{method}: {said['error']}: {said['message']}")
        return said["result"]

    def _hear(self, entry: dict[str, Any]) -> None:
        """Errors of scripts, and whatever the content policy or Trusted Types refuse."""
        text = str(entry["text"])
        is_refused = "Content-Security-Policy" in text or "Trusted" in text
        # A font that still comes when the page is left is an error to Firefox, and to nobody else.
        is_error = entry["level"] == "error" and entry["type"] == "javascript"
        if is_refused or (is_error and not text.startswith("downloadable font")):
            calls = (entry.get("stackTrace") or {}).get("callFrames", [])
            self.complaints.append(" ".join([text, *(str(call["url"]) for call in calls)]))

    def window(self, site: str, width: int = 1280, height: int = 800) -> "FoxPage":
        """Open a window with cookies and storage of its own."""
        person = self.ask("browser.createUserContext")["userContext"]
        # Not a tab: of several in one window all but one are hidden.
        made = self.ask("browsingContext.create", type="window", userContext=person)
        size = {"width": width, "height": height}
        self.ask("browsingContext.setViewport", context=made["context"], viewport=size)
        return FoxPage(self, made["context"], site)


class FoxPage:
    """What one person does and sees."""

    def __init__(self, firefox: Firefox, context: str, site: str) -> None:
        self.firefox = firefox
        self.context = context
        self.site = site

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command about this page."""
        return self.firefox.ask(method, context=self.context, **params)

    def go(self, path: str) -> None:
        """Open an address, as far as its document is there."""
        self.ask("browsingContext.navigate", url=self.site + path, wait="complete")

    def run(self, function: str, *arguments: Any) -> Any:
        """Call a function in the page and return what it returns, or what its promise brings."""
        answer = self._call(
            f"async (...all) => JSON.stringify(await ({function})(...all))", arguments
        )
        return json.loads(answer["value"]) if answer["type"] == "string" else None

    def _call(self, function: str, arguments: tuple[Any, ...]) -> dict[str, Any]:
        said = self.firefox.ask(
            "script.callFunction",
            functionDeclaration=function,
            arguments=[_local(each) for each in arguments],
            target={"context": self.context},
            awaitPromise=True,
            userActivation=True,
        )
        if said["type"] == "exception":
            raise AssertionError(said["exceptionDetails"]["text"])
        return said["result"]

    def until(self, function: str, *arguments: Any, within_s: float = _WITHIN_S) -> Any:
        """Call a function until it returns something true, and return that."""
        deadline = time.monotonic() + within_s
        while True:
            try:
                found = self.run(function, *arguments)
            except AssertionError:  # The document was being exchanged.
                found = None
            if found:
                return found
            if time.monotonic() > deadline:
                raise AssertionError(f"never true: {function} {arguments}")
            time.sleep(0.05)

    def find(self, selector: str, text: str = "") -> dict[str, str]:
        """Wait for a visible element that holds the text."""
        self.until(f"(...all) => ({_FIND})(...all) !== null", selector, text)
        found = self._call(_FIND, (selector, text))
        return {"sharedId": found["sharedId"]}

    def count(self, selector: str, number: int, text: str = "") -> None:
        """Wait until there are so many that hold the text."""
        self.until(
            "(selector, text, number) => number === [...document.querySelectorAll(selector)]"
            ".filter((found) => found.textContent.includes(text)).length",
            selector, text, number,
        )  # fmt: skip

    def hover(self, selector: str, text: str = "") -> None:
        """Move the pointer to an element."""
        self._point(self.find(selector, text), [])

    def click(self, selector: str, text: str = "", button: int = 0) -> None:
        """Click the middle of an element."""
        press = [{"type": "pointerDown", "button": button}, {"type": "pointerUp", "button": button}]
        self._point(self.find(selector, text), press)

    def _point(self, element: dict[str, str], then: list[dict[str, Any]]) -> None:
        self._call("(found) => found.scrollIntoView({block: 'nearest'})", (element,))
        to = {
            "type": "pointerMove",
            "x": 0,
            "y": 0,
            "origin": {"type": "element", "element": element},
        }
        source = {"type": "pointer", "id": "mouse", "actions": [to, *then]}
        self.ask("input.performActions", actions=[source])

    def press(self, keys: str) -> None:
        """Press keys together: `Control+k`."""
        values = [_KEYS.get(key, key) for key in keys.split("+")]
        down = [{"type": "keyDown", "value": value} for value in values]
        up = [{"type": "keyUp", "value": value} for value in reversed(values)]
        self.ask(
            "input.performActions", actions=[{"type": "key", "id": "keys", "actions": down + up}]
        )

    def write(self, text: str) -> None:
        """Type a text where the focus is."""
        actions = [{"type": kind, "value": each} for each in text for kind in ("keyDown", "keyUp")]
        self.ask(
            "input.performActions", actions=[{"type": "key", "id": "keys", "actions": actions}]
        )

    def fill(self, selector: str, text: str) -> None:
        """Click into a field and type."""
        self.click(selector)
        self.write(text)


def _local(value: Any) -> dict[str, Any]:
    """A value as BiDi writes it; an element is already."""
    if isinstance(value, dict) and "sharedId" in value:
        return value
    match value:
        case None:
            return {"type": "null"}
        case bool():
            return {"type": "boolean", "value": value}
        case int() | float():
            return {"type": "number", "value": value}
        case list():
            return {"type": "array", "value": [_local(each) for each in value]}
        case dict():
            pairs = [[key, _local(each)] for key, each in value.items()]
            return {"type": "object", "value": pairs}
    return {"type": "string", "value": value}


@contextmanager
def running_firefox(path: str) -> Iterator[Firefox]:
    """Run a Firefox with a profile of its own until the block ends."""
    with tempfile.TemporaryDirectory(
        prefix="chancery-firefox-", ignore_cleanup_errors=True
    ) as profile:
        prefs = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in _PREFERENCES.items()]
        Path(profile, "user.js").write_text("\n".join(prefs))
        process = subprocess.Popen(
            [path, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            with connect(_address(process) + "/session", max_size=None) as line:
                yield Firefox(line)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            if process.poll() is None:
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[str]) -> str:
    """Firefox says where it listens; it says other things before."""
    assert process.stderr is not None
    for said in process.stderr:
        found = re.search(r"WebDriver BiDi listening on (ws://\S+)", said)
        if found:
            return found[1]
    raise RuntimeError("Firefox ended before it listened.")
