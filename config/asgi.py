"""One port for all: sockets by Channels consumers, HTTP by Django in a bounded pool of threads."""

import gc
import os
from collections.abc import Awaitable, Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

# These need the apps to be ready. The tables of addresses, and with them every view, are imported
# now and not by the first request, which would take a second for it.
from django.conf import settings  # noqa: E402

import config.urls.root  # noqa: E402
import config.urls.tenant  # noqa: E402, F401
from config.wsgi import application as wsgi  # noqa: E402
from core.lane import Lane  # noqa: E402
from core.wsgi_pool import WsgiPool  # noqa: E402
from messaging.live.consumers import LiveConsumer  # noqa: E402
from messaging.live.gateway import lifespan  # noqa: E402

type Message = dict[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]

# Nearly all that a request makes goes with its last reference. To look for circles after every 2000
# objects took 3 % of the processor of messages.
gc.set_threshold(20_000, 20, 20)

MOST_BODY_BYTES = 16 * 2**20
LIVE_PATHS = frozenset({"/ws/v1", "/ws/v1/"})

# Bodies wait on disk before anybody was asked who they are: no more than any operation would read.
http = WsgiPool(
    wsgi,
    threads=settings.CHANCERY_HTTP_THREADS,
    most_body_bytes=MOST_BODY_BYTES,
    lane=Lane("config.asgi:wsgi"),
)
live = LiveConsumer.as_asgi()


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Hand a connection to what serves its kind."""
    kind = scope["type"]
    if kind == "http":
        await http(scope, receive, send)
    elif kind == "lifespan":
        await lifespan(receive, send)
    elif scope["path"] in LIVE_PATHS:
        await live(scope, receive, send)
    else:
        # Before the handshake is accepted this is an HTTP 403.
        await receive()
        await send({"type": "websocket.close"})
