"""`make lint`: every checker runs, each that complains is shown, any complaint fails the whole."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from launch.bootstrap import WEB, node_environment
from launch.datadir import ROOT

BIN = Path(sys.prefix) / "bin"


@dataclass(frozen=True)
class Checker:
    """One linter: what it checks, how it is called, where."""

    what: str
    command: list[str]
    folder: Path = ROOT


def checkers() -> Iterator[Checker]:
    """Name the linters, the quick ones first."""
    yield Checker("style (ruff check)", [str(BIN / "ruff"), "check", "."])
    yield Checker("format (ruff format)", [str(BIN / "ruff"), "format", "--check", "."])
    yield Checker("layers (import-linter)", [str(BIN / "lint-imports"), "--no-cache"])
    for command in ("generate_contract", "generate_reference"):
        check = [sys.executable, "manage.py", command, "--check"]
        yield Checker(f"what is made from the code ({command})", check)
    yield Checker("types (pyright)", [str(BIN / "pyright")])
    if (WEB / "package.json").exists():
        yield Checker("types of the client (tsc)", ["node_modules/.bin/tsc", "--noEmit"], WEB)


def passes(checker: Checker) -> bool:
    """Run one checker; print its verdict, and what it says only when it complains."""
    began = time.monotonic()
    done = subprocess.run(
        checker.command,
        cwd=checker.folder,
        env=node_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "ok" if done.returncode == 0 else "FAILS"
    print(f"{verdict:>6}  {checker.what}, {time.monotonic() - began:.1f} s", flush=True)
    if done.returncode != 0:
        print(done.stdout, flush=True)
    return done.returncode == 0


def main() -> int:
    os.chdir(ROOT)
    # pyright and tsc look for Node, and for nothing on the network that is there already.
    os.environ.setdefault("PYRIGHT_PYTHON_IGNORE_WARNINGS", "1")
    verdicts = [passes(checker) for checker in checkers()]
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
