"""What people do all day, in a real browser, against the really running product."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Route, WebSocketRoute, expect

from tests.e2e.conftest import SignIn
from tests.e2e.window import Window
from tests.launch.waiting import eventually


def test_a_message_is_seen_live_by_the_other_and_only_once(
    ana: Window, bo: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    bo.open(fresh_channel)

    ana.say("The auditors come on Thursday")

    expect(bo.row("The auditors come on Thursday")).to_have_count(1)
    expect(ana.row("The auditors come on Thursday")).to_have_count(1)
    expect(ana.page.locator(".message.pending")).to_have_count(0)
    expect(ana.composer).to_have_value("")


def test_what_is_written_offline_is_sent_once_when_the_network_returns(
    ana: Window, bo: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    bo.open(fresh_channel)

    ana.page.context.set_offline(True)
    expect(ana.page.locator(".connection")).to_contain_text("You are offline")
    ana.say("written in a tunnel")
    expect(ana.page.locator(".message.pending")).to_have_count(1)
    assert bo.row("written in a tunnel").count() == 0
    ana.page.context.set_offline(False)

    expect(bo.row("written in a tunnel")).to_have_count(1)
    expect(ana.row("written in a tunnel")).to_have_count(1)
    expect(ana.page.locator(".message.pending")).to_have_count(0)
    expect(ana.page.locator("[data-line=open]")).to_be_attached()


def test_the_outbox_survives_closing_the_page(ana: Window, bo: Window, fresh_channel: str):
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    ana.page.route("**/messages", lambda route: route.abort())
    ana.say("closed too early")
    expect(ana.page.locator(".message.pending")).to_have_count(1)

    ana.page.unroute("**/messages")
    context = ana.page.context
    ana.page.close()
    again = Window(context.new_page()).open(fresh_channel)

    expect(bo.row("closed too early")).to_have_count(1)
    expect(again.row("closed too early")).to_have_count(1)


def test_what_was_missed_while_the_line_was_down_comes_back(
    ana: Window, bo: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    ana.say("before the gap")
    expect(bo.row("before the gap")).to_have_count(1)

    bo.page.context.set_offline(True)
    expect(bo.page.locator("[data-line=offline]")).to_be_attached()
    for number in range(3):
        ana.say(f"while Bo was away {number}")
        expect(ana.page.locator(".message.pending")).to_have_count(0)
    bo.page.context.set_offline(False)

    expect(bo.row("while Bo was away")).to_have_count(3)


def test_a_list_that_was_not_answered_is_asked_for_again(ana: Window, bo: Window):
    lines: list[WebSocketRoute] = []
    is_mute: list[bool] = []

    def overhear(line: WebSocketRoute) -> None:
        lines.append(line)
        server = line.connect_to_server()
        # From when on nothing is passed on: what happens then is not heard of.
        server.on_message(lambda said: None if is_mute else line.send(said))

    bo.page.route_web_socket("**/ws/v1", overhear)
    bo.page.goto("/")
    bo.ready()
    asked: list[str] = []

    def busy_once(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=503)
        else:
            route.continue_()

    bo.page.route("**/api/v1/me/conversations*", busy_once)
    is_mute.append(True)
    room = ana.api("POST", "/conversations", {"kind": "private", "name": f"d-{uuid4().hex[:6]}"})
    bo_id = bo.api("GET", "/me")["id"]
    ana.api("POST", f"/conversations/{room['id']}/members", {"user_id": bo_id})
    lines[0].send('{"type": "resync", "conversation_id": null}')

    expect(bo.entry(room["id"])).to_be_visible()


def test_unread_counts_follow_messages_and_reading(ana: Window, bo: Window, fresh_channel: str):
    ana.open(fresh_channel)
    bo.page.goto("/")
    bo.ready()
    entry = bo.entry(fresh_channel)
    expect(entry).to_be_visible()
    elsewhere = bo.api("GET", "/conversations")["items"]
    bo.open(next(item["id"] for item in elsewhere if item["name"] == "general"))

    ana.say("one")
    ana.say("two")
    expect(entry.locator("[data-badge=unread]")).to_have_text("2")

    bo_id = bo.api("GET", "/me")["id"]
    ana.api(
        "POST",
        f"/conversations/{fresh_channel}/messages",
        {"text": f"<@{bo_id}> three", "key": str(uuid4())},
    )
    expect(entry.locator("[data-badge=mentions]")).to_have_text("1")

    entry.click()
    expect(bo.row("three")).to_be_visible()
    expect(entry.locator(".badge")).to_have_count(0)
    expect(bo.page.locator(".new-line")).to_be_visible()
    bo.page.reload()
    bo.ready()
    expect(bo.entry(fresh_channel).locator(".badge")).to_have_count(0)


def test_a_thread_stays_beside_the_history_and_counts_its_replies(
    ana: Window, bo: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    ana.say("Where shall we meet?")
    expect(bo.row("Where shall we meet?")).to_have_count(1)

    bo.act(bo.row("Where shall we meet?"), "Reply in thread")
    expect(bo.thread_composer).to_be_focused()
    bo.thread_composer.fill("In the library")
    bo.thread_composer.press("Enter")

    expect(bo.reply("In the library")).to_have_count(1)
    expect(ana.row("Where shall we meet?").locator(".thread-summary")).to_contain_text("1 reply")
    expect(ana.row("In the library")).to_have_count(0)
    ana.row("Where shall we meet?").locator(".thread-summary").click()
    expect(ana.reply("In the library")).to_have_count(1)
    ana.page.keyboard.press("Escape")
    expect(ana.page.locator(".panel")).to_have_count(0)


def test_a_reaction_is_seen_by_all_and_can_be_taken_back(
    ana: Window, bo: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    ana.say("It is done")

    bo.act(bo.row("It is done"), "Add reaction")
    bo.page.get_by_role("searchbox", name="Search emoji").fill("tada")
    bo.page.get_by_role("button", name="party popper").first.click()

    reaction = ana.row("It is done").locator(".reaction").first
    expect(reaction).to_contain_text("🎉 1")
    reaction.click()
    expect(bo.row("It is done").locator(".reaction").first).to_contain_text("🎉 2")
    bo.row("It is done").locator(".reaction").first.click()
    expect(reaction).to_contain_text("🎉 1")
    expect(reaction).to_have_attribute("aria-pressed", "true")


def test_an_edit_and_a_deletion_reach_the_other(ana: Window, bo: Window, fresh_channel: str):
    ana.open(fresh_channel)
    bo.open(fresh_channel)
    ana.say("Thrusday it is")

    ana.act(ana.row("Thrusday it is"), "Edit message")
    field = ana.page.get_by_label("Edit message", exact=True)
    field.fill("Thursday it is")
    field.press("Enter")
    expect(bo.row("Thursday it is")).to_contain_text("(edited)")

    ana.act(ana.row("Thursday it is"), "Delete message")
    expect(bo.row("This message was deleted.")).to_have_count(1)
    expect(bo.row("Thursday it is")).to_have_count(0)


def test_a_mention_is_offered_and_stored_as_one(ana: Window, bo: Window, fresh_channel: str):
    ana.open(fresh_channel)
    bo.open(fresh_channel)

    ana.composer.press_sequentially("Good morning @bo")
    expect(ana.page.get_by_role("option").first).to_contain_text("Bo")
    ana.composer.press("Tab")
    ana.composer.press_sequentially("here we are")
    ana.composer.press("Enter")

    expect(bo.row("here we are").locator(".mention.me")).to_have_count(1)
    assert bo.api("GET", f"/conversations/{fresh_channel}/messages")["items"][0]["text"].startswith(
        "Good morning <@"
    )


def test_a_search_hit_opens_in_its_place(ana: Window, fresh_channel: str):
    word = f"quorum{uuid4().hex[:6]}"
    lines = [f"line {number}" for number in range(150)]
    ana.write_history(fresh_channel, [*lines[:20], f"{word} is reached", *lines[20:]])
    ana.open(fresh_channel)
    expect(ana.row("line 149")).to_be_visible()
    assert ana.row(word).count() == 0

    ana.page.get_by_role("button", name="Search messages").first.click()
    ana.page.get_by_role("combobox", name="Search", exact=True).fill(word)
    ana.page.locator(".hit").first.click()

    expect(ana.row(f"{word} is reached")).to_be_in_viewport()
    expect(ana.row(f"{word} is reached")).to_have_class(re.compile("found"))
    ana.page.get_by_role("button", name=re.compile("Jump to newest|new message")).click()
    expect(ana.row("line 149")).to_be_in_viewport()


def test_older_messages_load_on_scrolling_up_without_a_jump(ana: Window, fresh_channel: str):
    lines = [f"line {number}\n" * (1 + number % 3) for number in range(330)]
    ana.write_history(fresh_channel, lines)
    asked: list[str] = []
    ana.page.on("request", lambda request: asked.append(request.url))
    ana.open(fresh_channel)
    expect(ana.row("line 329").first).to_be_visible()

    # Who reads the end and goes has asked for nothing that is further up.
    assert [url for url in asked if "before_seq" in url] == []

    held: list[Route] = []
    ana.page.route("**/messages?before_seq=*", lambda route: held.append(route))
    scroll = "y => document.querySelector('.history-scroll').scrollTo(0, y)"

    def asks_for_more() -> bool:
        if not held:
            ana.page.evaluate(scroll, 400)
        return ana.page.evaluate(_IS_DRAWN) and len(held) == 1

    assert eventually(asks_for_more)
    seq, top = ana.page.evaluate(_TOPMOST)
    height = ana.page.evaluate(_HEIGHT)
    held.pop().continue_()
    ana.page.unroute("**/messages?before_seq=*")

    assert eventually(lambda: ana.page.evaluate(_HEIGHT) > height + 500)
    assert eventually(lambda: ana.page.evaluate(_IS_DRAWN))
    assert ana.page.evaluate(_TOP_OF, seq) == pytest.approx(top, abs=1)

    def is_at_the_start() -> bool:
        ana.page.evaluate(scroll, 0)
        return ana.page.locator(".start").count() == 1

    assert eventually(is_at_the_start)


# Two frames without a change of height: what scrolling brought in has been measured.
_IS_DRAWN = """() => new Promise(done => {
  const height = () => document.querySelector(".history-scroll").scrollHeight;
  const before = height();
  requestAnimationFrame(() => requestAnimationFrame(() => done(height() === before)));
})"""
_HEIGHT = "document.querySelector('.history-scroll').scrollHeight"
_TOP_OF = (
    "seq => document.querySelector(`.history [data-seq='${seq}']`).getBoundingClientRect().top"
)
_TOPMOST = """() => {
  const edge = document.querySelector(".history-scroll").getBoundingClientRect().top;
  const rows = [...document.querySelectorAll(".history [data-seq]")];
  const first = rows.find(row => row.getBoundingClientRect().top > edge);
  return [first.dataset.seq, first.getBoundingClientRect().top];
}"""


def test_everything_of_a_conversation_by_keyboard_alone(ana: Window, bo: Window):
    name = f"keys-{uuid4().hex[:6]}"
    keys = ana.page.keyboard

    keys.press("Control+k")
    keys.type("create channel")
    keys.press("Enter")
    keys.type(name)
    keys.press("Enter")
    expect(ana.page.get_by_role("heading", level=1)).to_have_text(name)
    expect(ana.composer).to_be_focused()

    keys.type("Sent without a mouse")
    keys.press("Enter")
    expect(ana.page.locator(".message[data-seq]")).to_contain_text("Sent without a mouse")
    keys.press("ArrowUp")
    keys.press("End")
    keys.type(", and edited")
    keys.press("Enter")
    expect(ana.row("Sent without a mouse, and edited")).to_have_count(1)

    ana.row("Sent without a mouse").focus()
    keys.press("t")
    expect(ana.thread_composer).to_be_focused()
    keys.type("a reply")
    keys.press("Enter")
    expect(ana.reply("a reply")).to_have_count(1)
    keys.press("Escape")
    expect(ana.composer).to_be_focused()


def test_dark_and_light_are_remembered_without_a_flash(ana: Window):
    sheet = "getComputedStyle(document.querySelector('.main')).backgroundColor"
    light = ana.page.evaluate(sheet)

    # Whatever is chosen here, the tests after it find as it was.
    with ana.preferring():
        ana.page.get_by_role("button", name="You: ").click()
        ana.page.get_by_role("menuitem", name="Settings").click()
        with ana.page.expect_response(lambda answer: answer.url.endswith("/api/v1/me")):
            ana.page.get_by_role("button", name="Appearance").click()
            ana.page.get_by_role("radio", name="Dark").check()
        ana.page.keyboard.press("Escape")
        dark = ana.page.evaluate(sheet)
        ana.page.reload()
        ana.ready()

        assert dark != light
        assert ana.page.evaluate(sheet) == dark
        assert ana.page.locator("html").get_attribute("data-theme") == "dark"


def test_a_phone_shows_one_thing_at_a_time(sign_in: SignIn):
    ana = sign_in("ana", viewport={"width": 320, "height": 640})
    expect(ana.page.locator(".sidebar")).to_be_visible()

    ana.page.locator(".entry").filter(has_text="general").click()
    expect(ana.composer).to_be_visible()
    expect(ana.page.locator(".sidebar")).to_be_hidden()
    text = f"from a phone {uuid4().hex[:6]}"
    ana.composer.fill(text)
    ana.page.get_by_role("button", name="Send", exact=True).click()
    expect(ana.row(text)).to_be_visible()
    too_wide = "document.scrollingElement.scrollWidth > innerWidth"
    assert ana.page.evaluate(too_wide) is False

    ana.page.get_by_role("button", name="Back to conversations").click()
    expect(ana.page.locator(".sidebar")).to_be_visible()
    ana.page.get_by_role("button", name="You: ").click()
    ana.page.get_by_role("menuitem", name="Settings").click()
    expect(ana.page.get_by_role("dialog")).to_be_visible()


def test_a_phone_says_below_the_list_that_there_is_no_connection(sign_in: SignIn):
    ana = sign_in("ana", viewport={"width": 360, "height": 640})
    line, place = ana.page.locator(".connection"), ana.page.locator(".entry").first
    expect(place).to_be_visible()
    before = place.bounding_box()
    expect(line).to_be_hidden()

    ana.page.context.set_offline(True)

    expect(line).to_be_in_viewport(ratio=1)
    expect(line).to_contain_text("You are offline")
    assert place.bounding_box() == before
    you = ana.page.get_by_role("button", name="You: ").bounding_box()
    told = line.bounding_box()
    assert you is not None
    assert told is not None
    assert you["y"] + you["height"] <= told["y"]
    ana.page.context.set_offline(False)
    expect(line).to_be_hidden()


def test_a_channel_is_found_and_joined_live(ana: Window, bo: Window):
    name = f"open-{uuid4().hex[:6]}"
    channel = ana.api("POST", "/conversations", {"kind": "public", "name": name})
    ana.page.goto(f"/c/{channel['id']}")
    ana.ready()

    bo.page.get_by_role("button", name="Browse channels").click()
    bo.page.get_by_role("searchbox", name="Filter channels by name").fill(name)
    bo.page.get_by_role("button", name=f"Join {name}").click()

    expect(bo.page.get_by_role("heading", level=1)).to_have_text(name)
    expect(bo.entry(channel["id"])).to_be_visible()
    expect(ana.page.locator(".member-count")).to_have_text("2")


def test_two_tabs_share_one_line_and_both_are_live(ana: Window, bo: Window, fresh_channel: str):
    ana.open(fresh_channel)
    second = Window(ana.page.context.new_page()).open(fresh_channel)
    sockets: list[str] = []
    second.page.on("websocket", lambda socket: sockets.append(socket.url))
    second.page.reload()
    second.ready()

    bo.open(fresh_channel)
    bo.say("seen in every tab")

    expect(ana.row("seen in every tab")).to_have_count(1)
    expect(second.row("seen in every tab")).to_have_count(1)
    assert sockets == []

    ana.page.close()
    expect(second.page.locator("[data-line=open]")).to_be_attached()
    bo.say("seen when the first tab is gone")
    expect(second.row("seen when the first tab is gone")).to_have_count(1)


def test_markup_in_messages_stays_text(ana: Window, bo: Window, fresh_channel: str):
    bo.open(fresh_channel)
    ana.open(fresh_channel)
    ana.say("<img src=x onerror=alert(1)> <b>bold?</b> [x](javascript:alert(1)) **strong**")

    row = bo.row("bold?")
    expect(row).to_contain_text("<img src=x onerror=alert(1)>")
    expect(row.locator("strong")).to_have_text("strong")
    expect(row.locator(".text img, .text b, .text a")).to_have_count(0)


def test_the_end_stays_in_sight_while_the_composer_grows(ana: Window, fresh_channel: str):
    ana.write_history(fresh_channel, [f"line {number}" for number in range(40)])
    ana.open(fresh_channel)
    expect(ana.row("line 39")).to_be_in_viewport()

    ana.composer.fill("\n".join("growing" for _ in range(12)))
    # A scroller stands on whole pixels, rows do not: a fraction of one may be out of sight.
    expect(ana.row("line 39")).to_be_in_viewport(ratio=0.9)
    ana.composer.press("Enter")
    expect(ana.row("growing")).to_be_in_viewport()
    expect(ana.page.locator(".jump")).to_have_count(0)


def test_marking_as_unread_holds_until_one_comes_back(ana: Window, bo: Window, fresh_channel: str):
    ana.open(fresh_channel)
    ana.say("read me later")
    bo.open(fresh_channel)
    expect(bo.row("read me later")).to_be_visible()
    expect(bo.entry(fresh_channel).locator(".badge")).to_have_count(0)

    bo.act(bo.row("read me later"), "Mark unread from here")
    badge = bo.entry(fresh_channel).locator("[data-badge=unread]")
    expect(badge).to_have_text("1")
    ana.say("and me")
    expect(badge).to_have_text("2")

    bo.page.locator(".entry").filter(has_text="general").click()
    bo.entry(fresh_channel).click()
    expect(bo.page.locator(".new-line")).to_be_visible()
    expect(badge).to_have_count(0)


def test_a_person_who_is_removed_sees_nothing_further(ana: Window, bo: Window):
    name = f"closed-{uuid4().hex[:6]}"
    bo_id = bo.api("GET", "/me")["id"]
    room = ana.api("POST", "/conversations", {"kind": "private", "name": name})["id"]
    expect(bo.entry(room)).to_have_count(0)
    ana.api("POST", f"/conversations/{room}/members", {"user_id": bo_id})
    bo.entry(room).click()
    expect(bo.composer).to_be_visible()

    ana.api("DELETE", f"/conversations/{room}/members/{bo_id}")

    expect(bo.entry(room)).to_have_count(0)
    expect(bo.page.locator(".toast")).to_contain_text(f"You are no longer in {name}")
    bo.page.goto(f"/c/{room}")
    expect(bo.page.get_by_role("heading", level=1)).to_have_text("Not available to you")


def test_signing_out_in_one_tab_ends_the_others(sign_in: SignIn):
    first = sign_in("cy")
    second = Window(first.page.context.new_page())
    second.page.goto("/")
    second.ready()

    second.page.get_by_role("button", name="You: ").click()
    second.page.get_by_role("menuitem", name="Sign out").click()

    for window in (first, second):
        expect(window.page).to_have_url(re.compile("/accounts/login/"))


def test_the_sidebar_after_events_is_the_sidebar_after_a_reload(
    ana: Window, bo: Window, fresh_channel: str
):
    bo_id = bo.api("GET", "/me")["id"]
    path = f"/conversations/{fresh_channel}/messages"

    def post(text: str, **more: str) -> str:
        return ana.api("POST", path, {"text": text, "key": str(uuid4())} | more)["id"]

    expect(bo.entry(fresh_channel)).to_be_attached()
    bo.page.locator(".entry").filter(has_text="general").click()
    root = post("a root")
    kept = post(f"<@{bo_id}> kept")
    gone = post(f"<@{bo_id}> deleted again")
    named_later = post("nobody yet")
    post("a reply", thread_id=root)
    post("<!channel> all of you")
    ana.api("PATCH", f"/messages/{named_later}", {"text": f"<@{bo_id}> after all"})
    ana.api("PATCH", f"/messages/{kept}", {"text": f"<@{bo_id}> kept, and edited"})
    ana.api("DELETE", f"/messages/{gone}")

    entry = bo.entry(fresh_channel)
    expect(entry.locator(".visually-hidden")).to_have_text("4 unread, 3 mentions")
    bo.page.reload()
    bo.ready()
    expect(entry.locator(".visually-hidden")).to_have_text("4 unread, 3 mentions")
