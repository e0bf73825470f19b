"""Names of the topics that frames travel on. Each carries its tenant."""

from uuid import UUID

from events.models import StreamKind

_LETTER = {StreamKind.CONVERSATION: "c", StreamKind.USER: "u", StreamKind.TENANT: "t"}


def topic_of(tenant: str, kind: StreamKind, stream_id: UUID) -> str:
    """The topic of a stream: `acme.c.<uuid>`, `acme.u.<uuid>`, `acme.t.<uuid>`."""
    return f"{tenant}.{_LETTER[kind]}.{stream_id}"
