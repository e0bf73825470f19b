"""Every page of both consoles in both schemes, at a desk and on a phone.

The pages are those of the admin's own register: a new one is walked without a word here.
"""

import re
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin import AdminSite
from playwright.sync_api import BrowserContext, Page, expect

from tenants.operators import operator_site
from tests.e2e.conftest import SignIn
from tests.e2e.product import PASSWORD, ROOT

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
LOOKS = (("light", WIDE, []), ("dark", PHONE, ["color-contrast", "scrollable-region-focusable"]))
OTHERS = ["/admin/", "/admin/access/", "/admin/changes/", "/admin/messaging/conversation/trace/"]

# The menu and the head are on all pages: they are looked at with the first one only. The second
# look asks for what a scheme and a width can change.
_RUN = """async ([part, rules]) => {
  const asked = rules.length ? {runOnly: {type: "rule", values: rules}} : {};
  const found = await axe.run({include: [part]}, {resultTypes: ["violations"], ...asked});
  return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html}`));
}"""
_WIDTH = "document.scrollingElement.scrollWidth - innerWidth"
_LINKS = """() => [
  ...document.querySelectorAll(
    "#content .object-tools a, #result_list tbody tr:first-child a[href*='/admin/'], .deletelink"
  ),
].map((each) => new URL(each.href).pathname)"""
_IS_ONE_OF_ITS_PAGES = re.compile(r"/(add|change|delete|history)/$")


def lists(site: AdminSite) -> list[str]:
    """The first page of each table and policy that a console has."""
    return [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in site._registry]


def test_every_page_of_the_console_is_sound_in_light_and_dark_and_on_a_phone(sign_in: SignIn):
    page = sign_in("ana", bypass_csp=True, color_scheme="light").page

    walked, wrong = walk(page, [*OTHERS, *lists(admin.site)])

    assert wrong == {}
    assert walked >= set(lists(admin.site))
    assert {each for each in walked if each.endswith("/add/")}


def test_every_page_of_the_operators_console_is_sound_too(
    new_context: Callable[..., BrowserContext],
):
    page = new_context("", bypass_csp=True, color_scheme="light").new_page()
    page.goto("/admin/")
    page.get_by_label("Email").fill("operator@chancery.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_title(re.compile("^The service"))

    walked, wrong = walk(page, ["/admin/", *lists(operator_site)])
    page.goto("/admin/tenants/tenant/")
    page.get_by_role("checkbox").first.check()
    page.locator("select[name=action]").select_option("suspend")
    page.get_by_role("button", name="Run").or_(page.get_by_role("button", name="Go")).click()
    expect(page.get_by_text("This will be done to:")).to_be_visible()
    found = looked_at(page, "html")

    assert wrong == {}
    assert found == []
    assert walked >= set(lists(operator_site))
    assert {each for each in walked if each.endswith("/change/")}


def walk(page: Page, first: list[str]) -> tuple[set[str], dict[str, Any]]:
    """Look at these pages and at those that their lists lead to; what is wrong, by address."""
    wrong: dict[str, Any] = {}
    walked: set[str] = set()
    waiting = [*first]
    while waiting:
        address = waiting.pop(0)
        if _kind(address) in walked:
            continue
        walked.add(_kind(address))
        answer = page.goto(address)
        status = answer.status if answer else 0
        found = [] if status == 200 else [f"status {status}"]
        found += looked_at(page, "html" if len(walked) == 1 else "#content")
        if found:
            wrong[address] = found
        waiting += filter(_IS_ONE_OF_ITS_PAGES.search, page.evaluate(_LINKS))
    return walked, wrong


def looked_at(page: Page, part: str) -> list[str]:
    """What is wrong with a part of the page that stands there, in both looks."""
    page.evaluate((ROOT / "messaging/web/node_modules/axe-core/axe.min.js").read_text())
    # A colour on its way from one scheme to the other is neither.
    page.add_style_tag(content="*, ::before, ::after { transition: none !important }")
    return [
        each for scheme, size, rules in LOOKS for each in _look(page, scheme, size, [part, rules])
    ]


def _kind(address: str) -> str:
    """One row's pages stand for those of all rows."""
    return re.sub(r"/[0-9a-f-]{36}/", "/*/", address)


def _look(page: Page, scheme: Any, size: Any, asked: list[Any]) -> list[str]:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)
    found = page.evaluate(_RUN, asked)
    too_wide = page.evaluate(_WIDTH)
    if too_wide > 0:
        found.append(f"{too_wide} px wider than the screen")
    return [f"{scheme}: {each}" for each in found]
