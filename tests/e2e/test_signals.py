"""Polls, priority, ticks, status, own emoji and calls on many, in a real browser."""

import io
from uuid import uuid4

from PIL import Image
from playwright.sync_api import expect

from tests.e2e.passing import Frames, Late
from tests.e2e.window import Window


def test_a_poll_is_asked_answered_and_seen_live(ana: Window, bo: Window, fresh_channel: str):
    ana.open(fresh_channel)
    bo.open(fresh_channel)

    ana.composer.fill("Which day suits the audit?")
    ana.page.get_by_role("button", name="Ask with a poll").click()
    ana.page.get_by_label("Answer 1").fill("Monday")
    ana.page.get_by_label("Answer 2").fill("Thursday")
    ana.page.get_by_role("button", name="Send the poll").click()
    bo.page.get_by_role("radio", name="Thursday").click()

    expect(bo.page.get_by_role("radio", name="Thursday")).to_be_checked()
    expect(ana.page.locator(".poll-option").nth(1)).to_contain_text("1 vote, 100 %")
    expect(ana.composer).to_have_value("")
    ana.page.get_by_role("button", name="End the poll").click()
    expect(bo.page.get_by_role("radio", name="Thursday")).to_be_disabled()


def test_an_urgent_message_is_acknowledged(ana: Window, bo: Window, fresh_channel: str, violations):
    ana.open(fresh_channel)
    bo.open(fresh_channel)

    ana.composer.fill("The building is closed tomorrow")
    ana.page.get_by_role("button", name="Send with priority").click()
    ana.page.get_by_label("Urgent").check()
    ana.page.locator("dialog").get_by_role("button", name="Send", exact=True).click()

    expect(ana.page.locator(".acknowledge")).to_contain_text("0 of 1 person has acknowledged")
    bo.page.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(bo.page.locator(".acknowledged")).to_be_visible()
    expect(ana.page.locator(".acknowledge")).to_contain_text("Everyone asked has acknowledged")
    # Bo looks at it: the mark says so, in words too.
    expect(ana.page.locator(".ticks")).to_have_attribute("aria-label", "Seen", timeout=20_000)


def test_a_list_that_is_open_takes_in_what_is_asked_and_lets_go_what_was_answered_elsewhere(
    ana: Window, bo: Window, fresh_channel: str
):
    other = Window(bo.page.context.new_page()).open(fresh_channel)
    bo.page.locator("[data-view=later]").click()
    waiting = bo.page.get_by_role("list", name="Acknowledgements")
    asked = {"level": "important", "acknowledge": True}
    sent = {"text": "Read the new lift plan", "priority": asked}

    message = ana.api("POST", f"/conversations/{fresh_channel}/messages", sent)

    expect(waiting.get_by_role("listitem").filter(has_text="the new lift plan")).to_have_count(1)
    other.page.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(waiting.get_by_text("the new lift plan")).to_have_count(0)
    sent["text"] = "Read the newest lift plan"
    message = ana.api("POST", f"/conversations/{fresh_channel}/messages", sent)
    expect(waiting.get_by_text("the newest lift plan")).to_have_count(1)
    ana.api("DELETE", f"/messages/{message['id']}")
    expect(waiting.get_by_text("the newest lift plan")).to_have_count(0)


def test_what_is_asked_while_a_new_conversation_is_still_being_read_is_counted_and_listed(
    ana: Window, bo: Window
):
    name = f"drill-{uuid4().hex[:8]}"
    room = ana.api("POST", "/conversations", {"kind": "public", "name": name})["id"]
    frames = Frames(bo.page)
    bo.page.reload()
    bo.ready().page.locator("[data-view=later]").click()
    answer = Late(bo.page, f"**/api/v1/conversations/{room}")
    ana.api("POST", f"/conversations/{room}/members", {"user_id": bo.api("GET", "/me")["id"]})
    answer.wait_until_asked()
    asked = {"level": "important", "acknowledge": True}
    sent = {"text": f"Read the plan of {name}", "priority": asked}
    ana.api("POST", f"/conversations/{room}/messages", sent)
    frames.wait_for(sent["text"])

    answer.arrive()

    # Not only with the next heartbeat, half a minute later.
    expect(bo.entry(room)).to_contain_text("1 unread", timeout=5_000)
    waiting = bo.page.get_by_role("list", name="Acknowledgements").get_by_role("listitem")
    entry = waiting.filter(has_text=f"Read the plan of {name}")
    expect(entry).to_have_count(1)
    entry.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(entry).to_have_count(0)


def test_what_waits_for_an_acknowledgement_is_listed_until_it_is_given(
    ana: Window, bo: Window, fresh_channel: str
):
    asked = {"level": "urgent", "acknowledge": True}
    sent = {"text": "Read the new fire plan", "priority": asked}
    ana.api("POST", f"/conversations/{fresh_channel}/messages", sent)

    bo.page.locator("[data-view=later]").click()
    waiting = bo.page.get_by_role("list", name="Acknowledgements")
    entry = waiting.get_by_role("listitem").filter(has_text="Read the new fire plan")
    expect(entry).to_contain_text("Ana Ferreira is waiting for your acknowledgement.")
    entry.get_by_role("button", name="Acknowledge", exact=True).click()

    expect(entry).to_have_count(0)
    left = bo.api("GET", "/acknowledgements")["items"]
    assert fresh_channel not in {item["conversation_id"] for item in left}


def test_a_status_is_seen_beside_the_name(ana: Window, bo: Window, fresh_channel: str):
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    bo.say("good morning")
    expect(ana.row("good morning")).to_have_count(1)

    bo.page.locator(".person-button").click()
    bo.page.get_by_role("menuitem", name="Set a status…").click()
    bo.page.get_by_role("button", name="In a meeting").click()
    bo.page.locator("dialog").get_by_role("button", name="Save").click()

    mark = ana.page.locator(".byline .status-mark")
    expect(mark).to_contain_text("In a meeting", timeout=20_000)
    bo.page.locator(".person-button").click()
    bo.page.get_by_role("menuitem", name="Set a status…").click()
    bo.page.locator("dialog").get_by_role("button", name="Clear").click()
    expect(mark).to_have_count(0, timeout=20_000)


def test_an_emoji_of_ones_own_is_added_and_drawn(ana: Window, bo: Window, fresh_channel: str):
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    picture = io.BytesIO()
    Image.new("RGB", (80, 80), "purple").save(picture, "PNG")
    name = f"e{fresh_channel.replace('-', '')[-12:]}"

    ana.page.get_by_role("button", name="Insert emoji").click()
    ana.page.get_by_role("button", name="Add an emoji…").click()
    ana.page.get_by_label("Picture").set_input_files(
        {"name": "x.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    ana.page.get_by_label("Name").fill(name)
    ana.page.locator("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(ana.page.locator("dialog")).to_have_count(0)
    ana.say(f"well done :{name}:")

    expect(bo.page.locator(f"img.custom-emoji[alt=':{name}:']")).to_have_count(1)
    ana.page.get_by_role("button", name="Insert emoji").click()
    ana.page.get_by_role("button", name="Remove one…").click()
    remove = ana.page.get_by_role("button", name=f"Remove :{name}:")
    remove.click()
    expect(remove).to_have_count(0)
    expect(bo.page.locator(f"img.custom-emoji[alt=':{name}:']")).to_have_count(0)
    ana.page.keyboard.press("Escape")
    ana.page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(bo.page.locator(f"img.custom-emoji[alt=':{name}:']")).to_have_count(1)


def test_who_is_told_when_nobody_acknowledges_is_chosen_among_those_who_are_there(
    ana: Window, bo: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    ana.composer.fill("Please confirm")
    ana.page.get_by_role("button", name="Send with priority").click()
    dialog = ana.page.get_by_role("dialog")
    dialog.get_by_label("Remind those who have not").select_option("15")
    field = dialog.get_by_role("combobox", name="If that is not enough, tell (optional)")
    offered = dialog.locator(".suggestions").get_by_role("option")
    field.fill("Cy")
    expect(offered).to_have_count(0)
    field.fill("Bo")
    expect(offered).to_have_text(["BLBo LindqvistProduction"])
    field.press("Enter")
    expect(dialog).to_contain_text("these people are told")
    with ana.page.expect_response("**/messages") as answer:
        dialog.get_by_role("button", name="Send", exact=True).click()

    assert answer.value.status == 201
    me = bo.api("GET", "/me")["id"]
    assert answer.value.request.post_data_json["priority"]["escalate_to"] == [me]


def test_the_picker_takes_one_emoji_by_enter_and_gives_the_composer_its_keys(
    ana: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    row = ana.say("The fair is over")
    expect(row).to_be_visible()

    ana.act(row, "Add reaction")
    picker = ana.page.get_by_role("dialog", name="Choose an emoji")
    field = picker.get_by_role("searchbox")
    field.fill("tada")
    expect(picker.locator("[data-emoji]")).to_have_count(1)
    field.press("Enter")
    expect(row.locator(".reaction").first).to_contain_text("🎉")
    expect(picker).to_have_count(0)

    ana.act(row, "Add reaction")
    expect(field).to_be_focused()
    ana.composer.click()
    expect(picker).to_have_count(0)
    ana.page.keyboard.type("hello")
    expect(ana.composer).to_have_value("hello")
