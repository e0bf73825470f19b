"""One running product for all faults: each test leaves it whole."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.product import Product


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    # Not below a folder of the test runner's: the servers' account has to reach it.
    folder = Path(tempfile.mkdtemp(prefix="chancery-"))
    folder.chmod(0o755)
    running = None
    try:
        running = Product(folder)
        yield running
    finally:
        if running is not None:
            running.close()
        shutil.rmtree(folder, ignore_errors=True)
