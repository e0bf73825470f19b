"""Starts real identity providers as processes of their own."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from accounts.sso.keys import make_pair
from launch.bootstrap import find_node, node_environment
from tests.launch.places import free_port

HERE = Path(__file__).parent
_READY_WITHIN_S = 30


@dataclass(frozen=True, slots=True)
class Provider:
    """A running identity provider."""

    kind: str
    port: int
    client_id: str = ""
    client_secret: str = ""

    @property
    def described_at(self) -> str:
        base = f"http://127.0.0.1:{self.port}"
        return f"{base}/metadata" if self.kind == "saml" else base


@contextmanager
def running_provider(kind: str, port: int = 0, **options: Any) -> Iterator[Provider]:
    """Run a provider until the block ends. For OpenID Connect it needs `redirect_uris`."""
    port = port or free_port()
    key, certificate, _ends = make_pair(f"provider {port}", now=datetime.now(UTC))
    provider = Provider(kind, port, f"client-{port}", f"secret-{port}-" + "x" * 30)
    given = {
        "key": key,
        "certificate": certificate,
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
        **options,
    }
    folder, _version = find_node()
    process = subprocess.Popen(
        [f"{folder}/node", str(HERE / "providers.mjs"), kind, str(port), json.dumps(given)],
        env=node_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(provider, process)
        yield provider
    finally:
        process.terminate()
        process.wait(10)


def _wait(provider: Provider, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    path = "" if provider.kind == "saml" else "/.well-known/openid-configuration"
    while True:
        try:
            with urlopen(provider.described_at + path, timeout=2):
                return
        except (URLError, OSError, HTTPError) as wrong:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the identity provider did not start") from wrong
            time.sleep(0.1)
