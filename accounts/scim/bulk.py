"""Bulk (RFC 7644, 3.7): many operations in one request, each done or refused by itself.

An operation may name by its bulkId what another makes, wherever that stands (`planning`). Those
that name each other in a circle (3.7.1) are tried together: made without these references first,
then with them, in one transaction, so that nothing stays by half where the circle is refused.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django.db import transaction

from accounts.scim.discovery import MOST_BULK
from accounts.scim.errors import ScimError, error_body, of_refusal
from accounts.scim.planning import REFERENCE, REFERENCE_IN_DATA, pruned, turns
from core.errors import Refusal

RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})

type Result = dict[str, Any]
type Made = dict[str, str]


def done(call: Any, respond: Callable[[Any], Any]) -> dict[str, Any]:
    """Do the operations, those that others name before these, else in their order.

    Answers stand in the order of the request. After `failOnErrors` refusals the rest is left
    undone, and unanswered.
    """
    operations, most_errors = _read(call.body)
    made: Made = {}
    results: dict[int, Result] = {}
    errors = 0
    for turn in turns(operations):
        these = [operations[number] for number in turn]
        found = (
            [_one(call, these[0], made, respond)]
            if len(turn) == 1 and not _names_itself(these[0])
            else _together(call, these, made, respond)
        )
        results |= dict(zip(turn, found, strict=True))
        errors += sum(int(each["status"]) >= 400 for each in found)
        if most_errors and errors >= most_errors:
            break
    return {"schemas": [RESPONSE], "Operations": [results[number] for number in sorted(results)]}


def _one(call: Any, operation: Any, made: Made, respond: Callable[[Any], Any]) -> Result:
    result = _begun(operation)
    try:
        answer = _answer(call, operation, made, respond)
    except (ScimError, Refusal) as wrong:
        return _refused(result, wrong)
    return _told(result, answer, made)


def _together(
    call: Any, operations: list[dict[str, Any]], made: Made, respond: Callable[[Any], Any]
) -> list[Result]:
    """Do what names each other in a circle: all of it, or nothing."""
    results = [_begun(operation) for operation in operations]
    within, at = {str(operation["bulkId"]) for operation in operations}, 0
    known: Made = dict(made)
    try:
        with transaction.atomic():
            for at, operation in enumerate(operations):
                bare = {**operation, "data": pruned(operation.get("data"), within - known.keys())}
                _told(results[at], _answer(call, bare, known, respond), known)
            for at, operation in enumerate(operations):
                path = f"{operation['path']}/{known[str(operation['bulkId'])]}"
                whole = {**operation, "method": "PUT", "path": path, "version": ""}
                answer = _answer(call, whole, known, respond)
                results[at]["version"] = answer.version
    except (ScimError, Refusal) as wrong:
        other = ScimError(409, "What it names in a circle could not be made.")
        return [
            _refused(_begun(operation), wrong if number == at else other)
            for number, operation in enumerate(operations)
        ]
    made |= known
    return results


def _answer(call: Any, operation: Any, made: Made, respond: Callable[[Any], Any]) -> Any:
    given = operation if isinstance(operation, dict) else {}
    method = str(given.get("method", "")).upper()
    if method not in _METHODS:
        raise ScimError(400, "method is POST, PUT, PATCH or DELETE.", "invalidSyntax")
    bulk_id = given.get("bulkId")
    if method == "POST" and not bulk_id:
        raise ScimError(400, "A POST needs a bulkId.", "invalidSyntax")
    if method == "POST" and str(bulk_id) in made:
        raise ScimError(400, "Another operation has this bulkId.", "invalidValue")
    path = _resolved(REFERENCE, str(given.get("path", "")), made)
    parts = tuple(part for part in path.split("/") if part)
    if parts[:1] not in (("Users",), ("Groups",)):
        raise ScimError(400, "path is /Users or /Groups, or one of them.", "invalidPath")
    data = orjson.dumps(given.get("data")).decode()
    return respond(
        call._replace(
            method=method,
            parts=parts,
            query={},
            body=orjson.loads(_resolved(REFERENCE_IN_DATA, data, made)),
            if_match=str(given.get("version") or ""),
        )
    )


def _begun(operation: Any) -> Result:
    given = operation if isinstance(operation, dict) else {}
    result: Result = {"method": str(given.get("method", "")).upper()}
    return result | {"bulkId": str(given["bulkId"])} if given.get("bulkId") else result


def _told(result: Result, answer: Any, made: Made) -> Result:
    if answer.location:
        result["location"] = answer.location
        if result.get("bulkId") and result["method"] == "POST":
            made[result["bulkId"]] = answer.location.rpartition("/")[2]
    if answer.version:
        result["version"] = answer.version
    result["status"] = str(answer.status)
    return result


def _refused(result: Result, wrong: ScimError | Refusal) -> Result:
    error = of_refusal(wrong) if isinstance(wrong, Refusal) else wrong
    return {**result, "status": str(error.status), "response": error_body(error)}


def _names_itself(operation: Any) -> bool:
    data = operation.get("data") if isinstance(operation, dict) else None
    is_post = data is not None and str(operation.get("method", "")).upper() == "POST"
    return is_post and pruned(data, {str(operation.get("bulkId"))}) != data


def _resolved(reference: re.Pattern[str], text: str, made: Mapping[str, str]) -> str:
    def id_of(found: re.Match[str]) -> str:
        if found[1] not in made:
            raise ScimError(409, f"No operation made bulkId {found[1][:60]!r}.")
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
