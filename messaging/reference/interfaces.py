"""What programs ask and hear: operations, refusals, frames, events."""

import re
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any, get_args, get_type_hints

from django.urls import resolve

from accounts.tokens.reach import scope_for
from core.errors import Refusal
from events.registry import EventType, all_types
from messaging.live.asyncapi import asyncapi_document
from messaging.reference.markdown import code, first_paragraph, page, said_of, table

type Json = Mapping[str, Any]

_QUALIFIED = re.compile(r"(?:\w+\.)+(\w+)")
_METHODS = ("get", "post", "put", "patch", "delete")


def rest_page() -> str:
    """Every operation, by what it is about."""
    # Which features the API mounts is wiring, above this floor: it is found by its address.
    api: Any = resolve("/api/v1/openapi.json").func.keywords["api"]  # pyright: ignore
    by_tag: dict[str, list[tuple[str, str, str, str]]] = {}
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method in _METHODS:
            if operation := methods.get(method):
                (tag, *_) = operation.get("tags") or ["other"]
                by_tag.setdefault(tag, []).append(_operation(path, method, operation))
    parts = [
        "At each tenant's own host. Shapes, parameters and all answers are in"
        " `/api/v1/openapi.json`, and to be tried at `/api/v1/docs`. Refusals are problem details"
        " (RFC 9457); their codes are in [refusals](refusals.md). `scope` is what a token needs. A"
        " `POST` that is sent again with the same `Idempotency-Key` is carried out once."
    ]
    for tag in sorted(by_tag):
        rows = sorted(by_tag[tag], key=itemgetter(1, 0))
        parts.append(f"## {tag[:1].upper()}{tag[1:]}")
        parts.append(table(("", "address", "scope", "query and body", ""), map(_as_cells, rows)))
    return page("REST", *parts)


def refusals_page() -> str:
    """The ways in which a request is refused."""
    rows = [
        (one.status, code(one.code), said_of(one))
        for one in sorted(set(_all_of(Refusal)), key=lambda one: (one.status, one.code))
    ]
    return page(
        "Refusals",
        "`status` and what it means; nothing was changed. `code` may be a narrower one that says"
        " which rule it was, such as `archived`; programs that do not know it go by the status."
        " `errors` name the fields. `retry-after` is in seconds.",
        table(("status", "code", ""), rows),
    )


def live_page() -> str:
    """The frames of the socket."""
    document = asyncapi_document()
    messages, parts = document["components"]["messages"], [document["info"]["description"]]
    for title, operation in (
        ("The server says", "receiveFromServer"),
        ("The client says", "sendToServer"),
    ):
        named = [
            one["$ref"].rpartition("/")[2] for one in document["operations"][operation]["messages"]
        ]
        rows = [
            (code(name), _fields_of(messages[name]["payload"]), messages[name].get("summary", ""))
            for name in named
        ]
        parts += [f"## {title}", table(("frame", "fields", ""), rows)]
    parts.append("The whole is at `/api/v1/asyncapi.json`, the events are [here](events.md).")
    return page("The live socket, `/ws/v1`", *parts)


def events_page() -> str:
    """Every event of the journal."""
    rows = [
        (code(kind.name), _stream(kind), _fact(kind), said_of(kind.fact))
        for kind in sorted(all_types(), key=lambda one: (one.name, one.stream.value))
    ]
    return page(
        "Events",
        "What the journal holds: ids and small values, never what people wrote. Fields are added,"
        " never changed; another meaning is another version. Browsers and programs on the socket"
        " get the thing itself in place of its ids, as far as they may see it. What is marked"
        " *untold* stands in a record of its own and is published to nobody.",
        table(("event", "stream", "fields", ""), rows),
    )


def _stream(kind: EventType) -> str:
    return kind.stream.value if kind.is_told else f"{kind.stream.value}, untold"


def _operation(path: str, method: str, operation: Json) -> tuple[str, str, str, str]:
    given = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
    bodies = operation.get("requestBody", {}).get("content", {})
    shapes = [_shape(one["schema"]) or kind for kind, one in bodies.items()]
    words = first_paragraph(operation.get("description") or operation["summary"])
    return method.upper(), path, ", ".join([*map(code, given), *shapes]), words


def _shape(schema: Json) -> str:
    options = [schema, *schema.get("anyOf", ())]
    return next((one["$ref"].rpartition("/")[2] for one in options if "$ref" in one), "")


def _as_cells(row: tuple[str, str, str, str]) -> tuple[str, ...]:
    method, path, given, words = row
    return method, code(path.removeprefix("/api/v1")), scope_for(method, path), given, words


def _fields_of(payload: Json) -> str:
    if "properties" not in payload:
        return ""
    return ", ".join(code(name) for name in payload["properties"] if name != "type")


def _fact(kind: EventType) -> str:
    hints = get_type_hints(kind.fact)
    return ", ".join(f"`{name}` {_type(hints[name])}" for name in kind.fact.__dataclass_fields__)


def _type(hint: Any) -> str:
    if isinstance(hint, type) and not get_args(hint):
        return hint.__name__
    return _QUALIFIED.sub(r"\1", str(hint)).replace("NoneType", "None")


def _all_of[T: type](base: T) -> Iterator[T]:
    for one in base.__subclasses__():
        yield one
        yield from _all_of(one)
