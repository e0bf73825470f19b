"""What the documentation names is there: commands with their options, operations, pages.

The examples of `connect-an-app.md` are run whole, by tests/e2e/test_oauth.py.
"""

import re
import shlex
from argparse import ArgumentError, ArgumentParser
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from config.api import api
from launch.datadir import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
WRITTEN_BY_HAND = [page for page in PAGES if page.parent.name not in ("reference", "decisions")]

COMMAND = re.compile(r"manage\.py ((?:\\\n|[^\n`])+)")
OPERATION = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) +(/api/v1/[\w{}/.-]+)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def commands_in(page: Path) -> list[list[str]]:
    """The words of each `manage.py …`, up to what a reader is to fill in."""
    found = []
    for words in COMMAND.findall(page.read_text()):
        line = words.replace("\\\n", " ").split(" #")[0]
        found.append(shlex.split(line.split("…")[0].split(" ...")[0].split(" | ")[0]))
    return [words for words in found if words]


@pytest.mark.parametrize("page", WRITTEN_BY_HAND, ids=named)
def test_every_command_that_a_page_names_takes_what_it_says(page):
    wrong = []
    for name, *given in commands_in(page):
        app = get_commands().get(name)
        if app is None:
            wrong.append(f"{name}: no such command")
            continue
        parser = load_command_class(app, name).create_parser("manage.py", name)
        known = {option for action in parser._actions for option in action.option_strings}
        options = [word.partition("=")[0] for word in given if word.startswith("--")]
        wrong += [f"{name} {option}" for option in options if option not in known]
        wrong += _badly_chosen(parser, name, given)
    assert not wrong


def _badly_chosen(parser: ArgumentParser, name: str, given: list[str]) -> list[str]:
    """Values that an option with a few choices does not have."""
    wrong = []
    for action in parser._actions:
        for option in set(action.option_strings).intersection(given):
            after = given[given.index(option) + 1 :]
            if action.choices and after and after[0].islower():
                try:
                    parser._check_value(action, after[0])
                except ArgumentError as error:
                    wrong.append(f"{name} {error}")
    return wrong


@cache
def operations() -> re.Pattern[str]:
    """What stands for every operation; a parameter may be written out, or by its name."""
    known = {f"GET /api/v1/{name}" for name in ("docs", "openapi.json", "asyncapi.json")}
    for path, methods in api.get_openapi_schema()["paths"].items():
        known |= {f"{method.upper()} {path}" for method in methods}
    return re.compile("|".join(re.sub(r"{\w+}", "[^/]+", one) for one in known))


@pytest.mark.parametrize("page", WRITTEN_BY_HAND, ids=named)
def test_every_operation_that_a_page_names_is_there(page):
    asked = {f"{method} {path.rstrip('.')}" for method, path in OPERATION.findall(page.read_text())}

    assert not {one for one in asked if not operations().fullmatch(one)}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_of_a_page_leads_somewhere(page):
    text = page.read_text()
    broken = []
    for address in [*LINK.findall(text), *PICTURE.findall(text)]:
        if address.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = address.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(address)
    assert not broken


def anchors_of(page: Path) -> set[str]:
    """The names of a page's headings, as they are linked to."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in HEADING.findall(page.read_text())
    }


def test_every_page_is_found_from_the_index():
    told = (ROOT / "docs" / "index.md").read_text()
    for page in (ROOT / "docs" / "reference").glob("*.md"):
        assert f"reference/{page.name}" in told
