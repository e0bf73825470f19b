"""Asks clamd whether bytes are harmful, by its INSTREAM command over a socket.

Configured by `CHANCERY_CLAMD`: `unix:/run/clamav/clamd.ctl` or `tcp:host:3310`. Without it nothing
is scanned, and files say so.
"""

import socket
import struct
from typing import IO

from django.conf import settings

from messaging.files.storage import CHUNK_BYTES

_TIMEOUT_S = 60.0
_MOST_ANSWER_BYTES = 4096


class ScannerAway(Exception):
    """The scanner did not answer, or not with anything that can be understood."""


def is_configured() -> bool:
    """Say whether there is a scanner to ask."""
    return bool(settings.CHANCERY_CLAMD)


def is_harmful(source: IO[bytes]) -> bool:
    """Have bytes scanned.

    Errors  ScannerAway; also where the file is larger than the scanner takes (StreamMaxLength).
    """
    try:
        with _connected() as line:
            line.sendall(b"zINSTREAM\0")
            while chunk := source.read(CHUNK_BYTES):
                line.sendall(struct.pack("!I", len(chunk)) + chunk)
            line.sendall(struct.pack("!I", 0))
            answer = _answer(line)
    except OSError as away:
        raise ScannerAway(type(away).__name__) from away
    if answer.endswith("FOUND"):
        return True
    if answer == "stream: OK":
        return False
    raise ScannerAway(answer[:200])


def _connected() -> socket.socket:
    kind, _, where = settings.CHANCERY_CLAMD.partition(":")
    if kind == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(_TIMEOUT_S)
        line.connect(where)
        return line
    host, _, port = where.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=_TIMEOUT_S)


def _answer(line: socket.socket) -> str:
    taken = b""
    while b"\0" not in taken and len(taken) < _MOST_ANSWER_BYTES:
        piece = line.recv(1024)
        if not piece:
            break
        taken += piece
    return taken.partition(b"\0")[0].decode("utf-8", "replace").strip()
