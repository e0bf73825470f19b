"""A picture of oneself, from the settings to everybody's screen, in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.window import Window


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    path = tmp_path / "portrait.jpg"
    Image.radial_gradient("L").resize((900, 600)).convert("RGB").save(path)
    return path


def test_a_picture_is_put_up_seen_live_by_others_and_taken_down(
    ana: Window,
    bo: Window,
    fresh_channel: str,
    portrait: Path,
    violations: Callable[[Page], list[str]],
):
    asked: list[str] = []
    ana.page.on("request", lambda request: "/avatar?" in request.url and asked.append(request.url))
    bo.open(fresh_channel).say("who am I")
    ana.open(fresh_channel)
    faces = ana.row("who am I").locator(".avatar")
    expect(faces).to_have_text("BL")
    expect(faces.locator("img")).to_have_count(0)

    bo.page.keyboard.press("Control+,")
    settings = bo.page.get_by_role("dialog", name="Settings")
    settings.get_by_role("tab", name="Profile").or_(
        settings.get_by_role("button", name="Profile")
    ).first.click()
    with bo.page.expect_file_chooser() as chooser:
        settings.get_by_role("button", name="Upload a picture").click()
    chooser.value.set_files(str(portrait))

    image = faces.locator("img")
    expect(image).to_be_visible()
    expect(image).to_have_js_property("naturalWidth", 96)
    expect(settings.locator(".avatar.l img")).to_be_visible()
    assert violations(bo.page) == []
    # One address for each person and size, however often they are seen.
    for number in range(4):
        bo.api(
            "POST",
            f"/conversations/{fresh_channel}/messages",
            {"text": f"again {number}", "key": bo.page.evaluate("crypto.randomUUID()")},
        )
    expect(ana.row("again 3")).to_be_visible()
    expect(ana.page.locator(".history .avatar img").first).to_be_visible()
    assert len(asked) == len(set(asked))

    settings.get_by_role("button", name="Remove picture").click()
    expect(image).to_have_count(0)
    expect(faces).to_have_text("BL")
    expect(settings.get_by_role("button", name="Upload a picture")).to_be_visible()


def test_what_is_no_picture_is_refused_in_words(ana: Window, tmp_path: Path):
    lying = tmp_path / "me.png"
    lying.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    ana.page.keyboard.press("Control+,")
    settings = ana.page.get_by_role("dialog", name="Settings")

    with ana.page.expect_file_chooser() as chooser:
        settings.get_by_role("button", name="Upload a picture").click()
    chooser.value.set_files(str(lying))

    expect(ana.page.get_by_text("This is not a picture that can be shown.")).to_be_visible()
    expect(settings.get_by_role("button", name="Upload a picture")).to_be_visible()
