"""`make test` and `make e2e`: the client's unit tests, then pytest with servers and a browser.

    python -m launch.testing [pytest arguments]

Without arguments that name tests everything runs, spread over the processors.
"""

import os
import subprocess
import sys

from launch.bootstrap import WEB, find_node, node_environment
from launch.chromium import ensure_chromium
from launch.datadir import ROOT
from launch.failure import LaunchError
from launch.up import compiled


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    try:
        browser = ensure_chromium()
        print(f"Browser: {browser}", flush=True)
        if not names_tests(arguments):
            test_client()
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1
    spread = [] if any(part.startswith("-n") for part in arguments) else ["-n", "auto"]
    # Named tests run once, so that whoever works on them sees them fail (decision 0027).
    again = [] if names_tests(arguments) else ["--reruns", "2", "--rerun-show-tracebacks"]
    command = [sys.executable, "-m", "pytest", *spread, *again, "--dist", "loadgroup", *arguments]
    # Some hundred processes are started on the way, each of which would compile all it imports.
    os.environ.update(compiled(os.environ))
    os.environ["CHANCERY_CHROMIUM"] = str(browser)
    # Replaced, not called: pytest gets Ctrl-C itself, and its summary is the last that is printed.
    os.execv(command[0], command)


def names_tests(arguments: list[str]) -> bool:
    """Tell whether pytest arguments pick tests, so that the client's own need not run."""
    picks = {"-k", "-m", "--lf", "--last-failed", "--ff"}
    return any(part in picks or part.startswith("tests") for part in arguments)


def test_client() -> None:
    """Run the client's unit tests; show what they say only when one fails."""
    if not (WEB / "package.json").exists():
        return
    _, npm = find_node()
    done = subprocess.run(
        [*npm, "test", "--silent"],
        cwd=WEB,
        env=node_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
        raise LaunchError("The client's unit tests fail (what they say is above).")
    counts = [line for line in done.stdout.splitlines() if line.startswith(("ℹ pass", "# pass"))]
    print(f"Client: {counts[-1].split()[-1] if counts else '?'} unit tests passed", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
