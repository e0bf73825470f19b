"""Nothing is left half done, and what others may call says what it promises."""

import ast
import re

from tests.architecture.sources import FLOORS, files, name_of, public_functions

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|#\s*(stub|placeholder|for now|temporary)\b")
PROMISES = ("services", "selectors", "access", "handlers", "tasks", "policy", "hooks")
NO_PROMISE = 10
"""A docstring shorter than this repeats the name."""


def test_no_file_says_that_it_is_unfinished():
    found = [
        f"{name_of(path)}: {line}"
        for path in files(*FLOORS, "config", "launch")
        for line in path.read_text().splitlines()
        if UNFINISHED.search(line)
    ]

    assert found == []


def test_nothing_waits_to_be_implemented():
    found = [
        f"{name_of(path)}: {node.lineno}"
        for path in files(*FLOORS, "config", "launch")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node)
    ]

    assert found == []


def test_what_others_may_call_says_what_it_promises():
    silent = [
        f"{name_of(path)}.{function.name}"
        for path in files(*FLOORS)
        if path.stem in PROMISES
        for function in public_functions(path)
        if len(ast.get_docstring(function) or "") < NO_PROMISE
    ]

    assert silent == []


def test_every_file_that_does_something_says_what_it_is_for():
    silent = [
        name_of(path)
        for path in files(*FLOORS, "config", "launch")
        if public_functions(path) and ast.get_docstring(ast.parse(path.read_text())) is None
    ]

    assert silent == []
