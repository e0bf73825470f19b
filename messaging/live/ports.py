"""What the hub asks of the world around it, and how long it waits and how much it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Journal(Protocol):
    """What the hub asks of the database."""

    async def heads(self, tenant: str, stream_ids: Sequence[str]) -> dict[str, int]:
        """The last number of each stream, in one query."""
        ...

    async def frames_after(self, tenant: str, stream_id: str, seq: int, limit: int) -> list[bytes]:
        """The frames that follow `seq`, oldest first, rendered as their rows are now."""
        ...

    async def members(self, tenant: str, conversation_id: str) -> set[str]:
        """Who belongs to a conversation now."""
        ...

    async def note_delivered(self, tenant: str, reached: dict[str, dict[str, int]]) -> bool:
        """Note what reached whom, per conversation and person; says whether others may see it."""
        ...

    async def note_here(self, tenant: str, here: list[str], gone: list[str]) -> None:
        """Note who is here and looking, and who is not any more."""
        ...

    async def ready_tenants(self, tenants: Sequence[str]) -> set[str]:
        """Those of these tenants that are not suspended or being deleted."""
        ...


class Layer(Protocol):
    """The part of a channel layer that the hub uses."""

    async def new_channel(self) -> str: ...
    async def receive(self, channel: str) -> dict[str, Any]: ...
    async def send(self, channel: str, message: dict[str, Any]) -> None: ...
    async def group_add(self, group: str, channel: str) -> None: ...
    async def group_discard(self, group: str, channel: str) -> None: ...
    async def group_send(self, group: str, message: dict[str, Any]) -> None: ...
    async def flush(self) -> None: ...


@dataclass(frozen=True, slots=True)
class HubLimits:
    """The defaults are those of production; tests are in more of a hurry."""

    #: How long a frame waits for the one before it, which another process is publishing.
    hold_s: float = 0.1
    most_held: int = 1000
    #: Farther behind than this a conversation is loaded again instead of filled.
    most_behind: int = 500
    #: Pause after Redis or the database failed, and how long Redis may take to answer.
    retry_s: float = 1.0
    #: How often Redis is asked whether it still answers.
    pulse_s: float = 2.0
    #: How long a topic stays subscribed after its last listener left: people come back.
    linger_s: float = 30.0
    #: How long a newcomer's hello waits for their subscriptions.
    welcome_s: float = 0.5
    heartbeat_s: float = 25.0
    sockets_per_user: int = 100
    sockets_per_tenant: int = 10_000
    #: Presence is told in rooms of at most so many local sockets, for so many rooms of a person.
    presence_room: int = 200
    presence_rooms: int = 100
    #: Newcomers are told who is there in organisations of at most so many people online.
    presence_told: int = 500
    #: So many pairs of a person and an onlooker, each pulse, for clients that watch nobody.
    presence_shown: int = 20_000
    #: How often gathered news of people are passed on.
    pulse_presence_s: float = 1.0
    #: A loop that wakes this late is under load: typing is the first thing to be dropped.
    busy_lag_s: float = 0.15
    busy_for_s: float = 5.0
    #: How long a process goes by a policy that it has read (`policies.selectors.LOCAL_S`).
    remembered_s: float = 1.2
    #: Credentials looked at in the database at the same time.
    judged_at_once: int = 8
    #: How long people may be away without being shown as gone.
    absence_s: float = 5.0
    #: Full jitter over this span when everybody has to come back at once.
    drain_span_ms: int = 5000
