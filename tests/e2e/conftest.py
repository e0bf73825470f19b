"""A real browser at the running product.

`sign_in("ana")` opens a window of its own for a person of the demo; `fresh_channel` makes a channel
that no other journey touches, so that journeys do not see each other's messages.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from launch.chromium import ensure_chromium
from tests.e2e.product import PASSWORD, ROOT, Product, running_product
from tests.e2e.window import Window

HERE = Path(__file__).parent
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

type SignIn = Callable[..., Window]


# Before pytest-xdist, which names groups in a hook of the same name and looks no more afterwards.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process runs all journeys: they share one running product and one browser."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("e2e"))
            # A walk through everything takes a minute of its own, and the machine is shared.
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(300))


WINDOWS = pytest.StashKey[list[BrowserContext]]()
MOST_SHOWN = 50


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo
) -> Iterator[pytest.TestReport]:
    """A journey that fails tells what its windows showed: another try shows another thing."""
    report = yield
    tell = getattr(report.longrepr, "addsection", None)
    if report.when == "call" and report.failed and tell is not None:
        pages = [page for context in item.stash.get(WINDOWS, []) for page in context.pages]
        for number, page in enumerate(pages, start=1):
            tell(f"the end of window {number}: {page.url}", _shown(page))
    return report


def _shown(page: Page) -> str:
    try:
        lines = page.locator("body").aria_snapshot(timeout=5_000).splitlines()
    except PlaywrightError as error:
        return str(error)
    return "\n".join(lines[-MOST_SHOWN:])


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    with running_product() as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the whole run: while it lives, its event loop runs in this process's main thread,
    and neither Django nor asyncio's own tests work beside a running loop.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(ensure_chromium()), args=FLAGS, headless=True
        )
        expect.set_options(timeout=10_000)
        yield browser
        browser.close()


@pytest.fixture
def new_context(
    browser: Browser, product: Product, request: pytest.FixtureRequest
) -> Iterator[Callable[..., BrowserContext]]:
    """Make browser contexts that end with the test; what a page complains of fails the test."""
    contexts = request.node.stash[WINDOWS] = list[BrowserContext]()
    complaints: list[str] = []

    def make(tenant: str = "acme", **options: Any) -> BrowserContext:
        size = {"width": 1280, "height": 800}
        context = browser.new_context(
            base_url=product.site(tenant),
            **{"viewport": size, "locale": "en-GB", "service_workers": "block"} | options,
        )
        context.on("page", lambda page: _listen(page, complaints))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def _listen(page: Page, complaints: list[str]) -> None:
    """Errors of scripts, and whatever the content policy or Trusted Types refuse."""
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def on_console(message: Any) -> None:
        if "Content Security Policy" in message.text or "Trusted" in message.text:
            complaints.append(message.text)

    page.on("console", on_console)


@pytest.fixture
def sign_in(new_context: Callable[..., BrowserContext]) -> SignIn:
    """Sign a person of the demo in, in a browser context of their own."""

    def enter(person: str, tenant: str = "acme", **options: Any) -> Window:
        page = new_context(tenant, **options).new_page()
        page.goto("/")
        page.get_by_label("Email").fill(f"{person}@{tenant}.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        return Window(page).ready()

    return enter


@pytest.fixture
def sign_in_as(new_context: Callable[..., BrowserContext]) -> SignIn:
    """Sign a person of the demo in whatever language the page speaks: by the fields' own names."""

    def enter(person: str, tenant: str = "acme", **options: Any) -> Window:
        page = new_context(tenant, **options).new_page()
        page.goto("/accounts/login/")
        page.locator("input[name=login]").fill(f"{person}@{tenant}.example")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        return Window(page).ready()

    return enter


@pytest.fixture
def ana(sign_in: SignIn) -> Window:
    return sign_in("ana")


@pytest.fixture
def bo(sign_in: SignIn) -> Window:
    return sign_in("bo")


@pytest.fixture
def fresh_channel(ana: Window) -> str:
    """The id of a channel in which Ana and Bo are, and in which nothing has been written."""
    name = f"room-{uuid4().hex[:8]}"
    people = ana.api("GET", "/users?q=bo@")["items"]
    channel = ana.api("POST", "/conversations", {"kind": "public", "name": name})
    ana.api("POST", f"/conversations/{channel['id']}/members", {"user_id": people[0]["id"]})
    return channel["id"]


@pytest.fixture
def violations() -> Callable[[Page], list[str]]:
    """Run axe on a page as it stands; the page's policy would not let it in otherwise."""

    axe_source = (ROOT / "messaging/web/node_modules/axe-core/axe.min.js").read_text()

    def run(page: Page) -> list[str]:
        page.evaluate(axe_source)
        found = page.evaluate("async () => (await axe.run(document)).violations")
        return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]

    return run
