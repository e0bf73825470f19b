"""The client without a network, and what is left in the browser after signing out."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignIn

pytestmark = pytest.mark.xdist_group("e2e")

# The worker takes hold, and lists are kept, seconds after the start; nothing on the page tells.
HAS_TAKEN_HOLD = """async () => {
  const until = Date.now() + 20000;
  while (Date.now() < until) {
    const all = await indexedDB.databases();
    const kept = all.find(({ name }) => name.startsWith("chancery-kept-"));
    if (navigator.serviceWorker.controller !== null && kept !== undefined) {
      const database = await new Promise((done) => {
        const request = indexedDB.open(kept.name);
        request.onsuccess = () => done(request.result);
      });
      const stores = database.transaction(["state", "timelines"]);
      const count = (store) => new Promise((done) => {
        const request = stores.objectStore(store).count();
        request.onsuccess = () => done(request.result);
      });
      const counts = [await count("state"), await count("timelines")];
      database.close();
      if (counts[0] === 3 && counts[1] > 0) return true;
    }
    await new Promise((done) => setTimeout(done, 200));
  }
  return false;
}"""

LEFT = """async () => ({
  databases: (await indexedDB.databases()).length,
  caches: (await caches.keys()).length,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  local: localStorage.length,
})"""


def test_what_was_read_is_there_without_a_network_and_what_is_written_goes_out(sign_in: SignIn):
    ana = sign_in("ana", service_workers="allow")
    assert ana.page.evaluate(HAS_TAKEN_HOLD)
    context = ana.page.context
    text = f"from the train {uuid4().hex[:6]}"

    context.set_offline(True)
    ana.page.reload()
    expect(ana.page.locator(".connection")).to_contain_text("You are offline")
    expect(ana.page.locator(".message").first).to_be_visible()
    ana.composer.fill(text)
    ana.composer.press("Enter")
    expect(ana.page.locator(".message.pending", has_text=text)).to_be_visible()
    ana.page.reload()
    expect(ana.page.locator(".message.pending", has_text=text)).to_be_visible()
    context.set_offline(False)

    expect(ana.page.locator(".message.pending")).to_have_count(0)
    expect(ana.page.locator(".message", has_text=text)).to_have_count(1)


def test_signing_out_leaves_nothing_in_the_browser(sign_in: SignIn):
    ana = sign_in("ana", service_workers="allow")
    assert ana.page.evaluate(HAS_TAKEN_HOLD)

    ana.page.get_by_role("button", name="You: ").click()
    ana.page.get_by_role("menuitem", name="Sign out").click()
    ana.page.wait_for_url("**/accounts/login/**")

    assert ana.page.evaluate(LEFT) == {"databases": 0, "caches": 0, "workers": 0, "local": 0}
