"""Draws the app's icons from the seal, by the browser that tests use.

python -m launch.icons     after a change of core/static/core/seal.svg
"""

from pathlib import Path

from launch.bootstrap import ROOT
from launch.chromium import ensure_chromium

STATIC = ROOT / "core" / "static" / "core"
PAPER = "#f3f1eb"
# Name, side, share of the side that the seal takes: a maskable icon is cut to a circle of 80 %.
ICONS = (("seal-192", 192, 0.9), ("seal-512", 512, 0.9), ("seal-maskable-512", 512, 0.62))


def main() -> None:
    from playwright.sync_api import sync_playwright

    seal = (STATIC / "seal.svg").read_text()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(ensure_chromium()), args=["--no-sandbox"]
        )
        for name, side, share in ICONS:
            page = browser.new_page(viewport={"width": side, "height": side})
            page.set_content(document(seal, side, share))
            whole = name.startswith("seal-maskable")
            page.screenshot(path=str(Path(STATIC / f"{name}.png")), omit_background=not whole)
        browser.close()


def document(seal: str, side: int, share: float) -> str:
    """A page with nothing but the seal in its middle."""
    paper = PAPER if share < 0.8 else "transparent"
    return (
        f"<style>body{{margin:0;height:{side}px;display:grid;place-items:center;background:{paper}}}"
        f"svg{{width:{round(side * share)}px;height:{round(side * share)}px}}</style>{seal}"
    )


if __name__ == "__main__":
    main()
