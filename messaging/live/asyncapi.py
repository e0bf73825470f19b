"""The AsyncAPI 3 document of `/ws/v1`, from the protocol's own limits and the event register."""

from typing import Any

from events.registry import told_types
from messaging.live.protocol import CloseCode, ErrorCode, Limits, PresenceState

_UUID = {"type": "string", "format": "uuid"}
_SEQ = {"type": "integer", "minimum": 0}
_HEADS = {
    "type": "object",
    "description": "Conversation id to the number of its last event.",
    "additionalProperties": _SEQ,
    "propertyNames": _UUID,
}
_MOMENT = {"type": ["string", "null"], "format": "date-time"}
_STATUS = {
    "type": "object",
    "required": ["emoji", "text", "expires_at", "dnd_until"],
    "properties": {
        "emoji": {"type": "string"},
        "text": {"type": "string"},
        "expires_at": _MOMENT,
        "dnd_until": _MOMENT,
    },
}
_CLOSES = {
    CloseCode.NOT_SIGNED_IN: "nobody is signed in, or the page is not one of this host",
    CloseCode.REVOKED: "the session or token was revoked or has ended, or the person deactivated",
    CloseCode.NO_HEARTBEAT: "nothing was heard of the client for two heartbeats",
    CloseCode.LIMIT: "too many frames, or too many connections of the person or the organisation",
    CloseCode.RESTART: "the server restarts: come back after the delay given by `drain`",
}


def asyncapi_document(*, version: str = "1") -> dict[str, Any]:
    """Describe the live interface; served beside the OpenAPI document."""
    sent, received = _server_messages(), _client_messages()
    messages = {**sent, **received}
    for name, message in messages.items():
        message["payload"]["properties"].setdefault("type", {"const": name})
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Chancery live",
            "version": version,
            "description": _description(),
        },
        "defaultContentType": "application/json",
        "channels": {
            "live": {
                "address": "/ws/v1",
                "description": "One connection per client; JSON text frames with a `type`.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"ws": {"method": "GET"}},
            }
        },
        "operations": {
            "receiveFromServer": _operation("receive", sent),
            "sendToServer": _operation("send", received),
        },
        "components": {
            "messages": messages,
            "securitySchemes": {
                "session": {
                    "type": "httpApiKey",
                    "in": "cookie",
                    "name": "session",
                    "description": "Only with an Origin that is the host itself.",
                },
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operation(action: str, messages: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/live"},
        "messages": [{"$ref": f"#/channels/live/messages/{name}"} for name in messages],
        "security": [
            {"$ref": "#/components/securitySchemes/session"},
            {"$ref": "#/components/securitySchemes/token"},
        ],
    }


def _description() -> str:
    limits = Limits()
    closes = "\n".join(f"- {code.value}: {why}" for code, why in _CLOSES.items())
    return (
        "Events of a conversation are numbered without gaps; apply a frame when its `seq` is the "
        "last plus one, ignore it when older, and send `resume` when it is newer. `resync` means: "
        "load the conversation again. A frame of the server may be a JSON array of frames.\n\n"
        f"A client may send {limits.frames_per_s:g} frames per second, {limits.burst} at once, of "
        f"at most {limits.frame_size_bytes} bytes.\n\nClose codes:\n\n{closes}"
    )


def _server_messages() -> dict[str, Any]:
    return {
        "hello": _message(
            "The first frame. Everything after these heads follows.",
            connection_id=_UUID,
            user_id=_UUID,
            heartbeat_s={"type": "number"},
            heads=_HEADS,
            user_seq=_SEQ,
            tenant_seq=_SEQ,
        ),
        "event": _message(
            "A committed event. Ids repeat when a frame is delivered again.",
            id=_UUID,
            event={"type": "string", "enum": sorted({kind.name for kind in told_types()})},
            stream={"type": "string", "enum": ["conversation", "user", "tenant"]},
            conversation_id={"type": ["string", "null"], "format": "uuid"},
            seq={"type": "integer", "minimum": 1},
            data={"type": ["object", "null"], "description": "Null where the thing is gone."},
        ),
        "resync": _message(
            "Load this conversation again; null stands for the person's own stream.",
            conversation_id={"type": ["string", "null"], "format": "uuid"},
        ),
        "ping": _message(
            "Answer with `pong`. Heads that moved since the last ping; `user_seq` if it moved.",
            heads=_HEADS,
            user_seq={"type": ["integer", "null"], "minimum": 0},
        ),
        "drain": _message(
            "The connection is about to close: come back after this delay.",
            retry_after_ms={"type": "integer", "minimum": 0},
        ),
        "error": _message(
            "A frame of the client was refused; the connection stays open.",
            ["code"],
            code={"type": "string", "enum": [code.value for code in ErrorCode]},
            field={"type": "string"},
        ),
        "typingNotice": _message(
            "Somebody is writing. Never numbered.",
            kind="typing",
            conversation_id=_UUID,
            user_id=_UUID,
        ),
        "receiptsNotice": _message(
            "Up to where people have a conversation, and have read it. Never numbered.",
            ["conversation_id", "items"],
            kind="receipts",
            conversation_id=_UUID,
            items={
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["user_id"],
                    "properties": {"user_id": _UUID, "delivered_seq": _SEQ, "read_seq": _SEQ},
                },
            },
        ),
        "presenceNotice": _message(
            "Somebody came or went, or says something else of themselves. Never numbered.",
            ["user_id", "state"],
            kind="presence",
            user_id=_UUID,
            state={"type": "string", "enum": [state.value for state in PresenceState]},
            status=_STATUS,
        ),
    }


def _client_messages() -> dict[str, Any]:
    may_send = [PresenceState.ACTIVE.value, PresenceState.AWAY.value]
    return {
        "resume": _message(
            "Send what followed these numbers. Beyond 500 events behind the answer is `resync`.",
            ["after"],
            after=_HEADS,
            user_after=_SEQ,
        ),
        "typing": _message("I am writing here.", conversation_id=_UUID),
        "watch": _message(
            "Tell me of these people, and of no others: those I have in view, at most 200.",
            user_ids={"type": "array", "items": _UUID, "maxItems": 200},
        ),
        "delivered": _message("I have these conversations up to these numbers.", heads=_HEADS),
        "presence": _message("I am here, or away.", state={"type": "string", "enum": may_send}),
        "pong": _message("The answer to `ping`."),
    }


def _message(
    summary: str,
    required: list[str] | None = None,
    /,
    kind: str | None = None,
    **properties: dict[str, Any],
) -> dict[str, Any]:
    return {"summary": summary, "payload": _payload(kind, required, properties)}


def _payload(
    kind: str | None, required: list[str] | None, properties: dict[str, Any]
) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", *(properties if required is None else required)],
        "properties": ({} if kind is None else {"type": {"const": kind}}) | properties,
    }
