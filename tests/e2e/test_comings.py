"""A room full of people who come and go is one calm line."""

from playwright.sync_api import expect

from tests.e2e.conftest import SignIn
from tests.e2e.window import Window


def test_who_came_and_went_is_one_line_that_opens_by_keys(
    ana: Window, bo: Window, sign_in: SignIn, fresh_channel: str, violations
):
    # The line of Bo, whom Ana added when she made the channel, begins it.
    cy = sign_in("cy")
    ana.open(fresh_channel)
    lines = ana.page.locator(".history .system-line")
    expect(lines).to_have_count(1)
    cy.api("POST", f"/conversations/{fresh_channel}/join")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text("Bo Lindqvist and Cy Okafor joined.")
    bo.api("POST", f"/conversations/{fresh_channel}/leave")
    expect(lines).to_contain_text("Cy Okafor joined. Bo Lindqvist left.")

    toggle = lines.get_by_role("button", name="Show each")
    toggle.focus()
    ana.page.keyboard.press("Enter")
    each = lines.get_by_role("listitem")
    expect(each).to_have_count(3)
    assert violations(ana.page) == []
    expect(each.nth(0)).to_contain_text("Ana Ferreira added Bo Lindqvist.")
    expect(each.nth(2)).to_contain_text("Bo Lindqvist left.")
    expect(lines.get_by_role("button", name="Show less")).to_be_focused()
    expect(lines.get_by_role("button", name="Show less")).to_have_attribute("aria-expanded", "true")
    ana.page.keyboard.press("Enter")
    expect(each).to_have_count(0)

    ana.say("Welcome")
    bo.api("POST", f"/conversations/{fresh_channel}/join")
    expect(lines).to_have_count(2)
    expect(lines.last).to_contain_text("Bo Lindqvist joined.")
