"""SCIM 2.0 (RFC 7643, 7644) at `/scim/v2/` of each organisation."""

import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.groups.moving import begin
from accounts.scim import bulk, discovery, groups, listing, log, people
from accounts.scim.credentials import directory_of
from accounts.scim.documents import GROUPS, PEOPLE
from accounts.scim.errors import ScimError, error_body, of_refusal
from accounts.scim.listing import Wanted
from accounts.scim.patching import operations_of
from accounts.scim.people import Directory
from accounts.scim.reading import DEEPEST, read
from accounts.scim.sql import Kind
from core.errors import NotSignedIn, Refusal
from core.limits import Quota, check

logger = logging.getLogger("chancery.scim")

CONTENT_TYPE = "application/scim+json"
QUOTA = Quota("scim", 12_000, 3_000)
_JSON = frozenset({"", CONTENT_TYPE, "application/json"})
_RETRY_AFTER_S = 1


class Call(NamedTuple):
    """One request, read: also one operation of a bulk."""

    directory: Directory
    method: str
    parts: tuple[str, ...]
    query: dict[str, Any]
    body: Any
    base_url: str
    if_match: str = ""
    if_none_match: str = ""


class Answer(NamedTuple):
    """What is answered; `location` and `version` become headers."""

    status: int
    body: Any = None
    location: str = ""
    version: str = ""


@csrf_exempt
def scim(request: HttpRequest, path: str) -> HttpResponse:
    """Answer one request of an identity provider, and note it in the log."""
    began = time.perf_counter()
    directory: Directory | None = None
    try:
        directory = directory_of(request)
        check(request, f"{directory.actor.tenant}:scim:{directory.token_id}", QUOTA)
        answer = respond(_call(request, directory, path))
        detail = ""
    except Exception as wrong:
        answer, detail = _refused(wrong)
    duration_ms = round((time.perf_counter() - began) * 1000)
    if directory is not None and not _is_away(answer):
        log.note(
            request,
            token_id=directory.token_id,
            status=answer.status,
            detail=detail,
            duration_ms=duration_ms,
        )
    return _response(answer)


def respond(call: Call) -> Answer:
    """Do what a call asks for.

    Errors  ScimError and Refusal; nothing is changed then.
    """
    first = call.parts[0] if call.parts else ""
    if first in _KINDS:
        return _of_resource(call, _KINDS[first])
    if first in _DISCOVERY and len(call.parts) <= 2:
        return _discovered(call, first)
    if first == "Bulk" and len(call.parts) == 1:
        _only(call, "POST")
        return Answer(200, bulk.done(call, respond))
    if first in ("Me", ".search"):
        raise ScimError(501, "Ask /Users or /Groups.")
    raise ScimError(404, "There is nothing at this address.")


class _Of(NamedTuple):
    """What can be done with one kind of resource."""

    kind: Kind
    locked: Callable[[str], Any]
    create: Callable[[Directory, Any], Any]
    replace: Callable[[Directory, Any, Any], None]
    patch: Callable[[Directory, Any, Any], None]
    remove: Callable[[Directory, Any], None]


_KINDS = {
    "Users": _Of(
        PEOPLE, people.locked_person, people.create, people.replace, people.patch, people.remove
    ),
    "Groups": _Of(
        GROUPS, groups.locked_group, groups.create, groups.replace, groups.patch, groups.remove
    ),
}
_DISCOVERY = {
    "ServiceProviderConfig": (discovery.service_provider_config, "ServiceProviderConfig"),
    "ResourceTypes": (discovery.resource_types, "ResourceType"),
    "Schemas": (discovery.schemas, "Schema"),
}


def _of_resource(call: Call, of: _Of) -> Answer:
    rest = call.parts[1:]
    if not rest:
        _only(call, "GET", "POST")
        if call.method == "GET":
            return Answer(200, listing.listed(of.kind, call.base_url, call.query))
        return _created(call, of)
    if rest == (".search",):
        _only(call, "POST")
        if not isinstance(call.body, dict):
            raise ScimError(400, "Send a SearchRequest.", "invalidSyntax")
        return Answer(200, listing.listed(of.kind, call.base_url, call.body))
    if len(rest) > 1:
        raise ScimError(404, "There is nothing at this address.")
    _only(call, "GET", "PUT", "PATCH", "DELETE")
    return _one(call, of, rest[0])


def _created(call: Call, of: _Of) -> Answer:
    with transaction.atomic():
        begin(call.directory.actor)
        made = of.create(call.directory, call.body)
        whole = _document(call, of, made.id, Wanted())
    meta = whole["meta"]
    return Answer(201, Wanted.of(call.query).cut(whole), meta["location"], meta["version"])


def _one(call: Call, of: _Of, id_: str) -> Answer:
    with transaction.atomic():
        if call.method != "GET":
            # One change after another, before any row is locked: what If-Match names stays true.
            begin(call.directory.actor)
        row = of.locked(id_)
        version = _document(call, of, row.id, Wanted(excluded=("members", "groups")))["meta"][
            "version"
        ]
        if call.method == "GET":
            if {version, "*"} & _versions(call.if_none_match):
                return Answer(304, version=version)
            return _shown(call, of, row.id)
        if call.if_match and not {version, "*"} & _versions(call.if_match):
            raise ScimError(412, "It was changed meanwhile: read it again.")
        if call.method == "DELETE":
            of.remove(call.directory, row)
            return Answer(204)
        if call.method == "PUT":
            of.replace(call.directory, row, call.body)
        else:
            of.patch(call.directory, row, operations_of(call.body))
        return _shown(call, of, row.id)


def _shown(call: Call, of: _Of, id_: UUID) -> Answer:
    wanted = Wanted.of(call.query)
    whole = _document(call, of, id_, wanted)
    meta = whole["meta"]
    return Answer(200, wanted.cut(whole), meta["location"], meta["version"])


def _document(call: Call, of: _Of, id_: UUID, wanted: Wanted) -> dict[str, Any]:
    """The resource, uncut; what is costly and not wanted is not asked for."""
    needed = [name for name in ("members", "groups") if not wanted.needs(name)]
    excluded = Wanted(excluded=tuple(needed))
    return listing.documents(of.kind, call.base_url, [id_], excluded)[0]


def _discovered(call: Call, name: str) -> Answer:
    _only(call, "GET")
    read, kind = _DISCOVERY[name]
    base = f"{call.base_url}/{name}"
    if name == "ServiceProviderConfig":
        if len(call.parts) > 1:
            raise ScimError(404, "There is nothing at this address.")
        return Answer(200, discovery.with_location(read(), kind, base))
    # RFC 7644, 4: a filter here is to be refused.
    if "filter" in call.query:
        raise ScimError(403, "This list cannot be filtered.")
    found = read()
    if len(call.parts) == 2:
        by_case = {key.lower(): key for key in found}
        key = by_case.get(call.parts[1].lower())
        if key is None:
            raise ScimError(404, "There is nothing at this address.")
        return Answer(200, discovery.with_location(found[key], kind, f"{base}/{key}"))
    items = [discovery.with_location(one, kind, f"{base}/{key}") for key, one in found.items()]
    return Answer(
        200,
        {
            "schemas": [listing.LIST],
            "totalResults": len(items),
            "startIndex": 1,
            "itemsPerPage": len(items),
            "Resources": items,
        },
    )


def _call(request: HttpRequest, directory: Directory, path: str) -> Call:
    body = None
    if request.method in ("POST", "PUT", "PATCH"):
        if request.content_type not in _JSON:
            raise ScimError(415, "Send application/scim+json.")
        try:
            body = read(request.body)
        except ValueError as wrong:
            detail = f"Send valid JSON in UTF-8, at most {DEEPEST} levels deep."
            raise ScimError(400, detail, "invalidSyntax") from wrong
    return Call(
        directory=directory,
        method=request.method or "",
        parts=tuple(part for part in path.split("/") if part),
        query=request.GET.dict(),
        body=body,
        base_url=request.build_absolute_uri("/scim/v2"),
        if_match=request.headers.get("If-Match", ""),
        if_none_match=request.headers.get("If-None-Match", ""),
    )


def _versions(header: str) -> set[str]:
    return {version.strip() for version in header.split(",") if version.strip()}


def _only(call: Call, *methods: str) -> None:
    if call.method not in methods:
        raise ScimError(405, f"Here one may {', '.join(methods)}.")


def _refused(wrong: Exception) -> tuple[Answer, str]:
    if isinstance(wrong, Refusal):
        retry = wrong.retry_after_s
        error = (
            ScimError(401, "Send a bearer token made for directory sync.")
            if isinstance(wrong, NotSignedIn)
            else of_refusal(wrong)
        )
        return Answer(error.status, error_body(error), str(retry or "")), error.detail
    if isinstance(wrong, ScimError):
        return Answer(wrong.status, error_body(wrong)), wrong.detail
    if isinstance(wrong, RequestDataTooBig):
        return Answer(413, error_body(ScimError(413, "Send at most 1,000,000 bytes."))), ""
    if isinstance(wrong, OperationalError | InterfaceError):
        logger.warning("the database did not answer: %s", type(wrong).__name__)
        error = ScimError(503, "Try again in a moment.")
        return Answer(503, error_body(error), str(_RETRY_AFTER_S)), error.detail
    raise wrong


def _is_away(answer: Answer) -> bool:
    return answer.status in (413, 503)


def _response(answer: Answer) -> HttpResponse:
    if answer.body is None:
        response = HttpResponse(status=answer.status)
        del response.headers["Content-Type"]
    else:
        response = HttpResponse(
            orjson.dumps(answer.body), status=answer.status, content_type=CONTENT_TYPE
        )
    if answer.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="scim"'
    if answer.status >= 400 and answer.location:
        response.headers["Retry-After"] = answer.location
    elif answer.location:
        response.headers["Location"] = answer.location
    if answer.version:
        response.headers["ETag"] = answer.version
    return response
