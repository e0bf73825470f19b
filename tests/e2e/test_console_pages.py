"""Every page of the organisation's console, in both schemes, at a desk and on a phone.

The pages are those of the admin's own register: a new one is walked without a word here.
"""

import re
from typing import Any

from django.contrib import admin
from playwright.sync_api import Page

from tests.e2e.conftest import SignIn
from tests.e2e.product import ROOT

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


def lists() -> list[str]:
    """The first page of each table and policy that the console has."""
    return [
        f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for model in admin.site._registry
    ]


def test_every_page_of_the_console_is_sound_in_light_and_dark_and_on_a_phone(sign_in: SignIn):
    page = sign_in("ana", bypass_csp=True, color_scheme="light").page
    axe = (ROOT / "messaging/web/node_modules/axe-core/axe.min.js").read_text()
    wrong: dict[str, Any] = {}
    walked: set[str] = set()
    waiting = [*OTHERS, *lists()]

    while waiting:
        address = waiting.pop(0)
        if _kind(address) in walked:
            continue
        walked.add(_kind(address))
        answer = page.goto(address)
        status = answer.status if answer else 0
        found = [] if status == 200 else [f"status {status}"]
        page.evaluate(axe)
        # A colour on its way from one scheme to the other is neither.
        page.add_style_tag(content="*, ::before, ::after { transition: none !important }")
        part = "html" if len(walked) == 1 else "#content"
        for scheme, size, rules in LOOKS:
            found += _look(page, scheme, size, [part, rules])
        if found:
            wrong[address] = found
        waiting += filter(_IS_ONE_OF_ITS_PAGES.search, page.evaluate(_LINKS))

    assert wrong == {}
    assert walked >= set(lists())
    assert {each for each in walked if each.endswith("/add/")}


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
