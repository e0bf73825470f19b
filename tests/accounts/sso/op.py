"""A small OpenID Connect provider on a port of its own, that can also do everything wrong."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


@cache
def _key(_name: str) -> rsa.RSAPrivateKey:
    """One that is the same for a whole run: making it takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


type Answer = tuple[int, str, bytes]


class Op:
    """Its answers, each of which a test may change."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.keys = {"k1": _key("k1")}
        self.published = ["k1"]
        self.signs_with = "k1"
        self.nonce = ""
        self.access_token = "the-access-token"
        self.claims: dict[str, Any] = {}
        self.without: set[str] = set()
        self.token: Callable[[dict[str, Any]], str] | None = None
        self.instead: dict[str, Answer | Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.userinfo: dict[str, Any] = {}

    def rotate(self) -> None:
        self.keys["k2"] = _key("k2")
        self.published, self.signs_with = ["k1", "k2"], "k2"

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def jwks(self) -> dict[str, Any]:
        return {
            "keys": [
                json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.keys[kid].public_key()))
                | {"kid": kid, "use": "sig", "alg": "RS256"}
                for kid in self.published
            ]
        }

    def token_claims(self) -> dict[str, Any]:
        now = int(time.time())
        digest = hashlib.sha256(self.access_token.encode()).digest()[:16]
        claims = {
            "iss": self.issuer,
            "sub": "kim-1",
            "aud": "client",
            "exp": now + 300,
            "iat": now,
            "nonce": self.nonce,
            "email": "kim@corp.example",
            "at_hash": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        } | self.claims
        return {name: value for name, value in claims.items() if name not in self.without}

    def signed(self, claims: dict[str, Any], kid: str = "", **options: Any) -> str:
        name = kid or self.signs_with
        options = {"algorithm": "RS256", "headers": {"kid": name}} | options
        return jwt.encode(claims, self.keys[name], **options)

    def answer(self, path: str) -> Answer:
        found: Any = {
            "/.well-known/openid-configuration": self.described,
            "/jwks": self.jwks,
            "/token": self._tokens,
            "/userinfo": lambda: {"sub": "kim-1"} | self.userinfo,
        }.get(path)
        if found is None:
            return 404, "text/plain", b"nothing here"
        return 200, "application/json", json.dumps(found()).encode()

    def _tokens(self) -> dict[str, Any]:
        claims = self.token_claims()
        token = self.token(claims) if self.token else self.signed(claims)
        return {"id_token": token, "access_token": self.access_token, "token_type": "Bearer"}


@contextmanager
def running_op() -> Iterator[Op]:
    """Serve one until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, body: str) -> None:
            form = {name: values[0] for name, values in parse_qs(body).items()}
            op.asked.append((self.path, form))
            instead = op.instead.get(self.path)
            if callable(instead):
                instead(self)
                return
            status, kind, content = instead or op.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    op = Op(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield op
    finally:
        server.shutdown()
        server.server_close()
