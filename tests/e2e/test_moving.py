"""Messages that go to another conversation, as the people in both see it."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignIn
from tests.e2e.window import Window


@pytest.fixture
def other_channel(ana: Window) -> dict:
    """A private channel of Ana and Cy: Bo knows nothing of it."""
    (cy,) = ana.api("GET", "/users?q=cy@")["items"]
    name = f"annex-{uuid4().hex[:6]}"
    wanted = {"kind": "private", "name": name, "member_ids": [cy["id"]]}
    return ana.api("POST", "/conversations", wanted)


def move(window: Window, row, name: str, *, along: str | None = None) -> None:
    window.act(row, "Move to another conversation")
    dialog = window.page.get_by_role("dialog", name="Move to another conversation")
    dialog.get_by_role("searchbox", name="To").fill(name)
    dialog.get_by_role("radio", name=name).check()
    if along is not None:
        dialog.get_by_text("Move more messages along").click()
        dialog.get_by_role("checkbox", name=re.compile(along)).check()
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(dialog).to_have_count(0)


def test_a_thread_and_another_message_go_and_come_back(
    ana: Window, bo: Window, sign_in: SignIn, fresh_channel: str, other_channel: dict
):
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    cy = sign_in("cy").open(other_channel["id"])
    bo.say("Where is the projector?")
    bo.say("And the cable?")
    bo.say("Something else")
    root = ana.row("Where is the projector?")
    expect(root).to_have_count(1)
    ana.api(
        "POST",
        f"/conversations/{fresh_channel}/messages",
        {"text": "In the annex", "thread_id": root.get_attribute("data-message")},
    )
    bo.act(bo.row("Where is the projector?"), "Reply in thread")
    expect(bo.reply("In the annex")).to_have_count(1)

    move(ana, root, other_channel["name"], along="And the cable")

    expect(ana.page.locator(".toast")).to_contain_text("Moved 3 messages to")
    expect(ana.row("Where is the projector?")).to_have_count(0)
    # Bo reads none of it any more, wherever he looked at it, and is not told where it is.
    expect(bo.row("Where is the projector?")).to_have_count(0)
    expect(bo.row("And the cable?")).to_have_count(0)
    expect(bo.page.locator(".thread-scroll")).to_have_count(0)
    expect(bo.row("Something else")).to_have_count(1)
    line = bo.page.locator(".system-line").last
    expect(line).to_contain_text("moved 3 messages to another conversation")
    expect(ana.page.locator(".system-line").last).to_contain_text(other_channel["name"])
    # Cy sees it come, with what it is and the thread.
    expect(cy.row("Where is the projector?")).to_contain_text("1 reply")
    expect(cy.row("Where is the projector?")).to_contain_text("moved from another conversation")
    cy.act(cy.row("Where is the projector?"), "Reply in thread")
    expect(cy.reply("In the annex")).to_have_count(1)

    ana.page.locator(".system-line").last.get_by_role("button", name="Undo").click()

    expect(bo.row("Where is the projector?")).to_contain_text("1 reply")
    expect(bo.row("And the cable?")).to_have_count(1)
    texts = bo.page.locator(".history .message .text").all_inner_texts()
    assert texts == ["Where is the projector?", "And the cable?", "Something else"]
    expect(bo.page.locator(".system-line").filter(has_text="moved")).to_have_count(0)
    expect(cy.row("Where is the projector?")).to_have_count(0)


def test_it_goes_by_keys_alone_and_its_link_follows(
    ana: Window, bo: Window, fresh_channel: str, other_channel: dict, violations
):
    ana.open(fresh_channel)
    row = ana.say("Belongs elsewhere")
    expect(ana.page.locator(".message.pending")).to_have_count(0)
    message_id = row.get_attribute("data-message")
    row.focus()
    row.press(".")
    for name in ("Move to a thread…", "Move to another conversation…"):
        item = ana.page.get_by_role("menuitem", name=name)
        expect(item).to_be_visible()
        ana.page.keyboard.press("m")
        expect(item).to_be_focused()
    ana.page.keyboard.press("Enter")
    dialog = ana.page.get_by_role("dialog", name="Move to another conversation")
    expect(dialog.get_by_role("searchbox", name="To")).to_be_focused()
    assert violations(ana.page) == []
    ana.page.keyboard.type(other_channel["name"])
    ana.page.keyboard.press("Enter")
    expect(dialog.get_by_role("radio", name=other_channel["name"])).to_be_checked()
    ana.page.keyboard.press("Enter")
    expect(ana.row("Belongs elsewhere")).to_have_count(0)
    assert violations(ana.page) == []

    ana.page.goto(f"/m/{message_id}")
    expect(ana.page).to_have_url(re.compile(other_channel["id"]))
    expect(ana.page.locator(".message.found")).to_contain_text("Belongs elsewhere")
    assert violations(ana.page) == []
    bo.page.goto(f"/m/{message_id}")
    expect(bo.page.get_by_role("heading", name="Not available to you")).to_be_visible()


def test_what_was_read_before_is_not_kept_for_reading_without_a_network(
    ana: Window, bo: Window, fresh_channel: str, other_channel: dict
):
    ana.open(fresh_channel)
    ana.say("Not for everybody")
    bo.open(fresh_channel)
    expect(bo.row("Not for everybody")).to_have_count(1)
    kept = """async (id) => {
      const names = await indexedDB.databases();
      for (const {name} of names.filter(({name}) => name.startsWith("chancery-kept-"))) {
        const text = await new Promise((resolve) => {
          const opening = indexedDB.open(name);
          opening.onsuccess = () => {
            const rows = opening.result.transaction("timelines").objectStore("timelines").get(id);
            rows.onsuccess = () => {
              opening.result.close();
              resolve(JSON.stringify(rows.result ?? null));
            };
          };
        });
        if (text !== "null") return text;
      }
      return "";
    }"""
    bo.page.wait_for_function(
        f"async (id) => (await ({kept})(id)).includes('Not for')", arg=fresh_channel
    )
    general = next(
        one["id"] for one in bo.api("GET", "/conversations")["items"] if one["name"] == "general"
    )
    bo.open(general)

    move(ana, ana.row("Not for everybody"), other_channel["name"])

    bo.page.wait_for_function(
        f"async (id) => !(await ({kept})(id)).includes('Not for')", arg=fresh_channel
    )


def test_what_was_moved_before_its_author_knew_that_it_was_sent_is_there_once(
    ana: Window, bo: Window, sign_in: SignIn, fresh_channel: str
):
    """Its answer was lost with the line: the page still holds it as not sent when that is back."""
    (ana_id,) = [one["id"] for one in bo.api("GET", "/users?q=ana@")["items"]]

    def channel(*member_ids: str) -> str:
        name = f"room-{uuid4().hex[:8]}"
        wanted = {"kind": "private", "name": name, "member_ids": member_ids}
        return bo.api("POST", "/conversations", wanted)["id"]

    here, shared, closed = channel(ana_id), channel(ana_id), channel()
    elsewhere = sign_in("ana")
    ana.open(here)
    ana.page.context.set_offline(True)
    expect(ana.page.locator("[data-line=offline]")).to_be_attached()
    for text, to in (("lunch for all", shared), ("lunch of the board", closed)):
        key = ana.say(text).get_attribute("data-key")
        sent = elsewhere.api("POST", f"/conversations/{here}/messages", {"text": text, "key": key})
        bo.api("POST", f"/conversations/{to}/moved-messages", {"message_ids": [sent["id"]]})
    expect(ana.page.locator(".message.pending")).to_have_count(2)

    ana.page.context.set_offline(False)

    toasts = ana.page.locator(".toast")
    expect(toasts.filter(has_text="moved to where you cannot read it")).to_have_count(1)
    expect(ana.page.locator(".message.pending")).to_have_count(0)
    expect(ana.row("lunch")).to_have_count(0)
    ana.open(shared)
    expect(ana.row("lunch for all")).to_have_count(1)
    bo.open(closed)
    expect(bo.row("lunch of the board")).to_have_count(1)
    still_here = bo.api("GET", f"/conversations/{here}/messages")["items"]
    assert [one for one in still_here if one["kind"] == "text"] == []
