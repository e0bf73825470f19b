"""The account the embedded servers run as: ours, or an unprivileged one where we are root.

PostgreSQL refuses to run as root. Making a system user for it would change the machine, so the
account `nobody` serves; what it cannot reach (a folder below a closed home directory) is kept in
`/var/lib/chancery` instead.
"""

import grp
import hashlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from launch.failure import LaunchError

SHARED_HOME = Path("/var/lib/chancery")
UNPRIVILEGED = "nobody"


class Change(TypedDict, total=False):
    """Arguments of `subprocess` that change the account; none for our own."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """Who runs a server: None means the account we already are."""

    name: str | None = None
    uid: int = -1
    gid: int = -1

    def popen(self) -> "Change":
        """Return the arguments that make `subprocess` run a program as this account."""
        if self.name is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Make the account the owner of one file or folder."""
        if self.name is not None:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Tell whether the account can stand in this folder; tried, since mounts have a say."""
        return self._succeeds(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)])

    def can_write(self, folder: Path) -> bool:
        """Tell whether the account can make files in this folder."""
        return self._succeeds(["/bin/sh", "-c", 'test -w "$1"', "sh", str(folder)])

    def can_run(self, program: Path) -> bool:
        """Tell whether the account can run this program."""
        return self._succeeds([str(program), "--version"])

    def _succeeds(self, command: list[str]) -> bool:
        try:
            done = subprocess.run(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                **self.popen(),
            )
        except PermissionError:
            # Either the program is out of reach, or we may not change the account at all.
            return False
        return done.returncode == 0


def server_account() -> Account:
    """Return the account for the embedded servers; raise LaunchError when root cannot become it."""
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
        group = grp.getgrgid(entry.pw_gid)
    except KeyError:
        raise LaunchError(
            f"PostgreSQL refuses to run as root and there is no account '{UNPRIVILEGED}':"
            " run as an ordinary user."
        ) from None
    account = Account(UNPRIVILEGED, entry.pw_uid, group.gr_gid)
    if not account.can_enter(Path("/")):
        raise LaunchError(
            f"PostgreSQL refuses to run as root, and becoming '{UNPRIVILEGED}' is not permitted:"
            " run as an ordinary user, or set DATABASE_URL."
        )
    return account


def reachable_home(account: Account, data_dir: Path) -> Path:
    """Return where the account may keep things of this data directory.

    That is the data directory itself wherever the account can enter it, else a folder of its own
    below /var/lib/chancery, which keeps two data directories apart.
    """
    if account.can_enter(data_dir):
        return data_dir
    digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
    home = SHARED_HOME / digest
    home.mkdir(parents=True, exist_ok=True)
    for folder in (SHARED_HOME, home):
        folder.chmod(0o755)  # whatever the umask is
    (home / "belongs-to").write_text(f"{data_dir}\n")
    return home
