"""People sign in through real identity providers that an admin has set up alone, in the console."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import SignIn
from tests.e2e.product import Product
from tests.e2e.providers import Provider, running_provider

type NewContext = Callable[..., BrowserContext]


class Identity:
    """Providers of an organisation, each a process, each set up by its owner in the console."""

    def __init__(self, product: Product, sign_in: SignIn, stack: ExitStack) -> None:
        self._product, self._sign_in, self._stack = product, sign_in, stack
        self.running: dict[str, Provider] = {}

    def start(self, kind: str, tenant: str, slug: str, **options: Any) -> Provider:
        base = f"{self._product.site(tenant)}/accounts/oidc/{slug}"
        told = {
            "domain": f"{slug}.example",
            "redirect_uris": [f"{base}/login/callback/"],
            "post_logout_redirect_uris": [f"{base}/logout/done/"],
            "backchannel_logout_uri": f"{base}/logout/back/",
        }
        options = told | options
        return self._stack.enter_context(running_provider(kind, **options))

    def set_up(self, kind: str, tenant: str, slug: str, owner: str, **options: Any) -> Page:
        """Start it, and fill the console's form in; the page then shows the draft."""
        provider = self.running[slug] = self.start(kind, tenant, slug, **options)
        page = self._sign_in(owner, tenant).page
        page.goto("/admin/accounts/identityprovider/add/")
        page.locator("#id_kind").select_option(kind)
        page.locator("#id_name").fill(slug.title())
        page.get_by_label("Short name").fill(slug)
        page.get_by_label("Address of its metadata").fill(provider.described_at)
        if kind == "oidc":
            page.get_by_label("Client ID").fill(provider.client_id)
            page.get_by_label("Client secret").fill(provider.client_secret)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("It is a draft.")).to_be_visible()
        return page

    def switch_on(self, page: Page) -> None:
        page.get_by_role("button", name="Switch on").click()
        expect(page.get_by_role("heading", name="State: on")).to_be_visible()


def prove_who_one_is(page: Page, kind: str, name: str) -> None:
    """At the provider's own pages."""
    if kind == "saml":
        page.get_by_label("Name").fill(name)
        page.get_by_role("button", name="Sign in").click()
        return
    page.get_by_placeholder("Enter any login").fill(name)
    page.get_by_placeholder("and password").fill("whatever")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def who(page: Page) -> str | None:
    page.wait_for_url(lambda url: "127.0.0.1" not in url)
    return page.evaluate("async () => (await (await fetch('/api/v1/me')).json()).email ?? null")


@pytest.fixture
def identity(product: Product, sign_in: SignIn) -> Iterator[Identity]:
    with ExitStack() as stack:
        yield Identity(product, sign_in, stack)


@pytest.fixture
def slug() -> str:
    return f"idp-{uuid4().hex[:8]}"


@pytest.mark.parametrize("kind", ["saml", "oidc"])
def test_an_admin_sets_a_provider_up_alone(
    identity: Identity,
    new_context: NewContext,
    violations: Callable[[Page], list[str]],
    slug: str,
    kind: str,
):
    console = identity.set_up(kind, "acme", slug, "ana", groups=["staff"])

    console.get_by_role("link", name="Test this connection").click()
    prove_who_one_is(console, kind, "kim")
    expect(console.get_by_role("heading", name="Tested", exact=True)).to_be_visible()
    expect(console.get_by_text(f"kim@{slug}.example").first).to_be_visible()
    assert who(console) == "ana@acme.example"

    console.get_by_role("link", name="Back to the provider").click()
    expect(console.get_by_role("heading", name="State: tested")).to_be_visible()
    identity.switch_on(console)

    page = new_context("acme").new_page()
    page.goto("/accounts/login/")
    page.get_by_role("link", name=f"Continue with {slug.title()}").click()
    prove_who_one_is(page, kind, "kim")
    assert who(page) == f"kim@{slug}.example"
    expect(page.locator(".entry", has_text="general")).to_be_visible()

    console.reload()
    console.get_by_role("button", name="Switch off").click()
    page = new_context("acme").new_page()
    page.goto("/accounts/login/")
    expect(page.get_by_role("link", name=f"Continue with {slug.title()}")).to_have_count(0)


def test_encrypted_assertions_of_a_real_provider(
    identity: Identity, new_context: NewContext, slug: str
):
    """The provider is told our certificate once the console shows it, as in life."""
    console = identity.set_up("saml", "acme", slug, "ana")
    with console.expect_download() as download:
        console.get_by_role("link", name="Our certificates as a file").click()
    certificate = download.value.path().read_text()
    sealing = identity.start(
        "saml",
        "acme",
        slug,
        encrypt_for=certificate,
        encrypt_key=public_key(certificate),
        sign_response=True,
    )
    console.get_by_label("Address of its metadata").fill(sealing.described_at)
    console.get_by_label("Assertions must be encrypted").check()
    console.get_by_role("button", name="Save and continue editing").click()
    identity.switch_on(console)

    page = new_context("acme").new_page()
    page.goto(f"/accounts/saml/{slug}/login/")
    prove_who_one_is(page, "saml", "lee")

    assert who(page) == f"lee@{slug}.example"


def public_key(certificate: str) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def sign_in_by(page: Page, kind: str, slug: str, name: str) -> None:
    page.goto(f"/accounts/{kind}/{slug}/login/")
    prove_who_one_is(page, kind, name)
    expect(page.locator("[data-line=open]")).to_be_attached()


def test_signing_out_at_the_provider_ends_the_open_window(
    identity: Identity, new_context: NewContext, slug: str
):
    """Back-channel: the provider's server tells ours; the browser has no part in it."""
    identity.switch_on(identity.set_up("oidc", "acme", slug, "ana"))
    context = new_context("acme")
    page = context.new_page()
    sign_in_by(page, "oidc", slug, "kim")

    there = context.new_page()
    there.goto(f"{identity.running[slug].described_at}/session/end")
    begun = time.monotonic()
    there.get_by_role("button", name="Yes, sign me out").click()

    expect(page.get_by_label("Email")).to_be_visible(timeout=4000)
    assert time.monotonic() - begun < 4, "two seconds for the socket, and the page it leads to"
    assert page.url.split("?")[0].endswith("/accounts/login/")


def test_signing_out_here_signs_out_at_the_provider(
    identity: Identity, new_context: NewContext, slug: str
):
    identity.switch_on(identity.set_up("oidc", "acme", slug, "ana"))
    page = new_context("acme").new_page()
    sign_in_by(page, "oidc", slug, "kim")

    page.get_by_role("button", name="You: ").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(page.get_by_text(f"Here and at {slug.title()}.")).to_be_visible()

    page.get_by_role("link", name="Sign in again").click()
    page.get_by_role("link", name=f"Continue with {slug.title()}").click()
    expect(page.get_by_placeholder("Enter any login")).to_be_visible()


@pytest.mark.parametrize("binding", ["Redirect", "POST"])
def test_signing_out_at_a_saml_provider_ends_the_open_window(
    identity: Identity, new_context: NewContext, slug: str, binding: str
):
    identity.switch_on(
        identity.set_up(
            "saml",
            "acme",
            slug,
            "ana",
            logout_binding=f"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{binding}",
        )
    )
    base = f"http://127.0.0.1:{identity.running[slug].port}"
    page = new_context("acme").new_page()
    sign_in_by(page, "saml", slug, "kim")

    # From a browser that is not signed in here: the provider's signature is enough.
    there = new_context("acme").new_page()
    there.goto(f"{base}/slo")

    expect(there.get_by_text("status: 200")).to_be_visible()
    expect(page.get_by_label("Email")).to_be_visible(timeout=4000)
    there.goto(f"{base}/signed-in")
    expect(there.get_by_text("0", exact=True)).to_be_visible()


def test_signing_out_here_signs_out_at_a_saml_provider(
    identity: Identity, new_context: NewContext, slug: str
):
    """It checks our signature by the certificate in our metadata, and we check its answer's."""
    identity.switch_on(identity.set_up("saml", "acme", slug, "ana"))
    page = new_context("acme").new_page()
    sign_in_by(page, "saml", slug, "kim")

    page.get_by_role("button", name="You: ").click()
    page.get_by_role("menuitem", name="Sign out").click()

    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    assert "/sls/" in page.url
    page.goto(f"http://127.0.0.1:{identity.running[slug].port}/signed-in")
    expect(page.get_by_text("0", exact=True)).to_be_visible()


class Domains:
    """E-mail domains, proved in the console; let go of afterwards, since they change how the
    sign-in page looks for everybody.
    """

    def __init__(self, product: Product) -> None:
        self._names = product.names
        self._pages: list[Page] = []

    def prove(self, page: Page, domain: str) -> None:
        page.goto("/admin/accounts/domainproof/add/")
        page.get_by_label("Domain").fill(domain)
        page.get_by_role("button", name="Save", exact=True).click()
        row = page.get_by_role("row").filter(has_text=domain)
        expect(row).to_be_visible()
        name, value = row.locator("code").all_text_contents()
        self._names.records[name] = [value]
        self._pages.append(page)
        row.get_by_role("checkbox").check()
        page.locator("select[name=action]").select_option(label="Look the record up now")
        page.locator("button[name=index]").click()
        expect(page.get_by_text(f"{domain} is proved.")).to_be_visible()

    def let_go(self) -> None:
        for page in self._pages:
            page.goto("/admin/")
            page.evaluate(LET_GO)


LET_GO = """async () => {
  const token = /csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  const {items} = await (await fetch("/api/v1/domains")).json();
  for (const {id} of items) {
    await fetch(`/api/v1/domains/${id}`, {method: "DELETE", headers: {"X-CSRFToken": token}});
  }
}"""


@pytest.fixture
def domains(product: Product, new_context: NewContext) -> Iterator[Domains]:
    made = Domains(product)
    yield made
    made.let_go()


def test_the_address_leads_to_its_own_provider(
    identity: Identity, new_context: NewContext, domains: Domains, slug: str
):
    """Two organisations, two providers each: an address leads to the one that it is for."""
    at, consoles = {}, []
    for tenant, owner in (("acme", "ana"), ("globex", "dee")):
        for kind in ("saml", "oidc"):
            name, domain = f"{slug}-{kind}", f"{kind}.{tenant}-{slug}.example"
            console = identity.set_up(kind, tenant, name, owner, domain=domain)
            at[tenant, kind] = f"127.0.0.1:{identity.running[name].port}"
            console.get_by_label("E-mail domains").fill(domain)
            console.get_by_role("button", name="Save and continue editing").click()
            identity.switch_on(console)
            consoles.append((console, domain))
    # Only now: from here on the sign-in page asks for the address first.
    for console, domain in consoles:
        domains.prove(console, domain)

    for tenant, other in (("acme", "globex"), ("globex", "acme")):
        for kind in ("saml", "oidc"):
            address = f"kim@{kind}.{tenant}-{slug}.example"
            page = new_context(tenant).new_page()
            page.goto("/accounts/sessions/")
            expect(page.get_by_label("Email")).to_be_visible()
            expect(page.get_by_label("Password")).to_have_count(0)

            # Somebody of the other organisation is a stranger here, and asked for a password.
            page.get_by_label("Email").fill(f"kim@{kind}.{other}-{slug}.example")
            page.get_by_role("button", name="Continue", exact=True).click()
            expect(page.get_by_label("Password")).to_be_visible()
            page.go_back()

            page.get_by_label("Email").fill(address.upper())
            page.get_by_role("button", name="Continue", exact=True).click()
            page.wait_for_url(lambda url, host=at[tenant, kind]: host in url)
            prove_who_one_is(page, kind, "kim")
            assert who(page) == address
            assert page.url.endswith("/accounts/sessions/")


def test_two_organisations_with_two_providers_each_stay_apart(
    identity: Identity, new_context: NewContext, product: Product, slug: str
):
    """The same short names, the same people; what one signs is worth nothing at the other."""
    answers = {}
    for tenant, owner in (("acme", "ana"), ("globex", "dee")):
        for kind in ("saml", "oidc"):
            name = f"{slug}-{kind}"
            identity.switch_on(
                identity.set_up(kind, tenant, name, owner, domain=f"{tenant}-{name}.example")
            )
            page = new_context(tenant).new_page()
            bodies: list[str] = []
            page.on("request", lambda r, to=bodies: to.append(r.post_data or r.url))
            page.goto(f"/accounts/{kind}/{name}/login/")
            prove_who_one_is(page, kind, "sam")
            assert who(page) == f"sam@{tenant}-{name}.example"
            answers[tenant, kind] = bodies

    for tenant, other in (("acme", "globex"), ("globex", "acme")):
        page = new_context(other).new_page()
        page.goto("/accounts/login/")
        (posted,) = [b for b in answers[tenant, "saml"] if b.startswith("SAMLResponse=")]
        page.evaluate(POST, [f"/accounts/saml/{slug}-saml/acs/", posted])
        expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()

        (returned,) = [b for b in answers[tenant, "oidc"] if "/login/callback/" in b]
        page.goto(returned.replace(product.site(tenant), product.site(other)))
        expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()
        page.goto("/accounts/login/")
        expect(page.get_by_label("Password")).to_be_visible()


POST = """([action, body]) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  for (const [name, value] of new URLSearchParams(body)) {
    const field = document.createElement("input");
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_around_it(
    identity: Identity,
    sign_in: SignIn,
    new_context: NewContext,
    violations: Callable[[Page], list[str]],
    slug: str,
    scheme: str,
):
    identity.switch_on(identity.set_up("saml", "acme", slug, "ana"))
    page = new_context("acme", bypass_csp=True, color_scheme=scheme).new_page()
    page.goto("/accounts/login/")
    assert violations(page) == []
    page.evaluate(POST, [f"/accounts/saml/{slug}/acs/", "SAMLResponse=x"])
    expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    assert violations(page) == []

    console = sign_in("ana", bypass_csp=True, color_scheme=scheme).page
    for path in ("identityprovider/", "identityprovider/add/", "arrival/"):
        console.goto(f"/admin/accounts/{path}")
        assert violations(console) == [], path
    console.goto("/admin/accounts/identityprovider/")
    console.get_by_role("link", name=slug.title(), exact=True).click()
    expect(console.get_by_role("heading", name="State: on")).to_be_visible()
    assert violations(console) == []
    console.locator(".sso-facts a").first.click()
    expect(console.get_by_role("heading", name="Refused", exact=True)).to_be_visible()
    assert violations(console) == []
    console.goto("/accounts/sso/")
    assert violations(console) == []
