"""`make lighthouse`: Lighthouse's accessibility and best practices of the running product.

    .venv/bin/python -m tests.e2e.lighthouse [--least 95]

Lighthouse comes by `npm exec` when it is asked for: no installation carries its 200 MB. Each page
is looked at as a phone and as a desktop; the client as somebody who is signed in, in a browser in
which that really happened.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from launch.bootstrap import find_node, node_environment
from launch.chromium import ensure_chromium
from tests.e2e.conftest import FLAGS
from tests.e2e.product import PASSWORD, Product, running_product
from tests.launch.places import free_port

LIGHTHOUSE = "lighthouse@12.8.2"
CATEGORIES = ("accessibility", "best-practices")


@contextmanager
def chromium_of_ana(product: Product) -> Iterator[int]:
    """A browser in which Ana is signed in; yields the port at which it can be led."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder,
            executable_path=str(ensure_chromium()),
            args=[*FLAGS, f"--remote-debugging-port={port}"],
            base_url=product.site("acme"),
        )
        page = context.new_page()
        page.goto("/accounts/login/")
        page.locator("input[name=login]").fill("ana@acme.example")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.locator(".entry").first.wait_for(state="attached")
        page.close()
        yield port
        context.close()


def look_at(url: str, *, form: str, port: int) -> dict:
    """What Lighthouse finds on one page."""
    _, npm = find_node()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            *(*npm, "exec", "--yes", "--", LIGHTHOUSE, url, "--quiet"),
            f"--only-categories={','.join(CATEGORIES)}",
            *("--output=json", f"--output-path={report}"),
            *(f"--port={port}", "--disable-storage-reset"),
            *(("--preset=desktop",) if form == "desktop" else ()),
        ]
        subprocess.run(command, cwd=folder, env=node_environment(), check=True)
        return json.loads(report.read_text())


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make lighthouse", description=__doc__.split("\n")[0])
    parser.add_argument("--least", type=int, default=95, help="the least score that is enough")
    least = parser.parse_args(arguments).least
    worst = 100
    with running_product() as product, chromium_of_ana(product) as port:
        pages = {
            "client": f"{product.site('acme')}/",
            "sign-up": f"{product.site()}/",
            # Another organisation's: nobody is signed in there.
            "sign-in": f"{product.site('globex')}/accounts/login/",
        }
        for name, url in pages.items():
            for form in ("phone", "desktop"):
                found = look_at(url, form=form, port=port)
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
