"""The set-up: which Python it takes, what it skips, how it refuses."""

import ast
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from launch import bootstrap
from launch.bootstrap import SetupError
from launch.datadir import ROOT, DataDir
from launch.locks import FileLock

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def says_version(version: str) -> str:
    major, minor = version.split(".")
    return f"""echo '[[{major}, {minor}, 1], "/opt/python{version}", "cpython", true]'"""


def test_the_preferred_version_wins_over_one_earlier_on_the_path(tmp_path):
    program(tmp_path / "a" / "python3.12", says_version("3.12"))
    program(tmp_path / "b" / "python3.13", says_version("3.13"))

    found = bootstrap.find_python({"PATH": f"{tmp_path}/a:{tmp_path}/b"})

    assert (found.path, found.version) == ("/opt/python3.13", (3, 13, 1))


def test_a_shim_that_does_not_run_is_passed_over(tmp_path):
    program(tmp_path / "shims" / "python3.13", "echo 'version 3.13 is not installed' >&2; exit 127")
    program(tmp_path / "bin" / "python3.13", says_version("3.13"))

    found = bootstrap.find_python({"PATH": f"{tmp_path}/shims:{tmp_path}/bin"})

    assert found.path == "/opt/python3.13"


def test_a_shim_that_runs_another_version_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "PYTHON_FOLDERS", ())
    program(tmp_path / "python3.13", says_version("3.11"))
    program(tmp_path / "python3", says_version("3.12"))

    assert bootstrap.find_python({"PATH": str(tmp_path)}).version == (3, 12, 1)


def test_version_managers_folders_are_searched_when_the_path_has_none(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "PYTHON_FOLDERS", bootstrap.PYTHON_FOLDERS[:1])
    program(tmp_path / ".pyenv" / "versions" / "3.13.4" / "bin" / "python", says_version("3.13"))

    assert bootstrap.find_python({"PATH": "", "HOME": str(tmp_path)}).version == (3, 13, 1)


def test_a_python_that_uv_knows_is_used_without_a_download(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "PYTHON_FOLDERS", ())
    kept = program(tmp_path / "kept" / "python3", says_version("3.13"))
    program(tmp_path / "bin" / "uv", f'[ "$3" = --no-python-downloads ] && echo {kept}')

    assert bootstrap.find_python({"PATH": str(tmp_path / "bin")}).version == (3, 13, 1)


def test_no_python_to_be_had_is_one_sentence_that_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "PYTHON_FOLDERS", ())
    monkeypatch.setattr(bootstrap, "_uv_for_old_python", lambda: None)

    with pytest.raises(SetupError, match=r"needs Python 3\.13 or 3\.12") as refused:
        bootstrap.find_python({"PATH": str(tmp_path)})

    assert "\n" not in str(refused.value)


def test_a_real_python_is_found_by_its_full_path():
    python = bootstrap.probe_python(sys.executable)

    assert python is not None
    assert python.short == HERE
    assert os.path.isabs(python.path)


def test_the_set_up_is_written_for_old_pythons():
    """`make` may find 3.8: nothing newer may be in this one file."""
    ast.parse((ROOT / "launch" / "bootstrap.py").read_text(), feature_version=(3, 8))


def test_a_stamp_is_fresh_until_an_input_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    source = tmp_path / "source"
    source.write_text("one")
    bootstrap.Stamp(tmp_path / "made" / "stamp", [source]).write()
    assert bootstrap.Stamp(tmp_path / "made" / "stamp", [source]).is_fresh()

    source.write_text("two")

    assert not bootstrap.Stamp(tmp_path / "made" / "stamp", [source]).is_fresh()


def test_node_on_the_path_is_used_only_if_new_enough(tmp_path, monkeypatch):
    node = program(tmp_path / "node", "echo v22.18.0")
    npm = program(tmp_path / "npm", "echo 10.9.0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert bootstrap.find_node() == (str(tmp_path), [str(tmp_path / "npm")])

    program(node, "echo v22.17.1")
    assert bootstrap.find_node()[0] != str(tmp_path)

    program(node, "echo v22.18.0")
    program(npm, "echo 'npm is broken' >&2; exit 1")
    assert bootstrap.find_node()[0] != str(tmp_path)


def test_no_node_to_be_had_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SetupError, match=r"^Building the client needs Node 22\.18 or newer: "):
        bootstrap.find_node()


def test_an_old_python_fetches_a_new_one_by_the_locked_uv(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "PYTHON_FOLDERS", ())
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    kept = program(tmp_path / "kept" / "python3", says_version("3.13"))
    here = tmp_path / ".bootstrap" / "uv" / "bin"
    program(here / "python", "echo")
    program(
        here / "uv",
        f'[ "$2" = install ] && exec touch {tmp_path}/fetched\n'
        f"[ -e {tmp_path}/fetched ] && echo {kept}",
    )

    assert bootstrap.find_python({"PATH": ""}).version == (3, 13, 1)

    assert (tmp_path / "fetched").exists()


def test_a_taken_port_is_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SetupError, match=f"^Port {port} is taken by another program"):
            bootstrap.check_port(port)


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "80.5"])
def test_a_port_that_is_none_is_one_sentence(port):
    with pytest.raises(SetupError, match="give a number from 1 to 65535"):
        bootstrap.check_port(port)


def test_make_up_on_a_taken_port_does_no_work(data_dir):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = make_up(PORT=port, CHANCERY_DATA_DIR=str(data_dir))

    assert done.returncode != 0
    assert f"Port {port} is taken" in done.stderr
    assert list(data_dir.iterdir()) == []


def test_a_second_make_up_on_a_data_directory_is_refused(data_dir):
    DataDir.prepare(data_dir)
    with FileLock(data_dir / "run" / "up.lock") as first:
        assert first.try_exclusive()
        done = make_up(CHANCERY_DATA_DIR=str(data_dir))

    assert done.returncode != 0
    assert f"Chancery runs on {data_dir} already" in done.stderr


def make_up(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--no-print-directory", "up"],
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", ["base", "dev"])
def test_the_locks_are_exact_hashed_and_name_no_place(name):
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith((" ", "#"))]

    assert pins
    assert all("==" in line and line.endswith("\\") for line in pins)
    assert not [line for line in lines if "://" in line or "file:" in line or "--find" in line]
    assert sum("--hash=sha256:" in line for line in lines) >= len(pins)


def test_node_trusts_whom_the_system_trusts_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv("NODE_USE_SYSTEM_CA", raising=False)
    assert bootstrap.node_environment()["NODE_USE_SYSTEM_CA"] == "1"

    monkeypatch.setenv("NODE_USE_SYSTEM_CA", "0")
    assert bootstrap.node_environment()["NODE_USE_SYSTEM_CA"] == "0"
