"""Ids that every run gives alike: what was imported is recognised, and never imported twice."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from core.ids import id_at

_SPACE = UUID("6f1d3a52-0c1e-5c0b-9d43-6d9c2b6c1f0e")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(micros: int) -> datetime:
    """A Slack timestamp, which is exact to the microsecond, as a time."""
    return EPOCH + timedelta(microseconds=micros)


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where an export comes from. `key` tells two workspaces apart that use the same ids."""

    key: str

    @property
    def prefix(self) -> str:
        """What the external ids of this workspace begin with."""
        return f"slack:{self.key}:"

    def external(self, slack_id: str) -> str:
        """What an imported row keeps of where it came from."""
        return f"{self.prefix}{slack_id}"

    def name(self, *parts: object) -> UUID:
        """A name-based UUID of something in this workspace."""
        return uuid5(_SPACE, "\x1f".join([self.key, *map(str, parts)]))

    def person(self, slack_id: str) -> UUID:
        return id_at(EPOCH, salt=self.name("person", slack_id))

    def conversation(self, slack_id: str, created: datetime) -> UUID:
        return id_at(created, salt=self.name("conversation", slack_id))

    def message_key(self, channel: str, micros: int) -> UUID:
        """The message's idempotency key, from which its other ids derive."""
        return self.name("message", channel, micros)

    def message(self, channel: str, micros: int) -> UUID:
        return id_at(moment(micros), salt=self.message_key(channel, micros))

    def entry(self, message_id: UUID, micros: int) -> UUID:
        """The id of the journal's entry for a message."""
        return id_at(moment(micros), salt=uuid5(message_id, "entry"))

    def file(self, channel: str, micros: int, slack_id: str) -> UUID:
        return id_at(moment(micros), salt=self.name("file", channel, micros, slack_id))
