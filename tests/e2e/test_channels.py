"""Channels and the sidebar: announcements, owners, groups, sections, by pointer and by key."""

import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignIn
from tests.e2e.passing import Frames, Late
from tests.e2e.window import Window


def fresh(word: str) -> str:
    return f"{word}-{uuid4().hex[:6]}"


def make(by: Window, *others: Window, kind: str = "public", **more: object) -> dict:
    """A channel of these people."""
    member_ids = [other.api("GET", "/me")["id"] for other in others]
    body = {"kind": kind, "name": fresh("room"), "member_ids": member_ids, **more}
    return by.api("POST", "/conversations", body)


def choose(window: Window, conversation_id: str, item: str) -> None:
    """An item of a conversation's menu in the sidebar."""
    window.entry(conversation_id).click(button="right")
    window.page.get_by_role("menuitem", name=item, exact=True).click()


def test_a_channel_becomes_one_for_announcements_while_others_look(ana: Window, bo: Window):
    room = make(ana, bo)
    bo.open(room["id"])
    expect(bo.composer).to_be_visible()
    ana.open(room["id"])

    ana.page.get_by_role("button", name="More about this conversation").click()
    ana.page.get_by_role("menuitem", name="Rules of the channel").click()
    ana.page.get_by_label("Who posts").select_option("owners")
    ana.page.get_by_label("Expected response time").select_option("240")
    ana.page.get_by_role("button", name="Save").click()

    expect(bo.composer).to_have_count(0)
    expect(bo.page.locator(".no-composer")).to_contain_text("owners post here")
    expect(ana.page.locator(".expectation")).to_have_text(
        "People here usually answer within 4 hours."
    )
    text = fresh("news")
    ana.say(text)
    bo.act(bo.row(text), "Reply in thread")
    bo.thread_composer.fill("thank you")
    bo.thread_composer.press("Enter")
    expect(bo.reply("thank you")).to_be_visible()


def test_archiving_can_be_undone_from_where_it_is_told(ana: Window, bo: Window):
    room = make(ana, bo)
    bo.open(room["id"])
    ana.open(room["id"])

    choose(ana, room["id"], "Archive")
    expect(bo.page.locator(".no-composer")).to_contain_text("archived")
    ana.page.locator(".toast").get_by_role("button", name="Undo").click()

    expect(bo.composer).to_be_visible()
    expect(ana.entry(room["id"])).to_be_visible()


def test_the_last_owner_says_who_takes_over(ana: Window, bo: Window):
    room = make(ana, bo)
    ana.open(room["id"])
    expect(bo.entry(room["id"])).to_be_visible()

    choose(ana, room["id"], "Leave")
    dialog = ana.page.get_by_role("dialog", name=f"Leave {room['name']}?")
    who = dialog.get_by_label("You are its last owner. Who takes over?")
    who.select_option(label="Bo Lindqvist")
    dialog.get_by_role("button", name="Leave").click()

    expect(ana.entry(room["id"])).to_have_count(0)
    mine = bo.api("GET", f"/conversations/{room['id']}")["membership"]
    assert mine["role"] == "owner"
    ana.page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(ana.entry(room["id"])).to_be_visible()


def test_whoever_takes_over_a_large_channel_is_found_by_name(ana: Window, bo: Window):
    room = make(ana, bo)
    ana.open(room["id"])
    expect(bo.entry(room["id"])).to_be_visible()
    # The server tells one at a time: as if this were the first page of many.
    ana.page.route(
        re.compile(r"/members\?limit=100"),
        lambda route: route.continue_(url=route.request.url.replace("limit=100", "limit=1")),
    )

    choose(ana, room["id"], "Leave")
    dialog = ana.page.get_by_role("dialog", name=f"Leave {room['name']}?")
    dialog.get_by_role("searchbox", name="Filter members").fill("Bo")
    who = dialog.get_by_label("You are its last owner. Who takes over?")
    who.select_option(label="Bo Lindqvist")
    dialog.get_by_role("button", name="Leave").click()

    expect(ana.entry(room["id"])).to_have_count(0)
    assert bo.api("GET", f"/conversations/{room['id']}")["membership"]["role"] == "owner"


def test_enter_in_the_empty_field_takes_nobody_along(ana: Window):
    ana.page.get_by_role("button", name="New direct message").click()
    dialog = ana.page.get_by_role("dialog")
    field = dialog.get_by_role("combobox", name="To")
    for name in ("Bo", "Cy"):
        field.fill(name)
        expect(dialog.get_by_role("option")).to_have_count(1)
        field.press("Enter")
    expect(dialog.get_by_role("option").first).to_be_visible()
    field.press("Enter")

    expect(ana.page.get_by_role("heading", level=1)).to_have_text("Bo Lindqvist and Cy Okafor")


def test_a_group_message_becomes_a_channel_for_everybody_at_once(sign_in: SignIn, ana: Window):
    bo, cy = sign_in("bo"), sign_in("cy")
    ids = [person.api("GET", "/me")["id"] for person in (bo, cy)]
    group = ana.api("POST", "/conversations", {"kind": "direct", "member_ids": ids})
    text, name = fresh("before"), fresh("plan")
    ana.open(group["id"])
    ana.say(text)
    bo.open(group["id"])
    expect(bo.row(text)).to_be_visible()

    ana.page.get_by_role("button", name="More about this conversation").click()
    ana.page.get_by_role("menuitem", name="Turn into a private channel…").click()
    ana.page.get_by_label("Name").fill(name)
    ana.page.get_by_role("button", name="Create the channel").click()

    for window in (ana, bo):
        expect(window.page.get_by_role("heading", level=1)).to_have_text(name)
        expect(window.row(text)).to_be_visible()
    expect(cy.entry(group["id"])).to_contain_text(name)


def test_sections_are_made_filled_and_ordered_by_keys_on_all_devices(sign_in: SignIn):
    one, other = sign_in("bo"), sign_in("bo")
    first, second = make(one), make(one)
    section = fresh("Work")
    expect(one.entry(second["id"])).to_be_visible()

    choose(one, first["id"], "Move to a new section…")
    one.page.get_by_label("Name").fill(section)
    one.page.keyboard.press("Enter")
    heading = other.page.get_by_role("button", name=section, exact=True)
    expect(heading).to_be_visible()
    choose(one, second["id"], f"Move to {section}")
    in_order = f".section:has(.fold:has-text('{section}')) .entry-name"
    expect(other.page.locator(in_order)).to_have_text([first["name"], second["name"]])

    one.entry(second["id"]).focus()
    one.page.keyboard.press("Control+Shift+ArrowUp")
    expect(other.page.locator(in_order)).to_have_text([second["name"], first["name"]])
    expect(one.entry(second["id"])).to_be_focused()

    one.page.get_by_role("button", name=section, exact=True).focus()
    one.page.keyboard.press("Enter")
    expect(other.page.locator(in_order)).to_have_count(0)
    one.page.get_by_role("button", name=f"More about the section {section}").click()
    one.page.get_by_role("menuitem", name="Remove section").click()
    expect(heading).to_have_count(0)
    expect(other.entry(first["id"])).to_be_visible()


def test_a_conversation_is_dragged_into_a_section_and_into_its_order(sign_in: SignIn):
    window = sign_in("bo")
    # First of all that others made: the sidebar need not be scrolled with a channel in the hand.
    first, second = (make(window, name=fresh("0-drag")) for _which in range(2))
    section = window.api("POST", "/me/sections", {"name": fresh("Drag")})
    head = window.page.locator(f"[data-shelf='{section['id']}'] .section-head")
    expect(head).to_be_visible()
    inside = window.page.locator(f"[data-shelf='{section['id']}'] .entry-name")

    with window.page.expect_response(lambda answer: answer.request.method in {"PUT", "PATCH"}):
        window.entry(first["id"]).drag_to(head)
    expect(inside).to_have_text([first["name"]])
    window.entry(second["id"]).drag_to(window.entry(first["id"]))
    expect(inside).to_have_text([second["name"], first["name"]])

    window.page.reload()
    window.ready()
    expect(inside).to_have_text([second["name"], first["name"]])
    window.api("DELETE", f"/me/sections/{section['id']}")


def test_what_another_device_chooses_holds_over_an_answer_that_was_under_way(
    ana: Window, bo: Window
):
    room = make(ana, bo)["id"]
    frames = Frames(bo.page)
    bo.open(room)
    late = Late(bo.page, f"**/api/v1/conversations/{room}")
    ana.api("PATCH", f"/conversations/{room}", {"posting": "owners"})
    late.wait_until_asked()
    bo.api("PATCH", f"/me/conversations/{room}", {"is_favourite": True})
    frames.wait_for("chancery.placement.changed.v1")

    late.arrive()

    expect(bo.composer).to_have_count(0)
    favourite = bo.page.locator("[data-shelf=favourites]").locator(f".entry[href='/c/{room}']")
    expect(favourite).to_have_count(1)


def test_what_another_device_chooses_while_the_list_is_read_holds(ana: Window, bo: Window):
    room = make(ana, bo)["id"]
    frames = Frames(bo.page)
    late = Late(bo.page, "**/api/v1/me/conversations*")
    bo.page.reload()
    late.wait_until_asked()
    frames.wait_for('"hello"')
    bo.api("PATCH", f"/me/conversations/{room}", {"is_favourite": True})
    frames.wait_for("chancery.placement.changed.v1")

    late.arrive()

    expect(bo.entry(room)).to_be_visible()
    favourite = bo.page.locator("[data-shelf=favourites]").locator(f".entry[href='/c/{room}']")
    expect(favourite).to_have_count(1)


def test_a_channel_that_is_made_while_the_list_is_read_stays(ana: Window):
    name = fresh("room")
    keys = ana.page.keyboard
    late = Late(ana.page, "**/api/v1/me/conversations*")
    ana.page.reload()
    late.wait_until_asked()
    expect(ana.page.locator("[data-line=open]")).to_be_attached()
    keys.press("Control+k")
    expect(ana.page.get_by_role("combobox", name="Jump to")).to_be_focused()
    keys.type("create channel")
    keys.press("Enter")
    expect(ana.page.get_by_role("textbox", name="Name")).to_be_focused()
    keys.type(name)
    keys.press("Enter")
    expect(ana.composer).to_be_focused()
    ana.say("First words")
    expect(ana.page.locator(".message[data-seq]")).to_contain_text("First words")
    keys.press("ArrowUp")
    expect(ana.page.locator("[data-composer=edit]")).to_be_focused()

    late.arrive()
    expect(ana.page.locator(".entry").filter(has_text="general")).to_be_visible()

    keys.type(" and last ones")
    keys.press("Enter")
    expect(ana.row("First words and last ones")).to_have_count(1)


def test_what_is_written_while_the_list_is_read_again_is_counted(ana: Window, bo: Window):
    read, written = make(ana, bo)["id"], make(ana, bo)["id"]
    ana.write_history(read, ["something to read"])
    expect(bo.entry(read)).to_contain_text("1 unread")
    keys = bo.page.keyboard
    keys.press("Control+k")
    expect(bo.page.get_by_role("combobox", name="Jump to")).to_be_focused()
    keys.type("mark everything")
    keys.press("Enter")
    late = Late(bo.page, "**/api/v1/me/conversations*")
    bo.page.get_by_role("button", name="Undo").click()
    late.wait_until_asked()
    ana.write_history(written, ["one", "two"])
    expect(bo.entry(written)).to_contain_text("2 unread")

    late.arrive()

    expect(bo.entry(read)).to_contain_text("1 unread")
    expect(bo.entry(written)).to_contain_text("2 unread")


def test_what_is_muted_is_quiet_until_it_calls(ana: Window, bo: Window):
    room = make(ana, bo)
    bo.page.locator(".entry").filter(has_text="general").click()
    choose(bo, room["id"], "Mute")
    path = f"/conversations/{room['id']}/messages"

    ana.api("POST", path, {"text": "quiet", "key": str(uuid4())})
    expect(bo.entry(room["id"])).to_contain_text("1 unread")
    expect(bo.entry(room["id"]).locator(".badge")).to_have_count(0)
    bo_id = bo.api("GET", "/me")["id"]
    ana.api("POST", path, {"text": f"<@{bo_id}> you", "key": str(uuid4())})

    expect(bo.entry(room["id"]).locator("[data-badge=mentions]")).to_have_text("1")


def test_the_dialogs_of_channels_are_accessible(
    ana: Window, bo: Window, violations: Callable[[Page], list[str]]
):
    room = make(ana, bo)
    ana.open(room["id"])
    for item in ("Rules of the channel", "Move to a new section…", "Leave"):
        choose(ana, room["id"], item)
        expect(ana.page.get_by_role("dialog")).to_be_visible()
        assert violations(ana.page) == []
        ana.page.keyboard.press("Escape")
        expect(ana.page.get_by_role("dialog")).to_have_count(0)
    ana.page.get_by_role("button", name="Browse channels").click()
    expect(ana.page.locator(".offer").first).to_be_visible()
    assert violations(ana.page) == []
