"""The end of an app where people come back to: a real server on a loopback port."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from urllib.parse import parse_qsl, urlsplit


class Callback:
    """Collects what browsers bring."""

    def __init__(self, port: int) -> None:
        self.uri = f"http://127.0.0.1:{port}/callback"
        self._brought: Queue[str] = Queue()

    def bring(self, path: str) -> None:
        self._brought.put(path)

    def wait(self) -> dict[str, str]:
        """The parameters of the next browser that comes back."""
        return dict(parse_qsl(urlsplit(self._brought.get(timeout=20)).query))


@contextmanager
def running_callback() -> Iterator[Callback]:
    """Listen until the block ends."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/callback"):
                callback.bring(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Planner</title><h1>You are connected</h1>")

        def log_message(self, *_args: object) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    callback = Callback(server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield callback
    finally:
        server.shutdown()
        server.server_close()
