"""Much at once in a real browser: a long history, a long absence, a large channel."""

import re
import time
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.conftest import SignIn
from tests.e2e.product import Product
from tests.e2e.window import Window
from tests.launch.waiting import eventually

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(300)]

MANY = 50_000
BEYOND_THE_CAP = 2_600
"""Messages to scroll up: the client keeps 2,000 rows."""

# Looks at every frame that is drawn: whether the middle of the history shows a row.
SAMPLE = """() => {
  const kept = { frames: 0, blank: [], rows: 0, stop: false };
  window.sampled = kept;
  const look = () => {
    if (kept.stop) return;
    const scroller = document.querySelector(".history-scroll");
    if (scroller !== null && scroller.getAttribute("aria-busy") === "false") {
      const box = scroller.getBoundingClientRect();
      kept.frames += 1;
      // By their boxes: while it scrolls, the list takes no part in hit tests.
      const rows = [...scroller.querySelectorAll(".message, .day, .new-line, .start")]
        .map((row) => row.parentElement.getBoundingClientRect());
      for (const part of [0.25, 0.5, 0.75]) {
        const y = box.top + box.height * part;
        if (!rows.some((row) => row.top <= y && row.bottom >= y)) {
          kept.blank.push([kept.frames, part, scroller.scrollTop, scroller.scrollHeight]);
        }
      }
      kept.rows = Math.max(kept.rows, scroller.querySelectorAll(".message").length);
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
SHOWS_BEFORE = """(seq) => [...document.querySelectorAll(".history .message")]
  .some((row) => Number(row.dataset.seq) < seq)"""
STOP = "() => { window.sampled.stop = true; return window.sampled; }"

# Stands a little below the place where older messages are loaded, and follows one row meanwhile.
PREPEND = """async () => {
  const scroller = document.querySelector(".history-scroll");
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const top = scroller.getBoundingClientRect().top;
  const rows = [...scroller.querySelectorAll(".message")];
  const row = rows.find((one) => one.getBoundingClientRect().top >= top);
  const id = row.id || row.dataset.seq, before = row.getBoundingClientRect().top;
  const size = scroller.scrollHeight;
  let drift = 0;
  for (let n = 0; n < 240; n += 1) {
    await frame();
    const now = row.isConnected ? row : null;
    if (now !== null) drift = Math.max(drift, Math.abs(now.getBoundingClientRect().top - before));
  }
  return { id, drift, grown: scroller.scrollHeight - size };
}"""


@pytest.fixture
def long_channel(product: Product, ana: Window, fresh_channel: str) -> str:
    """A channel of Ana and Bo with 50,000 messages of half a year."""
    ana.page.goto("about:blank")
    product.backstage("fill", fresh_channel, str(MANY))
    return fresh_channel


def shown_seqs(page: Page) -> list[int]:
    """The numbers of the rows that are drawn."""
    return page.eval_on_selector_all(
        ".history .message", "rows => rows.map((row) => Number(row.dataset.seq))"
    )


def heap_mib(line: CDPSession) -> float:
    line.send("HeapProfiler.collectGarbage")
    metrics = {one["name"]: one["value"] for one in line.send("Performance.getMetrics")["metrics"]}
    return metrics["JSHeapUsedSize"] / 2**20


def wheel_until(page: Page, *, seq: int, step: int) -> int:
    """Turn the wheel until a number is drawn; returns how often."""
    for turn in range(600):
        drawn = shown_seqs(page)
        if drawn and (min(drawn) <= seq if step < 0 else max(drawn) >= seq):
            return turn
        page.mouse.wheel(0, step)
        page.wait_for_timeout(25)
    raise AssertionError(f"never came to {seq}: {shown_seqs(page)}")


def test_50_000_messages_are_scrolled_without_a_blank_frame(ana: Window, long_channel: str):
    page = ana.page
    line = page.context.new_cdp_session(page)
    line.send("Performance.enable")
    ana.open(long_channel)
    expect(page.locator(f".history .message[data-seq='{MANY}']")).to_be_visible()
    before = heap_mib(line)
    page.evaluate(SAMPLE)
    page.locator(".history-scroll").hover()

    turns = wheel_until(page, seq=MANY - BEYOND_THE_CAP, step=-900)

    sampled: Any = page.evaluate(STOP)
    grown = heap_mib(line) - before
    print(f"\n{turns} turns, {sampled['frames']} frames, {len(sampled['blank'])} blank")
    print(f"at most {sampled['rows']} rows drawn; the heap grew by {grown:.1f} MiB")
    assert sampled["blank"] == [], sampled["blank"]
    assert sampled["rows"] <= 120
    assert grown < 40

    # Older messages come in front while nobody scrolls: what is read stays where it is.
    held = page.evaluate(PREPEND)
    assert held["drift"] <= 1, held

    # Far into the past, and back.
    page.evaluate(SAMPLE)
    ana.jump_to_date(date.today() - timedelta(days=150))
    page.wait_for_function(SHOWS_BEFORE, arg=MANY // 4)
    past = shown_seqs(page)
    assert max(past) < MANY // 4
    page.locator(".history-scroll").hover()
    wheel_until(page, seq=min(past) - 200, step=-900)
    wheel_until(page, seq=max(past) + 200, step=900)
    page.get_by_role("button", name="Jump to newest").click()
    expect(page.locator(f".history .message[data-seq='{MANY}']")).to_be_visible()
    sampled = page.evaluate(STOP)
    print(f"{sampled['frames']} frames there and back, {len(sampled['blank'])} blank")
    # Each jump replaces everything that is shown, and may take a frame to be measured.
    assert len({frame for frame, *_ in sampled["blank"]}) <= 4, sampled["blank"]
    assert ana.say("back in the present").count() == 1


STATE = """() => ({
  sidebar: [...document.querySelectorAll(".entry")].map((one) => one.innerText.trim()),
  topic: document.querySelector(".conversation-head")?.innerText ?? "",
  messages: [...document.querySelectorAll(".history .message")]
    .slice(-12).map((one) => one.dataset.seq + " " + one.innerText.replace(/\\s+/g, " ")),
})"""


def test_a_client_that_missed_1_500_events_shows_what_a_new_one_shows(
    product: Product, ana: Window, fresh_channel: str
):
    bo = ana.api("GET", "/users?q=bo@")["items"][0]["id"]
    others = []
    for _ in range(3):
        body = {"kind": "public", "name": f"far-{uuid4().hex[:8]}", "member_ids": [bo]}
        others.append(ana.api("POST", "/conversations", body)["id"])
    ana.open(fresh_channel)
    ana.say("before the tunnel")
    expect(ana.page.locator(".message.pending")).to_have_count(0)

    ana.page.context.set_offline(True)
    expect(ana.page.locator(".connection")).to_contain_text("You are offline")
    product.backstage("turmoil", fresh_channel, *others)
    ana.page.context.set_offline(False)
    expect(ana.page.locator("[data-line=open]")).to_be_attached(timeout=30_000)
    last = ana.api("GET", f"/conversations/{fresh_channel}/messages?limit=1")["items"][0]
    expect(ana.page.locator(f".history .message[data-seq='{last['seq']}']")).to_be_visible()
    # Until then the other window would open where the unread begins.
    here = f"/conversations/{fresh_channel}"
    assert eventually(lambda: ana.api("GET", here)["unread"]["messages"] == 0)

    again = Window(ana.page.context.new_page()).open(fresh_channel)
    ana.page.bring_to_front()
    expect(again.page.locator(f".history .message[data-seq='{last['seq']}']")).to_be_visible()
    for id_ in others:
        unread = ana.api("GET", f"/conversations/{id_}")["unread"]["messages"]
        assert unread > 10
        for window in (ana, again):
            expect(window.entry(id_)).to_contain_text(str(unread))
    # The lists above the channels are read a moment after the rest, in either window.
    deadline = time.monotonic() + 10
    while (old := ana.page.evaluate(STATE)) != (new := again.page.evaluate(STATE)):
        if time.monotonic() > deadline:
            break
        ana.page.wait_for_timeout(100)
    assert old == new
    assert len(new["messages"]) == 12


def test_the_members_of_10_000_are_shown_page_by_page_and_who_comes_at_once(
    product: Product, ana: Window, sign_in: SignIn, fresh_channel: str
):
    ana.page.goto("about:blank")
    product.backstage("crowd", fresh_channel, "10000")
    asked: list[str] = []
    ana.page.on("request", lambda request: asked.append(request.url))
    ana.open(fresh_channel)

    count = ana.page.locator(".member-count")
    expect(count).to_have_attribute("aria-label", re.compile("Members: 10.?002"))
    count.click()

    rows = ana.page.locator(".members .member")
    expect(rows).to_have_count(100)
    ana.page.get_by_role("button", name="Show more members").click()
    expect(rows).to_have_count(200)
    ana.page.get_by_label("Filter members").fill("crowd 09999")
    expect(rows).to_have_count(1)
    ana.composer.press_sequentially("@crow")
    expect(ana.page.get_by_role("option").first).to_contain_text("Crowd")
    assert ana.page.get_by_role("option").count() <= 8
    assert len([url for url in asked if "/members" in url]) <= 4
    people = [url for url in asked if "/users" in url]
    assert len(people) <= 20, people

    ana.page.get_by_label("Filter members").fill("Cy Okafor")
    expect(ana.page.get_by_text("Nobody here has a name like that.")).to_be_visible()
    sign_in("cy").api("POST", f"/conversations/{fresh_channel}/join")
    expect(count).to_have_attribute("aria-label", re.compile("Members: 10.?003"))
    expect(ana.page.locator(".history .system-line").last).to_contain_text("Cy Okafor")
    expect(rows).to_have_count(1)
