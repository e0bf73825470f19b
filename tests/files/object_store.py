"""Runs the object store that tests of S3 speak to."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import Config

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """A running store, and the only credentials that it knows."""

    endpoint: str
    key_id: str
    secret: str

    @property
    def client(self) -> Any:
        """Speak to it as an operator would, beside the product."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.key_id,
            aws_secret_access_key=self.secret,
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        )


@contextmanager
def running_store() -> Iterator[ObjectStore]:
    """Run Swift until the block ends; the test is skipped where it cannot be had."""
    if find_spec("swift") is None:
        pytest.skip("OpenStack Swift is not installed here")
    folder = Path(tempfile.mkdtemp(prefix="chancery-swift-"))
    try:
        _check_attributes(folder)
        yield from _run(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path) -> Iterator[ObjectStore]:
    user, secret = "test:tester", "not-a-secret"
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.files.swift_server", str(folder / "data"), user, secret],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
    assert process.stdout is not None
    try:
        port = process.stdout.readline().strip()
        assert port, f"Swift did not start:\n{log.read_text()}"
        yield ObjectStore(f"http://127.0.0.1:{port}", user, secret)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _check_attributes(folder: Path) -> None:
    """Swift keeps what it knows of an object in attributes of its file."""
    try:
        os.setxattr(folder, "user.chancery", b"1")
    except OSError:
        pytest.skip("the temporary folder takes no extended attributes, which Swift needs")
