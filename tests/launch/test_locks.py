"""What is imported is locked: a fresh machine has nothing else."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from launch.datadir import ROOT

OF_THE_PRODUCT = ["accounts", "compliance", "config", "core", "events"]
OF_THE_PRODUCT += ["integrations", "messaging", "tenants", "manage.py"]


def locked(name: str) -> set[str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return set(re.findall(r"^([\w.-]+)==", text, re.MULTILINE))


def sources(*places: str) -> Iterator[Path]:
    tracked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *places]
    listed = subprocess.run(tracked, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        if name.endswith(".py") and (ROOT / name).exists():
            yield ROOT / name


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize(
    ("places", "locks"),
    [(OF_THE_PRODUCT, ["base"]), (["tests", "launch"], ["base", "dev"])],
    ids=["product", "tests and launcher"],
)
def test_every_package_that_is_imported_is_locked(places, locks):
    makers = packages_distributions()
    names = {name for path in sources(*places) for name in imported(path)}
    foreign = {name for name in names if name not in sys.stdlib_module_names} & set(makers)
    allowed = set.union(*(locked(name) for name in locks))

    unlocked = {name for name in foreign if not allowed & {canonical(one) for one in makers[name]}}

    assert unlocked == set()


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_nothing_is_imported_that_is_neither_ours_nor_installed():
    ours = {path.name.removesuffix(".py") for path in ROOT.iterdir()}
    names = {
        name for path in sources(*OF_THE_PRODUCT, "tests", "launch") for name in imported(path)
    }

    assert names - set(sys.stdlib_module_names) - ours - set(packages_distributions()) == set()
