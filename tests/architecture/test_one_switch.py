"""The schema is switched in one place, and nowhere in a way that leaks."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = (
    "core",
    "tenants",
    "accounts",
    "events",
    "messaging",
    "integrations",
    "compliance",
    "config",
    "launch",
)
SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "node_modules" not in path.parts and "migrations" not in path.parts
)

STOCK = {"schema_context", "tenant_context", "set_tenant", "set_schema", "set_schema_to_public"}
"""Ways of django-tenants to switch. Only the backend, which shuts them, may name them."""

BACKEND = ROOT / "tenants" / "backend" / "base.py"


def names_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name.rpartition(".")[2]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_no_module_switches_in_a_way_that_leaks(path: Path):
    tree = ast.parse(path.read_text())

    if path != BACKEND:
        assert not STOCK & set(names_in(tree)), "switch with tenants.context.in_tenant(slug)"
    assert not list(_tenants_entered(tree)), "`with tenant:` keeps its stack on the class"
    assert not list(_insensitive_calls(tree)), "thread_sensitive=False keeps connections for ever"
    assert not list(_waiting_generators(tree)), "a generator must not wait inside in_tenant"


@pytest.mark.parametrize(
    ("source", "find"),
    [
        ("with tenant: pass", lambda: _tenants_entered),
        ("with self.tenant as t: pass", lambda: _tenants_entered),
        ("sync_to_async(f, thread_sensitive=False)", lambda: _insensitive_calls),
        ("def g():\n with in_tenant(s):\n  yield 1", lambda: _waiting_generators),
    ],
)
def test_the_rules_find_what_they_forbid(source: str, find):
    assert list(find()(ast.parse(source)))


def _tenants_entered(tree: ast.AST) -> Iterator[ast.AST]:
    """`with tenant:` and its likes: a plain name or attribute called tenant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                entered = item.context_expr
                name = getattr(entered, "id", getattr(entered, "attr", ""))
                if isinstance(entered, ast.Name | ast.Attribute) and "tenant" in name.lower():
                    yield node


def _insensitive_calls(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "thread_sensitive":
            is_true = isinstance(node.value, ast.Constant) and node.value.value is True
            yield from () if is_true else (node,)


def _waiting_generators(tree: ast.AST) -> Iterator[ast.AST]:
    """A `yield` inside `with in_tenant(…)`: what runs in between would run in the tenant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_context(node):
            for inner in ast.walk(node):
                if isinstance(inner, ast.With) and _enters_tenant(inner):
                    yield from (
                        n for n in ast.walk(inner) if isinstance(n, ast.Yield | ast.YieldFrom)
                    )


def _enters_tenant(node: ast.With) -> bool:
    calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
    return any("in_tenant" in set(names_in(call.func)) for call in calls)


def _is_context(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("contextmanager" in set(names_in(decorator)) for decorator in node.decorator_list)
