"""Every operation of the REST API, with values for its path and a body that its schema accepts.

Made from the OpenAPI document: an operation that is added tomorrow is walked tomorrow.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from config.api import api
from core.ids import new_id

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    parameters: tuple[str, ...]
    body: dict[str, Any] | None

    def url(self, ids: dict[str, Any]) -> str:
        """The address with these values in its path; an unknown parameter has to be taught."""
        return self.path.format(**{name: ids[name] for name in self.parameters})

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


def operations() -> list[Operation]:
    """All that the OpenAPI document lists."""
    document = api.get_openapi_schema(path_prefix="/api/v1/")
    return list(_operations(document))


def with_ids() -> list[Operation]:
    """Those that look something up by an id in their path."""
    return [operation for operation in operations() if operation.parameters]


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                names = [p["name"] for p in item[method].get("parameters", []) if p["in"] == "path"]
                body = _body(document, item[method])
                yield Operation(method, path, tuple(names), body)


def _body(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return None if schema is None else _example(document, schema)


def _example(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    """The smallest value that a schema accepts."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _example(document, document["components"]["schemas"][name])
    for combination in ("anyOf", "oneOf", "allOf"):
        if combination in schema:
            return _example(document, schema[combination][0])
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if schema.get("type") == "object":
        needed = schema.get("required", [])
        return {name: _example(document, schema["properties"][name]) for name in needed}
    if schema.get("format") == "uuid":
        return str(new_id())
    if schema.get("format") == "date-time":
        return (datetime.now(UTC).date() + timedelta(days=2)).isoformat() + "T00:00:00Z"
    simple: dict[str, Any] = {
        "string": "x",
        "integer": 1,
        "boolean": True,
        "array": [],
        "number": 1,
    }
    return simple[schema.get("type", "string")]


def random_ids(like: dict[str, Any]) -> dict[str, Any]:
    """The same parameters with ids that nobody has."""
    return {name: new_id() if isinstance(value, UUID) else value for name, value in like.items()}
