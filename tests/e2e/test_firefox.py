"""The day's essentials in a stock Firefox; skipped where there is none."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.e2e.firefox import Firefox, FoxPage, installed, running_firefox
from tests.e2e.product import PASSWORD, Product
from tests.e2e.window import CALL, WRITE

LINE_IS_OPEN = "() => document.querySelector('[data-line=open]') !== null"
IS_LOADED = "() => document.querySelector('.history-scroll[aria-busy=false]') !== null"
DROP = """(name) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["from the den"], name));
  const given = {dataTransfer, bubbles: true, cancelable: true};
  document.querySelector(".main").dispatchEvent(new DragEvent("drop", given));
}"""
# One turn of a wheel up, and two frames: whether anything is in sight, and which row comes first.
SCROLLED_UP = """async () => {
  const scroller = document.querySelector(".history-scroll");
  scroller.scrollBy(0, -600);
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  await frame();
  const box = scroller.getBoundingClientRect();
  const isSeen = (row) => {
    const {top, bottom} = row.getBoundingClientRect();
    return bottom > box.top && top < box.bottom;
  };
  const rows = [...document.querySelectorAll(".history [data-seq]")].filter(isSeen);
  return [rows.length, document.querySelector(".history .start") !== null];
}"""


@pytest.fixture(scope="module")
def firefox() -> Iterator[Firefox]:
    path = installed()
    if path is None:
        pytest.skip("no Firefox is installed here: apt-get install firefox-esr")
    with running_firefox(path) as running:
        yield running


@pytest.fixture
def sign_in(firefox: Firefox, product: Product):
    def enter(person: str) -> FoxPage:
        page = firefox.window(product.site("acme"))
        page.go("/accounts/login/")
        page.fill("input[name=login]", f"{person}@acme.example")
        page.fill("input[name=password]", PASSWORD)
        page.press("Enter")
        page.until(LINE_IS_OPEN)
        return page

    return enter


def make_channel(page: FoxPage) -> str:
    new = {"kind": "public", "name": f"fox-{uuid4().hex[:8]}"}
    return page.run(CALL, ["POST", "/conversations", new])["id"]


def open_room(page: FoxPage, room: str) -> None:
    page.go(f"/c/{room}")
    page.until(IS_LOADED)
    page.until(LINE_IS_OPEN)


def test_sending_threads_files_and_a_long_history_in_firefox(firefox: Firefox, sign_in):
    ana, bo = sign_in("ana"), sign_in("bo")
    room, long = make_channel(ana), make_channel(ana)
    bo_id = bo.run(CALL, ["GET", "/me", None])["id"]
    ana.run(CALL, ["POST", f"/conversations/{room}/members", {"user_id": bo_id}])
    history = [f"line {number}\n" * (1 + number % 3) for number in range(120)]
    ana.run(WRITE, [f"/api/v1/conversations/{long}/messages", history])
    open_room(ana, room)
    open_room(bo, room)

    ana.fill("[data-composer=conversation]", "Seen in Firefox")
    ana.press("Enter")
    bo.count(".history .message[data-seq]", 1, "Seen in Firefox")
    ana.count(".message.pending", 0)

    ana.hover(".history .message", "Seen in Firefox")
    ana.click(".message .toolbar button", "Reply in thread")
    ana.until("() => document.activeElement?.dataset.composer === 'thread'")
    ana.write("and answered")
    ana.press("Enter")
    ana.count(".thread-scroll .message[data-seq]", 1, "and answered")
    ana.press("Escape")
    bo.find(".thread-summary", "1 reply")

    ana.run(DROP, "den.txt")
    ana.find(".attachment.done", "den.txt")
    ana.press("Enter")
    bo.find(".history .message:not(.pending) .file-card", "den.txt")

    open_room(ana, long)
    ana.find(".history .message", "line 119")
    seen, is_start = [], False
    while not is_start and len(seen) < 200:
        rows, is_start = ana.run(SCROLLED_UP)
        seen.append(rows)
    assert is_start
    assert 0 not in seen, "a frame without a row"
    assert firefox.complaints == []
