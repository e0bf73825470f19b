"""The product's own Python files, for tests that read them."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FLOORS = ("core", "tenants", "events", "accounts", "messaging", "integrations", "compliance")
"""The house from the ground up; `config` wires it, `launch` starts it."""

type Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*packages: str) -> list[Path]:
    """Every source file of these packages, migrations left out."""
    return sorted(
        path
        for package in packages
        for path in (ROOT / package).rglob("*.py")
        if not {"node_modules", "migrations"} & set(path.parts)
    )


def name_of(path: Path) -> str:
    """The dotted name of a file."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imports_of(path: Path) -> set[str]:
    """The modules that a file imports, whole names, wherever it does."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def public_functions(path: Path) -> list[Function]:
    """The functions that a file gives to others."""
    body = ast.parse(path.read_text()).body
    return [
        node
        for node in body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
    ]
