"""Bulk (RFC 7644, 3.7): many operations in one request, each done or refused by itself."""

import re
from collections.abc import Callable
from typing import Any

import orjson

from accounts.scim.discovery import MOST_BULK
from accounts.scim.errors import ScimError, error_body, of_refusal
from core.errors import Refusal

RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_REFERENCE = re.compile(r"bulkId:([^\s\"/]+)")
_IN_DATA = re.compile(r"(?<=\")bulkId:([^\s\"/\\]+)(?=\\?\")")
"""A whole text, also within the path of a PATCH; what somebody wrote about one is left alone."""


def done(call: Any, respond: Callable[[Any], Any]) -> dict[str, Any]:
    """Do the operations in their order; what one makes, those after it may name by its bulkId.

    After `failOnErrors` refusals the rest is left undone.
    """
    operations, most_errors = _read(call.body)
    made: dict[str, str] = {}
    results: list[dict[str, Any]] = []
    errors = 0
    for operation in operations:
        result = _one(call, operation, made, respond)
        results.append(result)
        errors += int(result["status"]) >= 400
        if most_errors and errors >= most_errors:
            break
    return {"schemas": [RESPONSE], "Operations": results}


def _one(
    call: Any, operation: Any, made: dict[str, str], respond: Callable[[Any], Any]
) -> dict[str, Any]:
    given = operation if isinstance(operation, dict) else {}
    method, bulk_id = str(given.get("method", "")).upper(), given.get("bulkId")
    result: dict[str, Any] = {"method": method}
    if bulk_id:
        result["bulkId"] = str(bulk_id)
    try:
        if method not in _METHODS:
            raise ScimError(400, "method is POST, PUT, PATCH or DELETE.", "invalidSyntax")
        if method == "POST" and not bulk_id:
            raise ScimError(400, "A POST needs a bulkId.", "invalidSyntax")
        path = _resolved(_REFERENCE, str(given.get("path", "")), made)
        parts = tuple(part for part in path.split("/") if part)
        if parts[:1] not in (("Users",), ("Groups",)):
            raise ScimError(400, "path is /Users or /Groups, or one of them.", "invalidPath")
        data = orjson.dumps(given.get("data")).decode()
        body = orjson.loads(_resolved(_IN_DATA, data, made))
        answer = respond(
            call._replace(
                method=method,
                parts=parts,
                query={},
                body=body,
                if_match=str(given.get("version") or ""),
            )
        )
    except (ScimError, Refusal) as wrong:
        error = of_refusal(wrong) if isinstance(wrong, Refusal) else wrong
        return {**result, "status": str(error.status), "response": error_body(error)}
    if answer.location:
        result["location"] = answer.location
        if bulk_id and method == "POST":
            made[str(bulk_id)] = answer.location.rpartition("/")[2]
    if answer.version:
        result["version"] = answer.version
    return {**result, "status": str(answer.status)}


def _resolved(reference: re.Pattern[str], text: str, made: dict[str, str]) -> str:
    def id_of(found: re.Match[str]) -> str:
        if found[1] not in made:
            raise ScimError(409, f"No operation before made bulkId {found[1][:60]!r}.")
        return made[found[1]]

    return reference.sub(id_of, text)


def _read(body: Any) -> tuple[list[Any], int]:
    if not isinstance(body, dict) or not isinstance(body.get("Operations"), list):
        raise ScimError(400, "Send Operations, a list.", "invalidSyntax")
    if len(body["Operations"]) > MOST_BULK:
        raise ScimError(413, f"Send at most {MOST_BULK} operations.", "tooMany")
    most = body.get("failOnErrors") or 0
    if isinstance(most, bool) or not isinstance(most, int) or most < 0:
        raise ScimError(400, "failOnErrors is a number.", "invalidValue")
    return body["Operations"], most
