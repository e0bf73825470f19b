"""What people do with messages that are there: pin, keep for later, link to."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignIn
from tests.e2e.window import Window


def test_a_pin_is_seen_by_the_other_and_opens_in_its_place(
    ana: Window, bo: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    ana.say("The door code is on the fridge")

    bo.act(bo.row("The door code"), "Pin for everyone")
    ana.page.get_by_role("button", name="Pinned messages").click()

    pinned = ana.page.get_by_role("list", name="Pinned messages")
    expect(pinned.get_by_text("Pinned by Bo")).to_be_visible()
    expect(ana.page.locator(".system-line").last).to_contain_text("pinned a message")
    pinned.locator(".hit").click()
    expect(ana.page.locator(".message.found")).to_contain_text("The door code")
    pinned.get_by_role("button", name="Unpin").click()
    expect(ana.page.get_by_text("Nothing is pinned here")).to_be_visible()


def test_the_menu_of_a_message_is_walked_by_keys_and_gives_the_focus_back(
    ana: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    row = ana.say("by keys alone")
    expect(ana.page.locator(".message.pending")).to_have_count(0)
    row.focus()
    row.press(".")

    menu = ana.page.get_by_role("menu", name="More actions")
    expect(menu).to_be_visible()
    ana.page.keyboard.press("End")
    expect(menu.get_by_role("menuitem").last).to_be_focused()
    ana.page.keyboard.press("Escape")

    expect(menu).to_have_count(0)
    expect(row).to_be_focused()


def test_what_is_kept_for_later_is_on_every_device(ana: Window, bo: Window, fresh_channel: str):
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    other = Window(bo.page.context.new_page()).open(fresh_channel)
    ana.say("Read the lease before Friday")

    bo.act(bo.row("Read the lease"), "Save for later")
    other.page.locator("[data-view=later]").click()
    kept = other.page.get_by_role("list", name="Kept for later")
    expect(kept).to_contain_text("Read the lease before Friday")
    kept.get_by_role("button", name="Done").first.click()

    expect(kept.get_by_text("Read the lease")).to_have_count(0)


def test_a_reminder_is_asked_for_in_words(ana: Window, fresh_channel: str):
    ana.open(fresh_channel)
    ana.say("Call the landlord")
    expect(ana.page.locator(".message.pending")).to_have_count(0)

    ana.act(ana.row("Call the landlord"), "Remind me")
    ana.page.get_by_role("dialog").get_by_role("button", name="Tomorrow morning").click()

    expect(ana.page.locator(".toast")).to_contain_text("You will be reminded on")
    ana.page.locator("[data-view=later]").click()
    expect(ana.page.get_by_role("list", name="Kept for later")).to_contain_text("Reminder on")


def test_a_link_leads_to_the_message_in_its_thread(ana: Window, bo: Window, fresh_channel: str):
    root = ana.api("POST", f"/conversations/{fresh_channel}/messages", {"text": "the root"})
    reply = ana.api(
        "POST",
        f"/conversations/{fresh_channel}/messages",
        {"text": "deep in a thread", "thread_id": root["id"]},
    )

    bo.page.goto(f"/m/{reply['id']}")

    expect(bo.page.locator(".thread-scroll .message.found")).to_contain_text("deep in a thread")
    expect(bo.page).to_have_url(
        f"{bo.page.url.split('/c/')[0]}/c/{fresh_channel}/{reply['seq']}/t/{root['id']}"
    )


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_to_what_is_not_ones_own_says_the_same_as_one_to_nothing(
    ana: Window, sign_in: SignIn, exists: bool
):
    place = ana.api("POST", "/conversations", {"kind": "private", "name": "closed"})
    message = ana.api("POST", f"/conversations/{place['id']}/messages", {"text": "closed"})
    message_id = message["id"] if exists else place["id"]

    cy = sign_in("cy")
    cy.page.goto(f"/m/{message_id}")

    expect(cy.page.get_by_role("heading", name="Not available to you")).to_be_visible()
    expect(cy.page.locator("#main")).not_to_contain_text("closed")


def test_a_followed_thread_is_unread_until_it_is_read_on_every_device(
    ana: Window, bo: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    other = Window(ana.page.context.new_page()).open(fresh_channel)
    other.page.locator("[data-view=threads]").click()
    bo.open(fresh_channel)
    ana.say("Who brings the projector?")
    expect(bo.row("Who brings the projector?")).to_have_count(1)
    root = bo.row("Who brings the projector?").get_attribute("data-message")

    badge = ana.page.locator("[data-view=threads] .badge")
    others = int(badge.text_content()) if badge.count() else 0

    bo.api(
        "POST",
        f"/conversations/{fresh_channel}/messages",
        {"text": "Me, as always", "thread_id": root},
    )

    expect(badge).to_have_text(str(others + 1))
    inbox = other.page.get_by_role("list", name="Threads you follow")
    entry = inbox.locator("li", has_text="Who brings the projector?").filter(has_text="1 new reply")
    expect(entry.first).to_be_visible()
    expect(ana.entry(fresh_channel).locator(".badge")).to_have_count(0)
    inbox.get_by_role("button", name="Open the thread").first.click()

    expect(other.reply("Me, as always")).to_be_visible()
    expect(badge).to_have_text(str(others)) if others else expect(badge).to_have_count(0)
    expect(other.page.locator(".panel").get_by_role("button", name="Following")).to_be_visible()


def test_a_draft_goes_on_on_another_device_and_ends_there_when_it_is_sent(
    ana: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    other = Window(ana.page.context.new_page()).open(fresh_channel)

    ana.composer.fill("Dear all, the lift is")
    expect(other.composer).to_have_value("Dear all, the lift is")
    other.composer.fill("Dear all, the lift is broken")
    expect(ana.composer).to_have_value("Dear all, the lift is broken")
    ana.page.locator("[data-view=drafts]").click()
    expect(ana.page.get_by_role("list", name="Drafts")).to_contain_text("the lift is broken")
    other.composer.press("Enter")

    expect(ana.row("the lift is broken")).to_have_count(1)
    expect(ana.composer).to_have_value("")


def test_a_message_is_written_now_changed_later_and_called_off(ana: Window, fresh_channel: str):
    ana.open(fresh_channel)
    ana.composer.fill("Happy new year")
    ana.page.locator(".composer").get_by_role("button", name="Send later").click()
    ana.page.get_by_role("dialog").get_by_role("button", name="Tomorrow morning").click()

    expect(ana.page.locator(".toast")).to_contain_text("It will be sent on")
    expect(ana.composer).to_have_value("")
    ana.page.locator(".toast").get_by_role("button", name="Show").click()
    ana.page.get_by_role("button", name="Scheduled", exact=True).click()
    waiting = ana.page.get_by_role("list", name="Scheduled messages")
    waiting.get_by_role("button", name="Edit").click()
    ana.page.get_by_role("dialog").get_by_label("Message", exact=True).fill("Happy old year")
    ana.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(waiting).to_contain_text("Happy old year")
    waiting.get_by_role("button", name="Cancel it").click()

    expect(ana.page.get_by_text("Nothing is scheduled")).to_be_visible()
    assert ana.row("Happy").count() == 0


def test_the_clock_sends_what_waits_and_gives_reminders(
    ana: Window, bo: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    path = f"/conversations/{fresh_channel}"
    message = ana.api("POST", f"{path}/messages", {"text": "Water the plants"})
    ana.api("POST", f"{path}/scheduled", {"text": "Good morning", "send_at": soon})
    ana.api("PUT", f"/messages/{message['id']}/saved", {"remind_at": soon})

    expect(bo.row("Good morning")).to_have_count(1, timeout=45_000)
    expect(ana.page.locator("[data-view=later] .badge")).to_have_text("1", timeout=45_000)


def test_a_deletion_is_taken_back_from_the_toast(ana: Window, bo: Window, fresh_channel: str):
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    ana.say("The figures for May")
    expect(bo.row("The figures for May")).to_have_count(1)

    ana.act(ana.row("The figures for May"), "Delete message")
    expect(bo.row("This message was deleted.")).to_have_count(1)
    ana.page.locator(".toast").get_by_role("button", name="Undo").click()

    expect(bo.row("The figures for May")).to_have_count(1)
    expect(ana.row("The figures for May")).to_have_count(1)


def test_a_forward_shows_where_it_came_from_to_those_who_may_know(
    ana: Window, bo: Window, sign_in: SignIn, fresh_channel: str
):
    secret = ana.api("POST", "/conversations", {"kind": "private", "name": "the move"})
    ana.api("POST", f"/conversations/{secret['id']}/messages", {"text": "We move in May"})
    ana.open(secret["id"])
    bo.open(fresh_channel)
    name = ana.api("GET", f"/conversations/{fresh_channel}")["name"]

    ana.act(ana.row("We move in May"), "Forward")
    dialog = ana.page.get_by_role("dialog")
    dialog.get_by_label("To", exact=True).fill(name)
    dialog.get_by_label("To", exact=True).press("Enter")
    expect(dialog.get_by_role("radio", name=name)).to_be_checked()
    dialog.get_by_label("Add a comment").fill("Now you know")
    dialog.get_by_role("button", name="Forward", exact=True).click()
    ana.page.locator(".toast").get_by_role("button", name="Show").click()

    expect(ana.row("Now you know")).to_contain_text("Show the original in the move")
    row = bo.row("Now you know")
    expect(row.locator(".forwarded")).to_contain_text("We move in May")
    expect(row.locator(".forwarded")).to_contain_text("Ana")
    expect(row).not_to_contain_text("the move")


def test_earlier_versions_are_shown_word_by_word(ana: Window, fresh_channel: str):
    ana.open(fresh_channel)
    path = f"/conversations/{fresh_channel}/messages"
    message = ana.api("POST", path, {"text": "We meet on Monday"})
    ana.api("PATCH", f"/messages/{message['id']}", {"text": "We meet on Friday"})

    ana.row("We meet on Friday").get_by_role("button", name="(edited)").click()

    versions = ana.page.get_by_role("list", name="Earlier versions")
    expect(versions.locator("ins")).to_have_text("Friday")
    expect(versions.locator("del")).to_have_text("Monday")


def test_what_somebody_does_is_no_list_and_a_line_says_who_came(
    ana: Window, sign_in: SignIn, fresh_channel: str
):
    ana.open(fresh_channel)
    ana.say("/me waves *twice* at https://example.org")
    done = ana.row("waves").locator(".action")
    expect(done).to_have_text("waves twice at https://example.org")
    expect(done.get_by_role("link")).to_have_attribute("href", "https://example.org")

    sign_in("cy").api("POST", f"/conversations/{fresh_channel}/join")

    expect(ana.page.locator(".system-line").last).to_contain_text("joined.", timeout=20_000)


def test_a_message_moves_to_a_thread_for_everybody_and_back(
    ana: Window, bo: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    path = f"/conversations/{fresh_channel}/messages"
    ana.api("POST", path, {"text": "Lunch on Friday?"})
    ana.api("POST", path, {"text": "I take the soup"})

    ana.act(ana.row("I take the soup"), "Move to a thread")
    dialog = ana.page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Lunch on Friday?").check()
    dialog.get_by_role("button", name="Move", exact=True).click()

    expect(bo.row("I take the soup")).to_have_count(0)
    expect(bo.row("Lunch on Friday?")).to_contain_text("1 reply")
    expect(bo.page.locator(".system-line").last).to_contain_text("moved a message to a thread")
    ana.page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(bo.row("I take the soup")).to_have_count(1)
