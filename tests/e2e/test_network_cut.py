"""The network goes just when somebody acts: nothing is doubled or lost, and all tell the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from playwright.sync_api import Page, Route, expect

from messaging.live.ports import HubLimits
from tests.e2e.conftest import SignIn
from tests.e2e.passing import answered
from tests.e2e.window import Window

LOST = "**/api/v1/**"
TOO_MANY = HubLimits().most_behind + 1


@contextmanager
def busy(page: Page, method: str, path: str = LOST) -> Iterator[None]:
    """The server refuses these requests for a while, as it does when it starts anew."""

    def refuse(route: Route) -> None:
        if route.request.method == method:
            route.fulfill(status=503, content_type="application/problem+json", body="{}")
        else:
            route.continue_()

    page.route(path, refuse)
    yield
    page.unroute(path, refuse)


@contextmanager
def unanswered(page: Page, path: str) -> Iterator[list[str]]:
    """The server does what it is asked, and the answers get lost."""
    done: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "GET":
            return route.continue_()
        done.append(answered(route).text)
        return route.abort("connectionreset")

    page.route(path, lose)
    yield done
    page.unroute(path, lose)


def test_what_never_went_out_is_taken_back_and_done_by_one_press(
    ana: Window, bo: Window, fresh_channel: str
):
    ana.api("POST", f"/conversations/{fresh_channel}/messages", {"text": "Lunch at noon?"})
    for window in (ana, bo):
        window.open(fresh_channel)
    row, entry = ana.row("Lunch at noon?"), ana.entry(fresh_channel)
    said = ana.page.locator(".toast").filter(has_text="No connection")
    row.hover()

    ana.page.context.set_offline(True)
    row.get_by_role("button", name="React with 👍").click()

    expect(said).to_be_visible()
    expect(row.locator(".reaction:not(.add)")).to_have_count(0)
    ana.page.get_by_role("button", name="More about this conversation").click()
    ana.page.get_by_role("menuitem", name="Mute", exact=True).click()
    expect(said).to_have_count(2)
    expect(entry).not_to_contain_class("muted")
    expect(ana.page.locator(".toast").filter(has_text="is muted")).to_have_count(0)
    ana.page.context.set_offline(False)
    expect(ana.page.locator("[data-line=open]")).to_be_attached()
    said.first.get_by_role("button", name="Try again").click()
    expect(bo.row("Lunch at noon?").locator(".reaction:not(.add)")).to_contain_text("👍")
    expect(row.get_by_role("button", name="👍").first).to_be_visible()


def test_what_is_made_without_an_answer_is_made_once(ana: Window):
    name = f"once-{uuid4().hex[:8]}"
    ana.page.get_by_role("button", name="Create channel").click()
    dialog = ana.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    create = dialog.get_by_role("button", name="Create channel")

    with unanswered(ana.page, "**/api/v1/conversations") as done:
        create.click()
        expect(dialog.get_by_role("alert")).to_contain_text("No connection")
    assert len(set(done)) == 1
    create.click()

    expect(dialog).to_have_count(0)
    expect(ana.page.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_what_an_event_tells_of_is_read_once_a_busy_server_answers(ana: Window, bo: Window):
    name = f"quiet-{uuid4().hex[:8]}"
    other = bo.api("GET", "/me")["id"]
    with busy(bo.page, "GET"), bo.page.expect_response("**/api/v1/conversations/*"):
        wish = {"kind": "private", "name": name, "member_ids": [other]}
        channel = ana.api("POST", "/conversations", wish)

    expect(bo.entry(channel["id"])).to_be_visible()


def test_how_far_was_read_reaches_the_server_and_the_other_window(
    ana: Window, bo: Window, sign_in: SignIn, fresh_channel: str
):
    other = sign_in("ana")
    bo.api("POST", f"/conversations/{fresh_channel}/messages", {"text": "Read this"})
    expect(other.entry(fresh_channel)).to_contain_class("unread")

    read = f"**/conversations/{fresh_channel}/read"
    with busy(ana.page, "POST", read), ana.page.expect_response(read):
        ana.entry(fresh_channel).click()

    expect(other.entry(fresh_channel)).not_to_contain_class("unread")


def test_a_change_that_was_begun_outlives_another_conversation_and_a_reload(
    ana: Window, fresh_channel: str
):
    ana.open(fresh_channel)
    row = ana.say("The meeting is on Monday")
    field = ana.page.locator("[data-composer=edit]")
    ana.act(row, "Edit message")
    field.fill("The meeting is on Tuesday at ten")

    ana.open(fresh_channel)
    ana.act(ana.row("The meeting is on Monday"), "Edit message")
    expect(field).to_have_value("The meeting is on Tuesday at ten")
    field.press("Escape")
    ana.act(ana.row("The meeting is on Monday"), "Edit message")

    expect(field).to_have_value("The meeting is on Monday")


def test_a_new_name_reaches_whoever_was_away_while_it_was_given(
    ana: Window, bo: Window, fresh_channel: str
):
    before = ana.api("GET", "/me")["name"]
    ana.api("POST", f"/conversations/{fresh_channel}/messages", {"text": "It is me"})
    bo.open(fresh_channel)
    author = bo.row("It is me").locator(".name").first
    expect(author).to_have_text(before)

    bo.page.context.set_offline(True)
    expect(bo.page.locator("[data-line=open]")).to_have_count(0)
    ana.api("PATCH", "/me", {"name": "Anna of the West"})
    try:
        bo.page.context.set_offline(False)
        expect(author).to_have_text("Anna of the West")
    finally:
        ana.api("PATCH", "/me", {"name": before})

    expect(author).to_have_text(before)


def test_what_is_listed_beside_a_conversation_holds_where_too_much_was_missed_to_be_told(
    ana: Window, bo: Window, fresh_channel: str
):
    bo.open(fresh_channel)
    bo.page.get_by_role("button", name="Pinned messages").click()
    expect(bo.page.get_by_text("Nothing is pinned here")).to_be_visible()
    bo.page.context.set_offline(True)
    expect(bo.page.locator("[data-line=open]")).to_have_count(0)
    sent = {"text": "The door code is on the fridge"}
    message = ana.api("POST", f"/conversations/{fresh_channel}/messages", sent)
    ana.api("PUT", f"/messages/{message['id']}/pin")
    ana.write_history(fresh_channel, [f"Line {number}" for number in range(TOO_MANY)])

    bo.page.context.set_offline(False)

    expect(bo.row(f"Line {TOO_MANY - 1}")).to_be_visible()
    pinned = bo.page.get_by_role("list", name="Pinned messages")
    expect(pinned.get_by_text("The door code")).to_be_visible()
