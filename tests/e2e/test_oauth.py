"""An app is registered in the console, let in by a person in a browser, used by a real client."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from playwright.sync_api import BrowserContext, Page, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.e2e.callbacks import Callback, running_callback
from tests.e2e.conftest import SignIn
from tests.e2e.product import PASSWORD, ROOT, Product
from tests.e2e.window import Window

type NewContext = Callable[..., BrowserContext]

GUIDE = ROOT / "docs/guides/connect-an-app.md"
VERIFIER = "the-verifier-of-a-journey-that-is-long-enough-for-all"


class App:
    """An app of ours as its makers run it: what the console has told them, and a library."""

    def __init__(self, page: Page, issuer: str, callback: Callback, name: str) -> None:
        self.name, self.issuer, self.callback = name, issuer, callback
        facts = page.locator(".sso-facts").first
        self.client_id = facts.get_by_role("row", name="Client ID").locator("code").inner_text()
        told = page.locator(".messagelist").inner_text()
        found = re.search(r"chs_[\w-]+", told)
        self.secret = None if found is None else found[0]

    def session(self, **more: Any) -> OAuth2Session:
        return OAuth2Session(
            self.client_id,
            self.secret,
            redirect_uri=self.callback.uri,
            token_endpoint=f"{self.issuer}/oauth/token",
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self.secret else "none",
            **{"scope": "read write"} | more,
        )

    def address(self, session: OAuth2Session, **more: str) -> tuple[str, str]:
        return session.create_authorization_url(
            f"{self.issuer}/oauth/authorize", code_verifier=VERIFIER, **more
        )


@pytest.fixture
def callback() -> Iterator[Callback]:
    with running_callback() as running:
        yield running


@pytest.fixture
def register(ana: Window, product: Product, callback: Callback) -> Callable[..., App]:
    """Fill the console's form in, as Ana."""

    def fill(*, kind: str = "confidential", grants: tuple[str, ...] = ()) -> App:
        name, page = f"Planner {uuid4().hex[:6]}", ana.page
        page.goto("/admin/accounts/oauthapp/add/")
        page.get_by_role("textbox", name="Name", exact=True).fill(name)
        page.get_by_label(kind).check()
        for grant in grants:
            page.get_by_label(grant).check()
        page.get_by_label("Redirect URIs").fill("http://127.0.0.1/callback")
        page.get_by_label("write: Write in your name").check()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("heading", name="What the app needs to know")).to_be_visible()
        return App(page, product.site("acme"), callback, name)

    return fill


def sign_in_here(page: Page, person: str) -> None:
    """Where somebody was sent to sign in first."""
    page.get_by_label("Email").fill(f"{person}@acme.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def open_apps(window: Window) -> None:
    """The settings, at the apps."""
    window.page.goto("/")
    window.ready()
    window.page.get_by_role("button", name="You: ").click()
    window.page.get_by_role("menuitem", name="Settings").click()
    window.page.get_by_role("dialog").get_by_role("button", name="Apps", exact=True).click()


@pytest.mark.parametrize("kind", ["confidential", "public"])
def test_a_person_lets_an_app_in_and_ends_it(
    register: Callable[..., App],
    new_context: NewContext,
    violations: Callable[[Page], list[str]],
    kind: str,
):
    app = register(kind=kind)
    assert (app.secret is None) == (kind == "public")
    session = app.session()
    address, state = app.address(session)

    page = new_context("acme", bypass_csp=True).new_page()
    page.goto(address)
    sign_in_here(page, "bo")
    expect(page.get_by_role("heading", name=f"Connect {app.name}?")).to_be_visible()
    expect(page.get_by_text("bo@acme.example")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Do not allow").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You are connected")).to_be_visible()
    brought = app.callback.wait()
    assert (brought["state"], brought["iss"]) == (state, app.issuer)

    session.fetch_token(code=brought["code"], code_verifier=VERIFIER)
    assert session.token["scope"] == "read write"
    assert session.get(f"{app.issuer}/api/v1/me").json()["email"] == "bo@acme.example"
    old = dict(session.token)
    session.refresh_token()
    assert session.token["refresh_token"] != old["refresh_token"]
    made = session.post(f"{app.issuer}/api/v1/conversations", json=_channel())
    assert made.status_code == 201

    socket_at = app.issuer.replace("http", "ws", 1) + "/ws/v1"
    bearer = {"Authorization": f"Bearer {session.token['access_token']}"}
    with connect(socket_at, additional_headers=bearer) as socket:
        assert json.loads(socket.recv(timeout=10))["type"] == "hello"
        bo = Window(page)
        open_apps(bo)
        row = page.locator(".token-row").filter(has_text=app.name)
        expect(row).to_contain_text("reads what you can read, writes in your name")
        assert violations(page) == []
        row.get_by_role("button", name="End").click()
        expect(page.get_by_text(f"{app.name} can no longer act for you.")).to_be_visible()
        expect(row).to_have_count(0)
        assert _closed_with(socket) == 4403
    assert session.get(f"{app.issuer}/api/v1/me").status_code == 401
    with pytest.raises(OAuthError, match="invalid_grant"):
        session.refresh_token()


def _closed_with(socket: ClientConnection) -> int:
    """Read on to the end, and say how it ended."""
    try:
        while True:
            socket.recv(timeout=10)
    except ConnectionClosed as closed:
        return 0 if closed.rcvd is None else closed.rcvd.code


def _channel() -> dict[str, str]:
    return {"kind": "public", "name": f"by-app-{uuid4().hex[:6]}"}


def test_a_person_says_no_and_one_who_is_somebody_else_signs_in_anew(
    register: Callable[..., App], bo: Window
):
    app = register()
    address, state = app.address(app.session())
    bo.page.goto(address)
    bo.page.get_by_role("button", name="Do not allow").click()
    assert app.callback.wait() == {
        "error": "access_denied",
        "error_description": "The person said no.",
        "state": state,
        "iss": app.issuer,
    }

    bo.page.goto(address)
    bo.page.get_by_role("link", name="Use another account").click()
    bo.page.get_by_role("button").first.click()
    sign_in_here(bo.page, "cy")
    expect(bo.page.get_by_text("cy@acme.example")).to_be_visible()


def test_a_fresh_proof_is_asked_for_and_the_page_goes_on(register: Callable[..., App], bo: Window):
    app = register()
    address, _state = app.address(app.session(), prompt="login")

    bo.page.goto(address)
    expect(bo.page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    bo.page.get_by_label("Password").fill(PASSWORD)
    bo.page.get_by_role("button", name="Confirm").click()
    bo.page.get_by_role("button", name="Allow", exact=True).click()

    assert "code" in app.callback.wait()


LOOKS = [
    pytest.param({"color_scheme": "light"}, id="light"),
    pytest.param({"color_scheme": "dark"}, id="dark"),
    pytest.param({"viewport": {"width": 360, "height": 740}}, id="phone"),
]


@pytest.mark.parametrize("look", LOOKS)
def test_the_console_changes_a_secret_over_and_ends_the_app(
    register: Callable[..., App],
    sign_in: SignIn,
    violations: Callable[[Page], list[str]],
    look: dict[str, Any],
):
    app = register(grants=("it acts by itself",))
    page = sign_in("ana", bypass_csp=True, **look).page
    page.goto("/admin/accounts/oauthapp/add/")
    assert violations(page) == []
    page.goto("/admin/accounts/oauthconnection/")
    assert violations(page) == []
    page.goto("/admin/accounts/oauthapp/")
    assert violations(page) == []
    page.get_by_role("link", name=app.name).click()

    page.get_by_role("button", name="Make the next secret").click()
    told = page.locator(".messagelist").inner_text()
    assert violations(page) == []
    old, app.secret = app.secret, re.findall(r"chs_[\w-]+", told)[0]
    for secret in (old, app.secret):
        assert _acts_by_itself(app, secret)
    page.get_by_role("button", name=f"End the secret …{old[-4:] if old else ''}").click()
    expect(page.get_by_text("The secret is ended.")).to_be_visible()
    assert not _acts_by_itself(app, old)
    assert _acts_by_itself(app, app.secret)

    page.get_by_role("button", name="End this app and all its tokens").click()
    expect(page.get_by_text("The app is ended, with all its tokens.")).to_be_visible()
    assert violations(page) == []
    assert not _acts_by_itself(app, app.secret)


def _acts_by_itself(app: App, secret: str | None) -> bool:
    session = OAuth2Session(app.client_id, secret)
    try:
        session.fetch_token(f"{app.issuer}/oauth/token", grant_type="client_credentials")
    except OAuthError as refusal:
        return refusal.error != "invalid_client"
    return True


def test_the_guide_does_what_it_says(register: Callable[..., App], bo: Window, tmp_path: Path):
    """Its own examples, in their order."""
    app = register(grants=("it acts by itself",))
    described, asks, exchange, me, refresh, introspect, revoke = _examples("bash")
    known = {
        "PATH": "/usr/bin:/bin",
        "ISSUER": app.issuer,
        "CLIENT_ID": app.client_id,
        "CLIENT_SECRET": app.secret or "",
        "REDIRECT_URI": app.callback.uri,
    }

    assert _answer(described, known)["issuer"] == app.issuer
    address, known["VERIFIER"] = _run(f'{asks}\necho "$VERIFIER"', known).split()
    bo.page.goto(address)
    bo.page.get_by_role("button", name="Allow", exact=True).click()
    known["CODE"] = app.callback.wait()["code"]
    tokens = _answer(exchange, known)
    known |= {"ACCESS_TOKEN": tokens["access_token"], "REFRESH_TOKEN": tokens["refresh_token"]}
    assert _answer(me, known)["email"] == "bo@acme.example"
    assert _answer(introspect, known)["active"] is True
    known["REFRESH_TOKEN"] = _answer(refresh, known)["refresh_token"]
    assert _answer(revoke, known) == {}
    assert _answer(introspect, known) == {"active": False}

    (program,) = _examples("python")
    seen: dict[str, Any] = {name: known[name] for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")}
    exec(compile(program, str(GUIDE), "exec"), seen)
    assert (seen["me"]["name"], seen["me"]["roles"]) == (app.name, ["bot"])


def _examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)


def _run(script: str, known: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=known,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout


def _answer(script: str, known: dict[str, str]) -> dict[str, Any]:
    return json.loads(_run(script, known))


def test_apps_of_two_organisations_know_nothing_of_each_other(
    register: Callable[..., App], sign_in: SignIn, product: Product
):
    app = register()
    dee = sign_in("dee", "globex")

    address, _state = app.address(app.session())
    dee.page.goto(address.replace(app.issuer, product.site("globex")))

    expect(dee.page.get_by_role("heading", name="This app cannot be connected")).to_be_visible()
    elsewhere = OAuth2Session(app.client_id, app.secret)
    with pytest.raises(OAuthError, match="invalid_client"):
        elsewhere.fetch_token(
            f"{product.site('globex')}/oauth/token", grant_type="client_credentials"
        )
