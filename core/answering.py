"""What a WSGI application answers, taken piece by piece."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

PIECE_BYTES = 64 * 1024
"""How much is taken at a time; a smaller piece is the last one."""


class Response:
    """What the application answered, as far as it was asked for it."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_closed = False
        self._pieces: Iterator[bytes] = iter(())
        self._close: Callable[[], object] = lambda: None

    def begin(self, app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> bytes:
        """Call the application; returns the first piece of its body."""
        answer = app(environ, self._start)
        self._pieces = iter(answer)
        self._close = getattr(answer, "close", self._close)
        return self.next_piece()

    def next_piece(self) -> bytes:
        """A full piece of the body, or a smaller one at its end; the answer is closed then."""
        taken: list[bytes] = []
        size = 0
        try:
            for piece in self._pieces:
                taken.append(piece)
                size += len(piece)
                if size >= PIECE_BYTES:
                    return b"".join(taken)
        except BaseException:
            self.close()
            raise
        self.close()
        return b"".join(taken)

    def close(self) -> None:
        """Let the application clean up; once."""
        if not self.is_closed:
            self.is_closed = True
            self._pieces = iter(())
            self._close()

    def _start(
        self, status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], None]:
        self.status = int(status[:3])
        self.headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]
        return _refuse_write


def _refuse_write(piece: bytes) -> None:
    raise RuntimeError("write() of WSGI is not supported: return the body instead")
