"""Who may import whom; the layers themselves are import-linter's, in pyproject.toml."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import FLOORS, ROOT, files, imports_of, name_of

EDGES = ("api", "admin", "handlers", "tasks")
"""What a feature shows to the outside world or the clock, and to no other feature."""

PURE = ("services", "selectors", "access", "models", "events")
TRANSPORTS = ("channels", "celery", "kombu", "redis", "requests", "httpx", "websockets")


def of_parts(*parts: str) -> list[Path]:
    return [path for path in files(*FLOORS) if path.stem in parts]


def test_the_layers_are_kept():
    done = subprocess.run(
        [str(Path(sys.prefix) / "bin" / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_nobody_imports_another_features_edges():
    found = [
        f"{name_of(path)}: {imported}"
        for path in files(*FLOORS)
        for imported in imports_of(path)
        if _is_edge_of_another(imported, name_of(path))
    ]

    assert found == []


def _is_edge_of_another(imported: str, by: str) -> bool:
    owner, _, part = imported.rpartition(".")
    floor, _, feature = owner.partition(".")
    if part not in EDGES or floor not in FLOORS or not feature:
        return False
    # `accounts.admin` gathers what its features register, as `accounts.models` does.
    return by.rpartition(".")[0] not in (owner, floor)


def test_what_writes_reads_and_reacts_knows_no_transport():
    found = [
        f"{name_of(path)}: {imported}"
        for path in of_parts(*PURE, "handlers")
        for imported in imports_of(path)
        if imported.split(".")[0] in TRANSPORTS
    ]

    assert found == []


def test_an_operation_leaves_reading_and_writing_to_its_feature():
    found = [
        f"{name_of(path)}: {node.lineno}"
        for path in of_parts("api")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager")
    ]

    assert found == []


def test_the_socket_protocol_is_a_pure_class():
    heads = {name.split(".")[0] for name in imports_of(ROOT / "messaging/live/protocol.py")}

    assert heads.isdisjoint({"django", "asyncio", "channels", "events", "accounts", "tenants"})


@pytest.mark.parametrize(
    ("package", "only_in"), [("django_tenants", "tenants"), ("onelogin", "accounts.sso")]
)
def test_some_packages_are_known_to_one_place(package, only_in):
    who = [
        name_of(path)
        for path in files(*FLOORS, "launch")
        if any(imported.split(".")[0] == package for imported in imports_of(path))
    ]

    assert all(name.startswith(only_in) for name in who), who


def test_nothing_imports_the_wiring():
    who = [
        name_of(path)
        for path in files(*FLOORS)
        if any(imported.split(".")[0] == "config" for imported in imports_of(path))
    ]

    assert who == []
