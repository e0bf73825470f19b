"""What a test does with what passes between the page and the server: it keeps answers, and listens.

`Route.fetch` would look the organisation's host up by the system, which knows none below localhost
everywhere; browsers do.
"""

from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Page, Route


def answered(route: Route) -> httpx.Response:
    """Send the request as the page would have, and return what the server says."""
    request = route.request
    address = urlsplit(request.url)
    own = address._replace(netloc=f"127.0.0.1:{address.port}").geturl()
    headers = {
        name: value for name, value in request.all_headers().items() if not name.startswith(":")
    }
    body = request.post_data_buffer
    headers |= {"host": address.netloc}
    return httpx.request(request.method, own, headers=headers, content=body, timeout=30)


class Late:
    """The first answer from an address reaches the page late, as it was when it was asked for."""

    def __init__(self, page: Page, path: str) -> None:
        self._page = page
        self._kept: list[tuple[Route, str]] = []
        page.route(path, self._pass)

    def _pass(self, route: Route) -> None:
        if self._kept:
            route.continue_()
        else:
            self._kept.append((route, answered(route).text))

    def wait_until_asked(self) -> None:
        while not self._kept:
            self._page.wait_for_timeout(50)

    def arrive(self) -> None:
        """Let the page have the answer."""
        [(route, text)] = self._kept
        route.fulfill(content_type="application/json", body=text)


class Frames:
    """What a page hears on its live line, from its next load on."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._heard: list[str] = []
        page.on("websocket", lambda line: line.on("framereceived", self._hear))

    def _hear(self, frame: str | bytes) -> None:
        self._heard.append(frame if isinstance(frame, str) else frame.decode())

    def wait_for(self, words: str) -> None:
        while not any(words in frame for frame in self._heard):
            self._page.wait_for_timeout(50)
