"""The reference says what the code does, and leaves nothing out."""

from messaging.reference.operation import VARIABLES, variables_read
from messaging.reference.pages import PAGES, stale

READ_ELSEWHERE = {
    "CHANCERY_CHROMIUM",
    "CHANCERY_DEMO",
    "CHANCERY_DEMO_EXPORT",
    "CHANCERY_DEMO_PASSWORD",
    "CHANCERY_PROXY_ADDRESSES",
    "CHANCERY_TEST_DIR",
    "CHANCERY_TEST_EXPORT_DIR",
    "CHANCERY_WEB_WORKERS",
}
"""What the launcher, the tests or the compose file read."""


def test_no_page_is_stale():
    assert not set(stale()), "run manage.py generate_reference and commit docs/reference/"


def test_a_page_that_is_gone_or_changed_by_hand_is_stale(tmp_path, monkeypatch):
    for name, make in PAGES.items():
        (tmp_path / name).write_text(make())
    monkeypatch.setattr("messaging.reference.pages.FOLDER", tmp_path)
    assert not stale()

    (tmp_path / "metrics.md").unlink()
    (tmp_path / "events.md").write_text("# Events\n")

    assert set(stale()) == {"metrics.md", "events.md"}


def test_every_variable_that_is_read_is_told_of():
    told = {name for variables in VARIABLES.values() for name in variables}

    assert told == variables_read() | READ_ELSEWHERE
