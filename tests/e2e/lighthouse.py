"""`make lighthouse`: Lighthouse's accessibility and best practices of the running product.

    .venv/bin/python -m tests.e2e.lighthouse [--least 95]

Lighthouse comes by `npm exec` when it is asked for: no installation carries its 200 MB. Each page is
looked at as a phone and as a desktop; the client as somebody who is signed in, by the cookie of a
real sign-in.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from launch.bootstrap import find_node, node_environment
from launch.chromium import ensure_chromium
from tests.e2e.conftest import FLAGS
from tests.e2e.product import PASSWORD, Product, running_product

LIGHTHOUSE = "lighthouse@12.8.2"
CATEGORIES = ("accessibility", "best-practices")


def session_of(product: Product, chromium: Path) -> str:
    """The Cookie header of Ana, signed in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        context = browser.new_context(base_url=product.site("acme"))
        page = context.new_page()
        page.goto("/accounts/login/")
        page.locator("input[name=login]").fill("ana@acme.example")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.locator(".entry").first.wait_for(state="attached")
        cookies = context.cookies()
        browser.close()
    return "; ".join(f"{one['name']}={one['value']}" for one in cookies)


def look_at(url: str, *, form: str, chromium: Path, cookie: str | None) -> dict:
    """What Lighthouse finds on one page."""
    _, npm = find_node()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            *(*npm, "exec", "--yes", "--", LIGHTHOUSE, url, "--quiet"),
            f"--only-categories={','.join(CATEGORIES)}",
            *("--output=json", f"--output-path={report}"),
            f"--chrome-flags={' '.join(FLAGS)}",
            *(("--preset=desktop",) if form == "desktop" else ()),
        ]
        if cookie is not None:
            command.append(f"--extra-headers={json.dumps({'Cookie': cookie})}")
        environment = node_environment() | {"CHROME_PATH": str(chromium)}
        subprocess.run(command, cwd=folder, env=environment, check=True)
        return json.loads(report.read_text())


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make lighthouse", description=__doc__.split("\n")[0])
    parser.add_argument("--least", type=int, default=95, help="the least score that is enough")
    least = parser.parse_args(arguments).least
    chromium = ensure_chromium()
    worst = 100
    with running_product() as product:
        cookie = session_of(product, chromium)
        pages = {
            "sign-in": (f"{product.site('acme')}/accounts/login/", None),
            "client": (f"{product.site('acme')}/", cookie),
            "sign-up": (f"{product.site()}/", None),
        }
        for name, (url, signed_in) in pages.items():
            for form in ("phone", "desktop"):
                found = look_at(url, form=form, chromium=chromium, cookie=signed_in)
                scores = {
                    key: round(100 * one["score"]) for key, one in found["categories"].items()
                }
                print(f"{name:8} {form:8} {scores}  {found['finalDisplayedUrl']}", flush=True)
                for key, audit in found["audits"].items():
                    if audit.get("score") is not None and audit["score"] < 1:
                        print(f"    {key}: {audit['title']}")
                worst = min(worst, *scores.values())
    return 0 if worst >= least else 1


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main(sys.argv[1:]))
