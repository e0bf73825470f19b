"""Passkeys in a real browser: Chromium's own authenticator stands in for a fingerprint."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.product import PASSWORD, Product

KEYS = "/accounts/2fa/passkeys/"
LOGIN = "/accounts/login/"
INSIDE = re.compile(r"localhost:\d+/(?!accounts/)")


class Device:
    """What makes passkeys in this window, and holds them."""

    def __init__(self, page: Page) -> None:
        self._cdp = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable")
        self.put_in()

    def put_in(self) -> None:
        made = self._send(
            "addVirtualAuthenticator",
            options={
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            },
        )
        self.id = made["authenticatorId"]

    def take_out(self) -> list[dict[str, Any]]:
        """Its passkeys, as a copy of it would have them; nothing answers any more."""
        held = self._send("getCredentials", authenticatorId=self.id)["credentials"]
        self._send("removeVirtualAuthenticator", authenticatorId=self.id)
        return held

    def holds(self, *passkeys: dict[str, Any], **other: Any) -> None:
        for passkey in passkeys:
            self._send("addCredential", authenticatorId=self.id, credential=passkey | other)

    def _send(self, command: str, **given: Any) -> Any:
        return self._cdp.send(f"WebAuthn.{command}", given)


@pytest.fixture
def who(product: Product) -> str:
    key = f"key{uuid4().hex[:8]}"
    product.backstage("person", key, PASSWORD)
    return f"{key}@acme.example"


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context().new_page()


def by_password(page: Page, who: str) -> None:
    page.context.clear_cookies()
    page.goto(LOGIN)
    page.get_by_label("Email").fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def by_passkey(page: Page) -> None:
    page.context.clear_cookies()
    page.goto(LOGIN)
    page.get_by_role("button", name="Use a passkey").click()


def is_signed_in(page: Page) -> None:
    page.wait_for_url(INSIDE)
    page.goto(KEYS)
    expect(page.get_by_role("heading", name="Passkeys", exact=True)).to_be_visible()


def confirm(page: Page) -> None:
    """Say once more who one is, where that is asked."""
    if "reauthenticate" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()


def make(page: Page, name: str) -> None:
    page.goto(f"{KEYS}add/")
    confirm(page)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url(lambda url: not url.endswith(f"{KEYS}add/"))
    page.goto(KEYS)
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def test_two_passkeys_are_made_used_renamed_and_removed(page, who):
    device = Device(page)
    by_password(page, who)
    page.wait_for_url(INSIDE)
    make(page, "Laptop")
    laptop = device.take_out()
    device.put_in()
    make(page, "Phone")

    by_passkey(page)
    is_signed_in(page)
    device.take_out()
    device.put_in()
    device.holds(*laptop)
    by_passkey(page)
    is_signed_in(page)

    page.get_by_role("link", name="Rename Laptop").click()
    page.wait_for_url(re.compile("reauthenticate|edit"))
    confirm(page)
    page.get_by_label("Name").fill("Old laptop")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Old laptop")).to_be_visible()
    page.get_by_role("link", name="Remove Old laptop").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="Phone")).to_be_visible()
    expect(page.get_by_role("heading", name="Old laptop")).to_have_count(0)

    # What was removed signs nobody in, though the device has it still.
    by_passkey(page)
    expect(page.get_by_text("Incorrect code.")).to_be_visible()
    assert LOGIN in page.url


def test_a_passkey_is_the_second_factor_and_proves_again_who_one_is(page, who):
    device = Device(page)
    by_password(page, who)
    page.wait_for_url(INSIDE)
    make(page, "Key")

    by_password(page, who)
    page.get_by_role("button", name="Use a security key").click()
    is_signed_in(page)

    page.goto(f"{KEYS}reauthenticate/?next={KEYS}")
    page.get_by_role("button", name="Use a security key").click()
    # Not by how the address ends: that of the question ends with where it leads back to.
    page.wait_for_url(re.compile(f"^[^?]*{KEYS}$"))

    # A copy of the key is somewhere else, and has counted less.
    copy = device.take_out()
    device.put_in()
    device.holds(*copy, signCount=0)
    by_passkey(page)
    expect(page.get_by_text("There may be a copy of this passkey.")).to_be_visible()
    assert LOGIN in page.url


def test_a_passkey_of_one_organisation_is_nobodys_at_another(page, who, product, new_context):
    device = Device(page)
    by_password(page, who)
    page.wait_for_url(INSIDE)
    make(page, "Key")
    held = device.take_out()

    elsewhere = new_context("globex").new_page()
    there = Device(elsewhere)
    there.holds(*held)
    answer = elsewhere.goto(LOGIN)
    assert answer is not None
    assert answer.ok
    # The browser offers it nowhere but at its own host.
    asked = elsewhere.evaluate(
        """() => navigator.credentials.get({publicKey: {challenge: new Uint8Array(32),
            rpId: location.hostname, timeout: 500}}).then(() => "given", (why) => why.name)"""
    )
    borrowed = elsewhere.evaluate(
        """() => navigator.credentials.get({publicKey: {challenge: new Uint8Array(32),
            rpId: "acme.localhost", timeout: 500}}).then(() => "given", (why) => why.name)"""
    )
    assert (asked, borrowed) == ("NotAllowedError", "SecurityError")
