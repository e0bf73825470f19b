"""Draws the first page of a PDF.

Documents come from strangers and their readers are large programs: the drawing is done by a process
of its own (`first_page`), with little memory, a few seconds, and nothing to lose.
"""

import logging
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

logger = logging.getLogger("chancery.files")

KIND = "application/pdf"
_PROGRAM = Path(__file__).with_name("first_page.py")
_TIMEOUT_S = 20
_MOST_BYTES = 4 * 2**20


def first_page_of(source: IO[bytes]) -> bytes | None:
    """A small picture of the first page as WebP; None where it cannot be drawn in bounds."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as drawn:
        given.write(source.read())
        given.seek(0)
        try:
            # -I: neither the environment nor the folder it runs in has a say.
            done = subprocess.run(
                [sys.executable, "-I", str(_PROGRAM)],
                stdin=given,
                stdout=drawn,
                stderr=subprocess.DEVNULL,
                timeout=_TIMEOUT_S,
                env={},
                check=False,
            )
        except subprocess.TimeoutExpired:
            logger.info("the first page of a PDF takes too long to draw")
            return None
        if done.returncode != 0:
            logger.info("the first page of a PDF cannot be drawn: %d", done.returncode)
            return None
        drawn.seek(0)
        return drawn.read(_MOST_BYTES) or None
