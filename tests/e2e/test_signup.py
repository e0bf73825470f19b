"""An organisation signs itself up, and its owner begins to talk."""

import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.product import Product
from tests.e2e.window import Window


def test_an_organisation_signs_itself_up_and_its_owner_begins(
    new_context: Callable[..., BrowserContext],
    product: Product,
    violations: Callable[[Page], list[str]],
):
    slug = f"novum-{uuid4().hex[:6]}"
    page = new_context("", bypass_csp=True).new_page()
    page.goto(product.site())
    page.get_by_label("Organisation").fill("Novum")
    page.get_by_label("Address", exact=False).first.fill(slug)
    page.get_by_label("Your name").fill("Nora Vance")
    page.get_by_label("Your e-mail address").fill("nora@novum.example")
    page.get_by_label("Password").fill("a-quiet-harbour-42")
    page.get_by_role("button", name="Sign up").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Novum is ready", timeout=30_000)
    assert violations(page) == []
    page.get_by_role("link", name="Sign in").click()
    expect(page).to_have_url(re.compile(f"//{slug}\\.localhost:"))
    page.get_by_label("Email").fill("nora@novum.example")
    page.get_by_label("Password").fill("a-quiet-harbour-42")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("general")
    steps = page.get_by_role("region", name="First steps")
    expect(steps.get_by_role("button")).to_have_count(2)
    assert violations(page) == []
    _invites_several_by_mail(page)
    assert violations(page) == []
    link = _invitation(page)
    page.keyboard.press("Escape")
    bill = new_context("").new_page()
    bill.goto(link)
    bill.get_by_label("Your name").fill("Bill Lane")
    bill.get_by_label("Your e-mail address").fill("bill@novum.example")
    bill.get_by_label("Password").fill("a-quiet-harbour-43")
    bill.get_by_role("button", name="Come in").click()
    expect(bill.locator(".entry", has_text="general")).to_be_visible()
    # Somebody is there: what was to be done first is done, without a word in the channel.
    expect(steps).to_have_count(0)
    expect(page.locator(".message, .system-line")).to_have_count(0)

    page.get_by_role("button", name="Create channel").click()
    page.get_by_label("Name").fill("first-letters")
    page.get_by_role("dialog").get_by_role("button", name="Create channel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("first-letters")
    nora = Window(page)
    expect(nora.say("We have begun")).to_be_visible()
    expect(page.locator(".message.pending")).to_have_count(0)


def _invites_several_by_mail(page: Page) -> None:
    """Whom an owner pastes is invited at once; who is here already is named, and stays to mend."""
    page.get_by_role("button", name="Invite people").click()
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_label("E-mail addresses")
    field.fill('"Lane, Cy" <cy@novum.example>, nora@novum.example\nDee@novum.example')
    dialog.get_by_role("button", name="Send invitation").click()
    expect(dialog.get_by_role("status")).to_have_text("2 invitations are on their way.")
    expect(dialog.get_by_role("alert")).to_have_text(
        "nora@novum.example: Somebody here already has this e-mail address."
    )
    expect(field).to_have_value("nora@novum.example")


def _invitation(page: Page) -> str:
    """The link that the owner's first step makes."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("By a link").check()
    dialog.get_by_role("button", name="Create a link").click()
    expect(dialog.get_by_role("button", name="Copy link")).to_be_visible()
    return dialog.get_by_label("The link is shown only once").input_value()


def test_a_taken_address_is_named_and_nothing_else_is_lost(
    new_context: Callable[..., BrowserContext], product: Product
):
    page = new_context("").new_page()
    page.goto(product.site())
    page.get_by_label("Organisation").fill("Another Acme")
    page.get_by_label("Address", exact=False).first.fill("acme")
    page.get_by_label("Your name").fill("Al")
    page.get_by_label("Your e-mail address").fill("al@acme.example")
    page.get_by_label("Password").fill("a-quiet-harbour-42")
    page.get_by_role("button", name="Sign up").click()

    expect(page.locator(".errorlist")).to_be_visible()
    expect(page.get_by_label("Organisation")).to_have_value("Another Acme")
