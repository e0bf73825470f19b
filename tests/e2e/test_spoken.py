"""What a screen reader is told, and where the focus goes: nothing is said twice, nobody is lost."""

from uuid import uuid4

from playwright.sync_api import Locator, expect

from tests.e2e.window import Window


def heard(window: Window) -> Locator:
    return window.page.get_by_role("log", name="New messages").locator("p")


def has_focus(window: Window) -> str:
    return window.page.evaluate(
        "document.activeElement.dataset.composer ?? document.activeElement.className"
    )


def test_what_others_write_is_said_once_and_ones_own_words_never(
    ana: Window, bo: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    expect(heard(ana)).to_have_count(0)

    bo.say("Same words")
    expect(heard(ana)).to_have_text(["Bo Lindqvist: Same words"])
    bo.say("Same words")
    expect(heard(ana)).to_have_text(["Bo Lindqvist: Same words"] * 2)
    ana.say("Mine")
    expect(bo.row("Mine")).to_be_visible()

    expect(heard(ana)).to_have_count(2)
    expect(heard(bo)).to_have_text(["Ana Ferreira: Mine"])


def test_unread_messages_are_part_of_a_conversations_name(
    ana: Window, bo: Window, fresh_channel: str
):
    name = ana.api("GET", f"/conversations/{fresh_channel}")["name"]
    bo.page.locator(".entry").filter(has_text="general").click()
    me = bo.api("GET", "/me")["id"]
    path = f"/conversations/{fresh_channel}/messages"

    ana.api("POST", path, {"text": "one", "key": str(uuid4())})
    ana.api("POST", path, {"text": f"<@{me}> two", "key": str(uuid4())})

    spoken = f"{name} 2 unread, 1 mention"
    expect(bo.page.get_by_role("link", name=spoken, exact=True)).to_be_visible()
    expect(bo.page.locator(".badge").first).to_have_attribute("aria-hidden", "true")


def test_the_parts_of_the_window_come_in_the_order_of_work(ana: Window, fresh_channel: str):
    ana.open(fresh_channel)
    ana.say("In order")
    expect(ana.page.locator(".message.pending")).to_have_count(0)
    ana.page.locator(".member-count").click()
    expect(ana.page.locator(".member").first).to_be_visible()

    tree = ana.page.locator("body").aria_snapshot()

    order = [
        *(
            'link "Skip to the message field"',
            'complementary "Sidebar"',
            'navigation "Conversations"',
        ),
        *('button "You:', "main ", "heading ", 'region "Messages"', "article ", 'textbox "Message'),
        *('complementary "Members"', "status", 'log "New messages"'),
    ]
    place = 0
    for part in order:
        assert part in tree[place:], f"{part} does not come here:\n{tree[place:]}"
        place = tree.index(part, place)


def test_the_focus_comes_back_from_every_edit(ana: Window, fresh_channel: str):
    keys = ana.page.keyboard
    ana.open(fresh_channel)
    row = ana.say("Thrusday")
    expect(ana.page.locator(".message.pending")).to_have_count(0)

    keys.press("ArrowUp")
    expect(ana.page.get_by_label("Edit message", exact=True)).to_be_focused()
    keys.press("Escape")
    expect(ana.composer).to_be_focused()

    row.focus()
    keys.press("e")
    field = ana.page.get_by_label("Edit message", exact=True)
    expect(field).to_be_focused()
    field.fill("Thursday")
    keys.press("Enter")
    expect(ana.row("Thursday")).to_be_focused()

    ana.act(ana.row("Thursday"), "Edit message")
    expect(ana.page.get_by_label("Edit message", exact=True)).to_be_focused()
    ana.page.get_by_role("button", name="Cancel").click()
    expect(ana.row("Thursday")).to_be_focused()


def test_deleting_and_closing_leave_nobody_at_the_top_of_the_page(ana: Window, fresh_channel: str):
    keys = ana.page.keyboard
    ana.open(fresh_channel)
    row = ana.say("To be deleted")
    expect(ana.page.locator(".message.pending")).to_have_count(0)
    row.focus()
    keys.press("Delete")
    expect(ana.row("This message was deleted.")).to_be_focused()

    ana.page.locator(".member-count").click()
    expect(ana.page.locator(".member").first).to_be_visible()
    keys.press("Escape")
    expect(ana.composer).to_be_focused()

    for name in ("Browse channels", "Create channel", "New direct message"):
        opener = ana.page.locator(".sidebar").get_by_role("button", name=name)
        opener.focus()
        keys.press("Enter")
        expect(ana.page.get_by_role("dialog")).to_be_visible()
        keys.press("Escape")
        expect(opener).to_be_focused()
    assert has_focus(ana) != ""
