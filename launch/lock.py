"""`make lock`: write requirements/*.txt from requirements/*.in, with exact versions and hashes.

Versions stay as they are where they still fit; `make lock ARGS=--upgrade` moves them. The files
name no package index, so that they install from whichever one a machine is set up for.
"""

import re
import subprocess
import sys

from launch.datadir import ROOT
from launch.failure import LaunchError

FOLDER = ROOT / "requirements"
OPTIONS = [
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--universal",
    "--python-version=3.12",
    "--custom-compile-command=make lock",
    "--quiet",
]
HOST_OR_PATH = re.compile(
    r"^(?!#).*(https?://|file:|--find-links|--(extra-)?index-url)", re.MULTILINE
)


def lock(name: str, extra: list[str]) -> None:
    """Compile one requirements file; refuse a result that names a host or a path."""
    target = FOLDER / f"{name}.txt"
    command = ["uv", "pip", "compile", f"{name}.in", "-o", target.name, *OPTIONS, *extra]
    if (
        subprocess.run([f"{sys.prefix}/bin/uv", *command[1:]], cwd=FOLDER, check=False).returncode
        != 0
    ):
        raise LaunchError(f"requirements/{name}.in cannot be resolved; the reason is above.")
    if HOST_OR_PATH.search(target.read_text()):
        raise LaunchError(
            f"requirements/{name}.txt names a host or a path and would not install elsewhere."
        )
    print(f"requirements/{target.name} is up to date")


def main(arguments: list[str]) -> int:
    try:
        for name in ("base", "dev"):
            lock(name, arguments)
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
