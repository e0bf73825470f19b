"""An object store that speaks S3: OpenStack Swift, its four servers in one process, on loopback.

    python -m tests.files.swift_server FOLDER USER SECRET

Prints its port once it answers. It checks signatures, expiry and checksums as the real one does,
because it is the real one; pretended stores (moto, s3rver) take forged signatures.
"""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import eventlet

eventlet.monkey_patch()

from eventlet import listen, wsgi  # noqa: E402 - after the patch
from paste.deploy import loadapp  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.storage_policy import reload_storage_policies  # noqa: E402
from swift.common.wsgi import SwiftHttpProtocol  # noqa: E402

KINDS = ("account", "container", "object")
LOOPBACK = "127.0.0.1"

_CLUSTER = """
[swift-hash]
swift_hash_path_prefix = tests
swift_hash_path_suffix = tests
[storage-policy:0]
name = one
default = yes
"""
_DEFAULT = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
log_level = ERROR
cors_allow_origin = *
"""
_STORAGE = """
[app:main]
use = egg:swift#{kind}
"""
_PROXY = """
[pipeline:main]
pipeline = catch_errors gatekeeper memory listing_formats s3api tempauth slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:memory]
paste.filter_factory = tests.files.swift_server:remembering
[filter:s3api]
use = egg:swift#s3api
min_segment_size = 1
cors_preflight_allow_origin = *
[filter:tempauth]
use = egg:swift#tempauth
user_{account}_{login} = {secret} .admin
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:slo]
use = egg:swift#slo
rate_limit_under_size = 0
[filter:dlo]
use = egg:swift#dlo
"""


class Memory(dict[Any, Any]):
    """What Swift keeps in memcached, which one process does not need."""

    def get(self, key: str, *_args: Any, **_options: Any) -> Any:
        return super().get(key)

    def set(self, key: str, value: Any, *_args: Any, **_options: Any) -> None:
        self[key] = value

    def incr(self, key: str, delta: int = 1, **_options: Any) -> int:
        self[key] = (super().get(key) or 0) + delta
        return self[key]

    def delete(self, key: str, **_options: Any) -> None:
        self.pop(key, None)

    def set_multi(self, values: dict[str, Any], server: str, **_options: Any) -> None:
        self.update({(server, key): value for key, value in values.items()})

    def get_multi(self, keys: list[str], server: str, **_options: Any) -> list[Any]:
        return [super(Memory, self).get((server, key)) for key in keys]


def remembering(_settings: dict[str, str], **_local: str) -> Callable:
    """A filter that hands the other ones their memory."""
    memory = Memory()

    def with_memory(app: Callable) -> Callable:
        def go(environ: dict[str, Any], start: Callable) -> Iterable[bytes]:
            environ["swift.cache"] = memory
            return app(environ, start)

        return go

    return with_memory


def main(folder: Path, user: str, secret: str) -> None:
    """Serve until killed."""
    (folder / "devices" / "disk").mkdir(parents=True)
    cluster = folder / "swift.conf"
    cluster.write_text(_CLUSTER)
    utils.SWIFT_CONF_FILE = str(cluster)
    utils.validate_hash_conf()
    reload_storage_policies()
    sockets = {kind: listen((LOOPBACK, 0)) for kind in KINDS}
    for kind, socket in sockets.items():
        _save_ring(folder / f"{kind}.ring.gz", socket.getsockname()[1])
    account, _, login = user.partition(":")
    apps = {kind: _app(folder, kind, _STORAGE.format(kind=kind)) for kind in KINDS}
    proxy = _app(folder, "proxy", _PROXY.format(account=account, login=login, secret=secret))
    for kind, socket in sockets.items():
        eventlet.spawn(wsgi.server, socket, apps[kind], log_output=False, protocol=_Protocol)
    front = listen((LOOPBACK, 0))
    print(front.getsockname()[1], flush=True)
    wsgi.server(front, proxy, log_output=False, protocol=_Protocol)


class _Protocol(SwiftHttpProtocol):
    """Swift's own, without the lines that it logs of each request."""

    def log_message(self, *_args: Any) -> None:
        pass


def _save_ring(path: Path, port: int) -> None:
    """Where everything lies: once, on the one disk."""
    builder = RingBuilder(part_power=2, replicas=1, min_part_hours=0)
    place = {"region": 1, "zone": 1, "weight": 1.0, "device": "disk", "meta": ""}
    address = {"ip": LOOPBACK, "port": port, "replication_ip": LOOPBACK, "replication_port": port}
    builder.add_dev(place | address)
    builder.rebalance()
    builder.get_ring().save(str(path))


def _app(folder: Path, name: str, settings: str) -> Callable:
    path = folder / f"{name}.conf"
    path.write_text(_DEFAULT.format(folder=folder) + settings)
    return loadapp(f"config:{path}", name="main")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
