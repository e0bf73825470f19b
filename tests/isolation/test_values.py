"""Every field of every operation is given what is out of bounds; made from the OpenAPI document.

What is refused is refused as documented, and nothing breaks: zones that PostgreSQL does not know,
numbers beyond its columns, characters it cannot store. Each request is undone again.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.db import transaction

from config.api import api
from tests.isolation.walk import Operation, operations

AWKWARD: dict[str, list[Any]] = {
    "date-time": ["2027-01-01T00:00:00+17:17", "2027-01-01T00:00:00", "9999-12-31T23:59:59-23:59"],
    "uuid": ["00000000-0000-0000-0000-000000000000"],
    "string": ["a\x00b", "x" * 50_000],
    "integer": [-1, 2**31, 2**63, 10**30],
    "array": [[], [None]],
    "object": [{"": None}],
}


def test_whatever_is_sent_is_refused_as_documented(cast, secret):
    document = api.get_openapi_schema(path_prefix="/api/v1/")
    client = cast.ana.client
    client.raise_request_exception = False
    wrong = []
    for operation in operations():
        described = document["paths"][operation.path][operation.method]
        documented = {str(status) for status in described["responses"]}
        for url, body in requests(document, operation, described, secret):
            with transaction.atomic():
                options = {} if body is None else {"data": json.dumps(body)}
                send = getattr(client, operation.method)
                response = send(url, content_type="application/json", **options)
                transaction.set_rollback(True)
            if str(response.status_code) not in documented:
                wrong.append((str(operation), url, str(body)[:200], response.status_code))

    assert wrong == []


def requests(
    document: dict[str, Any], operation: Operation, described: dict[str, Any], ids: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Addresses and bodies in each of which one thing is out of bounds."""
    url = operation.url(ids)
    for parameter in described.get("parameters", []):
        if parameter["in"] == "query":
            for value in values(document, parameter["schema"]):
                yield f"{url}?{parameter['name']}={quote(str(value))}", operation.body
    content = described.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema is not None:
        for body in bodies(document, schema, operation.body):
            yield url, body


def bodies(document: dict[str, Any], schema: dict[str, Any], sound: Any) -> Iterator[Any]:
    """A sound value of a schema with one of its fields, at whatever depth, replaced."""
    for kind in kinds(document, schema):
        if kind.get("type") != "object" or "properties" not in kind:
            continue
        whole = sound if isinstance(sound, dict) else {}
        for name, field in kind["properties"].items():
            for value in values(document, field):
                yield {**whole, name: value}
            for value in bodies(document, field, whole.get(name)):
                yield {**whole, name: value}


def values(document: dict[str, Any], schema: dict[str, Any]) -> list[Any]:
    """What is out of bounds for a schema, or at its edge."""
    found: list[Any] = []
    for kind in kinds(document, schema):
        found += AWKWARD.get(kind.get("format", ""), AWKWARD.get(kind.get("type", ""), []))
    return found


def kinds(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The alternatives of a schema, without references."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for combination in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(combination, []):
            yield from kinds(document, one)
    if "type" in schema:
        yield schema
