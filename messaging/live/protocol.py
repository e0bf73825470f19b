"""The socket's protocol as a plain class: text in, decisions out. No Django, no asyncio, no clock.

`SocketProtocol` judges what one client sends: whether it is well formed, whether it comes too fast,
whether the client still lives. It answers with values (`Reply`, `Close`, `Resume`, …) that the
consumer carries out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

import orjson

from core.ids import MAX_SEQ
from core.json import given_twice


class CloseCode(IntEnum):
    """Why the server ends a connection; part of the public contract."""

    NOT_SIGNED_IN = 4401
    REVOKED = 4403
    NO_HEARTBEAT = 4408
    LIMIT = 4429
    RESTART = 1012


class ErrorCode(StrEnum):
    """What was wrong with a frame of the client; stable, for machines."""

    BAD_JSON = "bad_json"
    BAD_FRAME = "bad_frame"
    UNKNOWN_TYPE = "unknown_type"
    BINARY = "binary"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    NOT_ALLOWED = "not_allowed"


class PresenceState(StrEnum):
    ACTIVE = "active"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection may do. The defaults are those of production."""

    frame_size_bytes: int = 64 * 1024
    frames_per_s: float = 20.0
    burst: int = 60
    refusals_before_close: int = 20
    heartbeat_s: float = 25.0
    typing_interval_s: float = 2.0
    presence_interval_s: float = 1.0
    resumes_per_frame: int = 2000
    delivered_interval_s: float = 0.5
    delivered_per_frame: int = 500
    watch_interval_s: float = 0.5
    watched_per_frame: int = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """Send this to the client."""

    frame: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Close:
    """End the connection."""

    code: CloseCode


@dataclass(frozen=True, slots=True)
class Resume:
    """Send what followed these numbers, per conversation and in the person's own stream."""

    after: dict[str, int]
    user_after: int | None = None


@dataclass(frozen=True, slots=True)
class Typing:
    conversation_id: str


@dataclass(frozen=True, slots=True)
class Watch:
    """These people are in view, in place of those named before."""

    user_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    """The client has these conversations up to these numbers."""

    heads: dict[str, int]


@dataclass(frozen=True, slots=True)
class Presence:
    state: PresenceState


@dataclass(frozen=True, slots=True)
class Beat:
    """A heartbeat is due: send a ping with the heads that moved."""


type Decision = Reply | Close | Resume | Typing | Delivered | Watch | Presence | Beat


class _Refused(Exception):
    """A frame is refused; carries what the client is told."""

    def __init__(self, code: ErrorCode, at: str | None = None) -> None:
        super().__init__(code)
        self.frame: dict[str, Any] = {"type": "error", "code": code.value}
        if at is not None:
            self.frame["field"] = at


def refusal(code: ErrorCode, at: str | None = None) -> dict[str, Any]:
    """The error frame for `code`."""
    return _Refused(code, at).frame


@dataclass(slots=True)
class TokenBucket:
    """Allows `burst` at once and `per_s` in the long run."""

    per_s: float
    burst: float
    level: float
    at: float

    @classmethod
    def full(cls, per_s: float, burst: float, now: float) -> TokenBucket:
        return cls(per_s=per_s, burst=burst, level=burst, at=now)

    def take(self, now: float) -> bool:
        """Take one token if there is one."""
        self.level = min(self.burst, self.level + max(0.0, now - self.at) * self.per_s)
        self.at = now
        if self.level < 1.0:
            return False
        self.level -= 1.0
        return True


@dataclass(slots=True)
class SocketProtocol:
    """Judges the frames of one client.

    `may_post` says, from memory, whether the person may write in a conversation.
    """

    now: float
    may_post: Callable[[str], bool]
    limits: Limits = field(default_factory=Limits)
    _bucket: TokenBucket = field(init=False)
    _refusals: int = field(init=False, default=0)
    _heard_at: float = field(init=False)
    _typed_at: dict[str, float] = field(init=False, default_factory=dict)
    _presence_at: float = field(init=False, default=float("-inf"))
    _watched_at: float = field(init=False, default=float("-inf"))
    _delivered_at: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        self._bucket = TokenBucket.full(self.limits.frames_per_s, self.limits.burst, self.now)
        self._heard_at = self.now

    def receive_bytes(self, now: float) -> list[Decision]:
        """A binary frame came: the protocol has none."""
        if over := self._over_limit(now):
            return over
        return [Reply(refusal(ErrorCode.BINARY))]

    def receive_text(self, text: str, now: float) -> list[Decision]:
        """Judge one text frame. Never raises, whatever the client sent."""
        if over := self._over_limit(now):
            return over
        try:
            return self._read(text, now)
        except _Refused as refused:
            return [Reply(refused.frame)]

    def tick(self, now: float) -> list[Decision]:
        """Called once per heartbeat interval: a ping is due, or the client is gone.

        Any well-formed frame of the client proves that it lives, not only a pong.
        """
        # A little less than two intervals: timers are late now and then.
        if now - self._heard_at > 1.9 * self.limits.heartbeat_s:
            return [Close(CloseCode.NO_HEARTBEAT)]
        return [Beat()]

    def _over_limit(self, now: float) -> list[Decision]:
        """The first frames too many are answered; whoever goes on all the same is cut off."""
        if self._bucket.take(now):
            return []
        self._refusals += 1
        if self._refusals > self.limits.refusals_before_close:
            return [Close(CloseCode.LIMIT)]
        return [Reply(refusal(ErrorCode.TOO_MANY))]

    def _read(self, text: str, now: float) -> list[Decision]:
        frame = _parse(text, self.limits.frame_size_bytes)
        kind = frame.get("type")
        if not isinstance(kind, str):
            raise _Refused(ErrorCode.BAD_FRAME, "type")
        reader = _READERS.get(kind)
        if reader is None:
            raise _Refused(ErrorCode.UNKNOWN_TYPE)
        decisions = reader(self, frame, now)
        self._heard_at = now
        return decisions

    def _pong(self, frame: dict[str, Any], now: float) -> list[Decision]:
        return []

    def _resume(self, frame: dict[str, Any], now: float) -> list[Decision]:
        after = frame.get("after")
        if not isinstance(after, dict) or len(after) > self.limits.resumes_per_frame:
            raise _Refused(ErrorCode.BAD_FRAME, "after")
        wanted = {_uuid(key, "after"): _seq(value, "after") for key, value in after.items()}
        user_after = frame.get("user_after")
        return [Resume(wanted, None if user_after is None else _seq(user_after, "user_after"))]

    def _typing(self, frame: dict[str, Any], now: float) -> list[Decision]:
        conversation_id = _uuid(frame.get("conversation_id"), "conversation_id")
        if not self.may_post(conversation_id):
            raise _Refused(ErrorCode.NOT_ALLOWED)
        if now - self._typed_at.get(conversation_id, float("-inf")) < self.limits.typing_interval_s:
            return []
        self._forget_old_typing(now)
        self._typed_at[conversation_id] = now
        return [Typing(conversation_id)]

    def _forget_old_typing(self, now: float) -> None:
        """Keep the memory of throttling as small as what still matters."""
        if len(self._typed_at) < 32:
            return
        horizon = now - self.limits.typing_interval_s
        self._typed_at = {key: at for key, at in self._typed_at.items() if at > horizon}

    def _watch(self, frame: dict[str, Any], now: float) -> list[Decision]:
        wanted = frame.get("user_ids")
        if not isinstance(wanted, list) or len(wanted) > self.limits.watched_per_frame:
            raise _Refused(ErrorCode.BAD_FRAME, "user_ids")
        user_ids = dict.fromkeys(_uuid(one, "user_ids") for one in wanted)
        if now - self._watched_at < self.limits.watch_interval_s:
            raise _Refused(ErrorCode.TOO_MANY, "user_ids")
        self._watched_at = now
        return [Watch(tuple(user_ids))]

    def _delivered(self, frame: dict[str, Any], now: float) -> list[Decision]:
        heads = frame.get("heads")
        if not isinstance(heads, dict) or len(heads) > self.limits.delivered_per_frame:
            raise _Refused(ErrorCode.BAD_FRAME, "heads")
        reached = {_uuid(key, "heads"): _seq(value, "heads") for key, value in heads.items()}
        if now - self._delivered_at < self.limits.delivered_interval_s:
            raise _Refused(ErrorCode.TOO_MANY, "heads")
        self._delivered_at = now
        return [Delivered(reached)]

    def _presence(self, frame: dict[str, Any], now: float) -> list[Decision]:
        state = frame.get("state")
        # "offline" is the server's to say: it is what no open socket means.
        if state not in (PresenceState.ACTIVE, PresenceState.AWAY):
            raise _Refused(ErrorCode.BAD_FRAME, "state")
        if now - self._presence_at < self.limits.presence_interval_s:
            raise _Refused(ErrorCode.TOO_MANY, "state")
        self._presence_at = now
        return [Presence(PresenceState(state))]


_READERS: dict[str, Callable[[SocketProtocol, dict[str, Any], float], list[Decision]]] = {
    "pong": SocketProtocol._pong,
    "resume": SocketProtocol._resume,
    "typing": SocketProtocol._typing,
    "delivered": SocketProtocol._delivered,
    "watch": SocketProtocol._watch,
    "presence": SocketProtocol._presence,
}


def _parse(text: str, most_bytes: int) -> dict[str, Any]:
    if len(text) > most_bytes:
        raise _Refused(ErrorCode.TOO_LARGE)
    try:
        encoded = text.encode()
    except UnicodeEncodeError as lone_surrogate:
        raise _Refused(ErrorCode.BAD_JSON) from lone_surrogate
    if len(encoded) > most_bytes:
        raise _Refused(ErrorCode.TOO_LARGE)
    try:
        # orjson refuses NaN, lone surrogates, control characters and deep nesting.
        frame = orjson.loads(encoded)
    except orjson.JSONDecodeError as error:
        raise _Refused(ErrorCode.BAD_JSON) from error
    if not isinstance(frame, dict):
        raise _Refused(ErrorCode.BAD_FRAME)
    if (field := given_twice(encoded, frame)) is not None:
        raise _Refused(ErrorCode.BAD_FRAME, field.partition(".")[0])
    return frame


def _uuid(value: object, at: str) -> str:
    """A UUID in its usual 36 characters; nothing else that `UUID()` would accept."""
    if not isinstance(value, str) or len(value) != 36:
        raise _Refused(ErrorCode.BAD_FRAME, at)
    try:
        canonical = str(UUID(value))
    except ValueError as error:
        raise _Refused(ErrorCode.BAD_FRAME, at) from error
    if canonical != value.lower():
        raise _Refused(ErrorCode.BAD_FRAME, at)
    return canonical


def _seq(value: object, at: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SEQ:
        raise _Refused(ErrorCode.BAD_FRAME, at)
    return value
