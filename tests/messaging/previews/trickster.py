"""A real web server that plays every trick a page can play on whoever fetches it."""

import io
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image

PAGE = b"""<!doctype html><html><head><title>Plain title</title>
<meta property="og:title" content="  Quarterly &amp;\n plans ">
<meta property="og:description" content="What we do next">
<meta property="og:site_name" content="The Office">
<meta property="og:image" content="/picture.png">
</head><body><title>Not this</title></body></html>"""


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (1200, 800), "navy").save(target, "PNG")
    return target.getvalue()


class Handler(BaseHTTPRequestHandler):
    """Answers by the path that is asked for, and remembers it."""

    server: "Trickster"

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.headers_seen.append(dict(self.headers))
        act = getattr(self, f"play_{self.path.strip('/').split('?')[0].partition('.')[0]}", None)
        if act is None:
            self.send_error(404)
            return
        try:
            act()
        except (BrokenPipeError, ConnectionResetError):
            return

    def _answer(self, body: bytes, kind: str = "text/html; charset=utf-8", **headers: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _redirect(self, to: str) -> None:
        self.send_response(302)
        self.send_header("Location", to)
        self.end_headers()

    def play_page(self) -> None:
        self._answer(PAGE)

    def play_picture(self) -> None:
        self._answer(picture(), "image/png")

    def play_latin(self) -> None:
        page = "<title>Gr\u00f6\u00dfe</title>".encode("latin-1")
        self._answer(page, "text/html; charset=iso-8859-1")

    def play_moved(self) -> None:
        self._redirect("/page")

    def play_loop(self) -> None:
        self._redirect("/loop")

    def play_inside(self) -> None:
        self._redirect(self.server.elsewhere)

    def play_file(self) -> None:
        self._redirect("file:///etc/passwd")

    def play_drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        for _ in range(200):
            self.wfile.write(b"<")
            self.wfile.flush()
            time.sleep(0.05)

    def play_dripheaders(self) -> None:
        for _ in range(200):
            self.wfile.write(b"H")
            self.wfile.flush()
            time.sleep(0.05)

    def play_endless(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<head><title>Endless</title></head>")
        for _ in range(64):
            self.wfile.write(b"x" * 65536)

    def play_hugepicture(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        for _ in range(80):
            self.wfile.write(b"x" * 65536)

    def play_binary(self) -> None:
        self._answer(b"MZ", "application/octet-stream")

    def play_bomb(self) -> None:
        self._answer(b"\x1f\x8b" + b"x" * 100, Content_Encoding="gzip")

    def play_nothing(self) -> None:
        self._answer(b"<p>no title at all</p>")

    def play_rude(self) -> None:
        self._answer(b"<title>\x00\xe2\x80\xaeevil <script>alert(1)</script></title>")

    def play_badpicture(self) -> None:
        page = (
            b'<title>T</title><meta property="og:image" content="' + self.server.elsewhere.encode()
        )
        self._answer(page + b'">')


class Trickster(ThreadingHTTPServer):
    """Listens on a free port of this machine."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.headers_seen: list[dict[str, str]] = []
        self.elsewhere = "http://127.0.0.1:9/secret"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def url(self, path: str) -> str:
        return f"http://{self.host}/{path}"
