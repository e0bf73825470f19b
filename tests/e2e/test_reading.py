"""Standing where a link leads, and being done with what is new."""

import re
from uuid import uuid4

from playwright.sync_api import expect

from tests.e2e.conftest import SignIn
from tests.e2e.window import Window

MOVED_A_LITTLE = """async () => {
  const scroller = document.querySelector(".history-scroll");
  const isHeard = new Promise((heard) => scroller.addEventListener("scroll", heard, {once: true}));
  scroller.scrollTop -= 6;
  await isHeard;
  for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
}"""


def test_a_linked_message_stays_in_sight_while_what_follows_it_grows(
    sign_in: SignIn, bo: Window, fresh_channel: str
):
    bo.write_history(fresh_channel, [f"Before, number {number}" for number in range(30)])
    path = f"/conversations/{fresh_channel}/messages"
    wanted = bo.api("POST", path, {"text": "This is the one"})
    options = [f"Answer {number}" for number in range(8)]
    for question in ("Drawn by code that comes later?", "And once more?"):
        bo.api("POST", path, {"text": question, "poll": {"options": options}})

    # A phone that lies on its side: the answers below are higher than the window.
    ana = sign_in("ana", viewport={"width": 640, "height": 360})
    ana.open(fresh_channel, f"/{wanted['seq']}")

    expect(ana.row("Drawn by code").locator(".poll")).to_be_attached()
    expect(ana.row("This is the one")).to_be_in_viewport(ratio=1)


def test_a_press_is_heard_also_while_the_history_moves(ana: Window, bo: Window, fresh_channel: str):
    """Rows above are measured, pictures and messages come: it moves between press and release."""
    bo.write_history(fresh_channel, [f"Before, number {number}" for number in range(30)])
    said = bo.api("POST", f"/conversations/{fresh_channel}/messages", {"text": "What do you say?"})
    bo.api("PUT", f"/messages/{said['id']}/reactions/👍")
    ana.open(fresh_channel)
    chip = ana.row("What do you say?").get_by_role("button", name=re.compile("^👍 1"))
    chip.hover()

    ana.page.mouse.down()
    ana.page.evaluate(MOVED_A_LITTLE)
    ana.page.mouse.up()

    expect(
        ana.row("What do you say?").get_by_role("button", name=re.compile("^👍 2"))
    ).to_be_visible()


def test_escape_is_done_with_what_is_new_here_and_stands_at_the_end(
    ana: Window, bo: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    general = next(
        item["id"]
        for item in ana.api("GET", "/conversations?limit=100")["items"]
        if item["name"] == "general"
    )
    ana.entry(general).click()
    expect(ana.page).to_have_url(re.compile(general))
    bo.write_history(fresh_channel, [f"While you were out, number {n}" for n in range(40)])
    badge = ana.entry(fresh_channel).locator("[data-badge=unread]")
    expect(badge).to_have_text("40")
    ana.entry(fresh_channel).click()
    expect(ana.page.locator(".new-line")).to_be_in_viewport()
    expect(ana.row("number 39")).not_to_be_in_viewport()

    ana.composer.press("Escape")

    expect(ana.row("number 39")).to_be_in_viewport()
    expect(ana.page.locator(".new-line")).to_have_count(0)
    expect(badge).to_have_count(0)
    expect(ana.composer).to_be_focused()


def test_shift_escape_is_done_with_everything_and_can_be_taken_back(sign_in: SignIn, bo: Window):
    ana = sign_in("ana")
    name = f"quiet-{uuid4().hex[:8]}"
    bo_id = bo.api("GET", "/me")["id"]
    rooms = [
        ana.api("POST", "/conversations", {"kind": "private", "name": f"{name}-{n}"})["id"]
        for n in range(3)
    ]
    for room in rooms:
        ana.api("POST", f"/conversations/{room}/members", {"user_id": bo_id})
        bo.write_history(room, ["one", "two"])
    badges = ana.page.locator(", ".join(f".entry[href='/c/{room}'] [data-badge]" for room in rooms))
    expect(badges).to_have_count(3)

    ana.page.keyboard.press("Shift+Escape")
    expect(badges).to_have_count(0)
    toast = ana.page.locator(".toast")
    expect(toast).to_contain_text(re.compile(r"\d+ conversations are marked as read"))
    ana.page.keyboard.press("Shift+Escape")
    expect(toast.last).to_have_text(re.compile("Nothing is unread"))
    toast.get_by_role("button", name="Undo").click()

    expect(badges).to_have_count(3)
    unread = [ana.api("GET", f"/conversations/{room}")["unread"]["messages"] for room in rooms]
    assert unread == [2, 2, 2]
