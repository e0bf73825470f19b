"""The consumer of `/ws/v1`: moves data between a client, the protocol that judges and the hub."""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from math import inf
from typing import Any

from channels.consumer import AsyncConsumer

from core.http import socket_address
from messaging.live.admission import Admission, Ends, Refused, admit, judge_again
from messaging.live.frames import CONVERSATION, TENANT, Topic
from messaging.live.gateway import Gateway, gateway
from messaging.live.protocol import (
    Beat,
    Close,
    CloseCode,
    Decision,
    Delivered,
    Presence,
    Reply,
    Resume,
    SocketProtocol,
    Typing,
    Watch,
)
from messaging.live.socket import Send, Socket
from tenants.threads import in_db_thread

logger = logging.getLogger(__name__)

_LATER_S = 0.02

MOST_JUDGEMENTS = 5
"""How often a handshake is judged anew because the person's rights were just changing."""

MOST_ADMITTING = 2000
"""Handshakes that may wait for the database at once; more are sent away."""


class LiveConsumer(AsyncConsumer):
    """One connection, from handshake to close.

    `__call__` is our own: the inherited one makes a channel per socket, a task per received message
    and a thread hop per message to close database connections that this consumer never opens.
    """

    scope: dict[str, Any]
    socket: Socket
    protocol: SocketProtocol
    gateway: Gateway
    user_topic: str
    _send: Send
    _ends: Ends
    _timer: asyncio.TimerHandle | None = None

    async def __call__(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        self.scope, self._send, self.gateway = scope, send, gateway()
        # A method of its own: what it held (thousands of heads, perhaps) must not live on here.
        if not await self._open(receive):
            return
        stop_beating = self.gateway.heart.add(self._beat)
        try:
            await self._listen(receive)
        except asyncio.CancelledError:
            # Cut off by `Socket.close`; any other cancellation is the server's.
            if not self.socket.is_closed:
                raise
        finally:
            stop_beating()
            self._forget_timer()
            self.socket.judge = None
            self.gateway.hub.leave(self.socket)
            self.socket.is_closed = True

    async def _open(self, receive: Callable[[], Awaitable[dict[str, Any]]]) -> bool:
        """The handshake, up to hello."""
        await receive()
        admission = await self._admission()
        if isinstance(admission, int):
            await self._deny(admission, receive)
            return False
        await self._send({"type": "websocket.accept"})
        code = self._join(admission)
        if code is not None:
            await self._send({"type": "websocket.close", "code": int(code)})
        return code is None

    async def _admission(self) -> Admission | Refused | int:
        """Who is there, or the HTTP status to refuse with."""
        if self.gateway.admitting >= MOST_ADMITTING or self.gateway.hub.is_draining:
            return 503
        self.gateway.admitting += 1
        try:
            return await self._judge()
        except Exception as error:
            # The database is away; the client comes back with its backoff.
            logger.warning("a handshake could not be judged: %s", error)
            return 503
        finally:
            self.gateway.admitting -= 1

    async def _judge(self) -> Admission | Refused | int:
        """Judge until the judgement is as new as what the hub has told the person's other sockets.

        A session revoked or a membership changed between the reading and the seat would be missed
        otherwise: its event has passed already.
        """
        hub = self.gateway.hub
        for _ in range(MOST_JUDGEMENTS):
            admission = await in_db_thread(admit, self.scope["headers"], socket_address(self.scope))
            if isinstance(admission, Refused):
                return 404 if admission is Refused.NO_SUCH_HOST else admission
            await hub.prepare(admission.heads)
            if self._is_fresh(admission):
                return admission
        return 503

    def _join(self, admission: Admission | Refused) -> CloseCode | None:
        """Take a seat and say hello, in one go; or the reason why not."""
        hub = self.gateway.hub
        if isinstance(admission, Refused):
            return CloseCode.NOT_SIGNED_IN
        if not hub.has_room_for(admission.person):
            return CloseCode.LIMIT
        if not self._is_fresh(admission):
            return CloseCode.RESTART
        self.socket = Socket(admission.person, str(uuid.uuid4()), self._send)
        self.socket.read_by(asyncio.current_task())
        self.socket.judge = partial(self._judge_again, is_changed=True)
        self._ends = Ends(admission.person.expires_at, admission.person.judge_at)
        self.protocol = SocketProtocol(
            now=time.monotonic(), may_post=self._may_post, limits=self.gateway.limits
        )
        self.user_topic = admission.user_topic
        self._hello(hub.join(self.socket, admission.heads, admission.archived, admission.begins))
        hub.presence.tell(self.socket)
        self._mind_the_end()
        return None

    def _is_fresh(self, admission: Admission) -> bool:
        reached = self.gateway.hub.reached(admission.user_topic)
        return reached <= admission.heads[admission.user_topic]

    async def _deny(self, status: int, receive: Callable[[], Awaitable[dict[str, Any]]]) -> None:
        if "websocket.http.response" not in self.scope.get("extensions", {}):
            await self._send({"type": "websocket.close"})
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await self._send(
            {"type": "websocket.http.response.start", "status": status, "headers": headers}
        )
        await self._send({"type": "websocket.http.response.body", "body": _WORDS[status]})
        # uvicorn 0.54 logs an error per denied handshake when the application returns before the
        # connection is closed: it announces first the end of the handshake, then that of the
        # connection.
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await receive()
                await receive()

    async def _listen(self, receive: Callable[[], Awaitable[dict[str, Any]]]) -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            if self.socket.is_closed:
                continue
            text, now = message.get("text"), time.monotonic()
            if text is None:
                decisions = self.protocol.receive_bytes(now)
            else:
                decisions = self.protocol.receive_text(text, now)
            for decision in decisions:
                await self._carry_out(decision)

    async def _carry_out(self, decision: Decision) -> None:
        match decision:
            case Reply(frame):
                self.socket.tell(frame, is_fleeting=True)
            case Close(code):
                self._close(code)
            case Resume(after, user_after):
                await self._resume(after, user_after)
            case Typing(conversation_id):
                await self.gateway.hub.typing(self.socket, conversation_id)
            case Delivered(heads):
                self.gateway.hub.receipts.delivered(self.socket, heads)
            case Watch(user_ids):
                self.gateway.hub.presence.watch(self.socket, user_ids)
            case Presence(state):
                await self.gateway.hub.presence.say(self.socket, state.value)
            case Beat():
                self._ping()

    def _hello(self, told: dict[str, int]) -> None:
        person = self.socket.person
        hears_tenant = person.only is None and not person.is_guest
        self.socket.tell(
            {
                "type": "hello",
                "connection_id": self.socket.connection_id,
                "user_id": person.user_id,
                "heartbeat_s": self.gateway.limits.heartbeat_s,
                "heads": _conversation_heads(told),
                "user_seq": 0 if person.only is not None else told.get(self.user_topic, 0),
                "tenant_seq": _tenant_head(told) if hears_tenant else 0,
            }
        )

    def _ping(self) -> None:
        heads, user_seq = self.gateway.hub.moved_heads(self.socket)
        self.socket.tell({"type": "ping", "heads": heads, "user_seq": user_seq}, is_fleeting=True)

    def _beat(self, now: float) -> None:
        """Called by the heart once per interval."""
        self._mind_the_end()
        if self.socket.is_closed:
            return
        for decision in self.protocol.tick(now):
            match decision:
                case Close(code):
                    self._close(code)
                case Beat():
                    self._ping()

    def _mind_the_end(self) -> None:
        """Close when the credential ends by itself; the next beat may be long after that.

        Where it may have been prolonged meanwhile, as a session is by being used, it is judged.
        """
        if self.socket.is_closed:
            return
        now, ends = time.time(), self._ends
        if ends.expires_at is not None and ends.expires_at <= now:
            self._close(CloseCode.REVOKED)
            return
        if ends.judge_at is not None and ends.judge_at < now:
            # Judged once; where that fails, the next beat tries again.
            self.gateway.hub.spawn(self._judge_again(is_changed=False))
            return
        self._forget_timer()
        left_s = min((at for at in (ends.expires_at, ends.judge_at) if at is not None), default=inf)
        left_s -= now
        if left_s < self.gateway.limits.heartbeat_s:
            # A little later than the moment: until then it is good.
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, left_s) + _LATER_S, self._mind_the_end)

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _judge_again(self, *, is_changed: bool) -> None:
        """Look whether the credential is still good, and until when; close where it is not."""
        if self.socket.is_closed:
            return
        headers, address = self.scope["headers"], socket_address(self.scope)
        try:
            ends = await in_db_thread(judge_again, headers, address, is_changed=is_changed)
        except Exception as error:
            # The database is away; the next beat asks again where the end is known.
            logger.warning("a credential could not be judged again: %s", error)
            return
        if self.socket.is_closed:
            return
        if ends is None:
            self._close(CloseCode.REVOKED)
            return
        self._ends = ends
        self._mind_the_end()

    def _close(self, code: CloseCode) -> None:
        self.gateway.hub.leave(self.socket)
        self.socket.close(code)

    async def _resume(self, after: dict[str, int], user_after: int | None) -> None:
        tenant = self.socket.person.tenant
        wanted = {Topic.of(tenant, CONVERSATION, id_).name: seq for id_, seq in after.items()}
        if user_after is not None and self.socket.person.only is None:
            wanted[self.user_topic] = user_after
        await self.gateway.hub.catch_up.resume(self.socket, wanted)

    def _may_post(self, conversation_id: str) -> bool:
        return self.gateway.hub.may_post(self.socket, conversation_id)


def _tenant_head(told: dict[str, int]) -> int:
    return next((seq for name, seq in told.items() if Topic.parse(name).kind == TENANT), 0)


def _conversation_heads(told: dict[str, int]) -> dict[str, int]:
    topics = ((Topic.parse(name), seq) for name, seq in told.items())
    return {topic.stream_id: seq for topic, seq in topics if topic.kind == CONVERSATION}


_WORDS = {
    404: b"There is nothing at this address.\n",
    503: b"Not available at this moment.\n",
}
