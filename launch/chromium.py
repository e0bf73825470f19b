"""Finds a Chromium for the browser tests, and installs one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from launch.failure import LaunchError

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
ELSEWHERE = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)


def ensure_chromium() -> Path:
    """Return a Chromium that runs: the one given or present, else a freshly installed one.

    CHANCERY_CHROMIUM names one; then the PATH, then what Playwright has installed before. Else the
    system's package manager (as root) or Playwright itself fetches one.
    """
    given = os.environ.get("CHANCERY_CHROMIUM")
    if given:
        return _or_refuse(Path(given))
    for install in (None, _install_by_apt, _install_by_playwright):
        if install is not None:
            install()
        found = next((path for path in _candidates() if _runs(path)), None)
        if found is not None:
            return found
    raise LaunchError(
        "No Chromium was found and none could be installed:"
        " install your system's chromium, or name one in CHANCERY_CHROMIUM."
    )


def _or_refuse(given: Path) -> Path:
    if not _runs(given):
        raise LaunchError(f"CHANCERY_CHROMIUM names {given}, which does not run.")
    return given


def _candidates() -> list[Path]:
    found = [Path(path) for name in NAMES if (path := shutil.which(name))]
    found += [Path(path) for path in ELSEWHERE]
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*/Contents/MacOS/*"):
        found += sorted(cache.glob(pattern), reverse=True)
    return [path for path in found if path.exists()]


def _runs(path: Path) -> bool:
    try:
        shown = subprocess.run(
            [str(path), "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return shown.returncode == 0 and "Chrom" in shown.stdout


def _install_by_apt() -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print("  no Chromium here; installing the system's: apt-get install chromium", flush=True)
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    for command in (["apt-get", "update", "-qq"], install):
        _run(command, quiet)


def _install_by_playwright() -> None:
    print("  no Chromium here; installing one: playwright install chromium", flush=True)
    _run([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout[-2000:], file=sys.stderr, flush=True)
