"""The frame of the REST API: parsing, problem details, and what every operation documents."""

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from urllib.parse import unquote_to_bytes

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from pydantic import (
    BeforeValidator,
    ConfigDict,
    TypeAdapter,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic import ValidationError as ValidationFailed
from pydantic_core import PydanticCustomError

from core.errors import (
    FieldError,
    Invalid,
    Malformed,
    NotFound,
    Refusal,
    TooLarge,
    Unavailable,
    UnsupportedType,
)
from core.json import dumps, given_twice
from core.problem import CONTENT_TYPE, problem_of
from core.unfit import words_for

logger = logging.getLogger("chancery.api")

_REFUSALS = (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
_RETRY_AFTER_S = 1


class FieldProblem(Schema):
    """One field that was refused."""

    field: str
    message: str


# Programs that name no type at all mean the only one there is.
_JSON = frozenset({"", "application/json"})


class Problem(Schema):
    """Problem details, RFC 9457. `code` is stable and for machines."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem]


_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:")


def _moment(value: Any) -> Any:
    """Read a time. A number is none, which Python would take for seconds since 1970.

    In UTC, for PostgreSQL knows fewer zones than Python: +17:17 is none of them.
    """
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and _MOMENT.match(value):
        with suppress(ValidationFailed, OverflowError):
            moment = _MOMENTS.validate_python(value)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
    raise PydanticCustomError("time_type", "Send a time such as 2026-03-09T08:00:00Z.")


_MOMENTS = TypeAdapter(datetime)
Moment = Annotated[datetime, BeforeValidator(_moment)]
"""A time in the query of a request."""


class Body(Schema):
    """Base of request bodies: fields that we do not know are refused by name."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="wrap")
    @classmethod
    def _is_an_object(cls, value: Any, handler: Callable[[Any], Any]) -> Any:
        """Refuse lists: ninja would look for our fields among their attributes, and find none."""
        if isinstance(value, list):
            raise PydanticCustomError("dict_type", "Give an object.")
        return handler(value)

    @field_validator("*", mode="before")
    @classmethod
    def _is_of_its_kind(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse what Python would take for a number or a truth: `true` is no number here."""
        # Pyright takes the class for one of its objects, which have no hash.
        check, may_be_null = _kind_of(cls, info.field_name or "")  # pyright: ignore[reportArgumentType]
        return value if check is None or (value is None and may_be_null) else check(value)


def _whole_number(value: Any) -> int:
    if type(value) is not int:
        raise PydanticCustomError("int_type", "Give a whole number, without quotes.")
    return value


def _truth(value: Any) -> bool:
    if type(value) is not bool:
        raise PydanticCustomError("bool_type", "Give true or false, without quotes.")
    return value


def _day(value: Any) -> Any:
    # A number would be taken for seconds since 1970.
    if type(value) in (int, float, bool):
        raise PydanticCustomError("date_type", "Give a day such as 2026-05-04.")
    return value


def _whole_numbers(value: Any) -> Any:
    return [_whole_number(one) for one in value] if isinstance(value, list) else value


type Check = Callable[[Any], Any]
_CHECKS: dict[Any, Check] = {
    int: _whole_number,
    bool: _truth,
    datetime: _moment,
    date: _day,
    list[int]: _whole_numbers,
}


@cache
def _kind_of(schema: type[Schema], field: str) -> tuple[Check | None, bool]:
    """What looks at the values of a field, and whether null is one of them."""
    wanted = schema.model_fields[field].annotation
    kinds = get_args(wanted) if get_origin(wanted) in (Union, UnionType) else (wanted,)
    plain = [_plain(kind) for kind in kinds]
    values = [kind for kind in plain if kind is not type(None)]
    return (_CHECKS.get(values[0]) if len(values) == 1 else None), len(values) < len(plain)


def _plain(kind: Any) -> Any:
    """A kind without its bounds."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    return list[_plain(get_args(kind)[0])] if get_origin(kind) is list else kind


def answers(view: Any = None, status: int = 200, *also: int) -> dict[int, Any]:
    """What an operation documents: its answers, and every way in which it may refuse."""
    return {status: view, **dict.fromkeys(also, view), **dict.fromkeys(_REFUSALS, Problem)}


def answer(data: Any = None, status: int = 200) -> HttpResponse:
    """An answer as JSON; the schemas document it, they do not copy it field by field again."""
    if status == 204:
        empty = HttpResponse(status=204)
        del empty["Content-Type"]
        return empty
    return HttpResponse(dumps(data), status=status, content_type="application/json")


CREDENTIALS: dict[str, Any] = {
    "token": {"type": "http", "scheme": "bearer", "description": "`manage.py create_token`"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": settings.SESSION_COOKIE_NAME,
        "description": "Writing needs `X-CSRFToken`, too: the value of the CSRF cookie.",
    },
}

IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "Makes what is asked for once, however often it is sent.",
}

DESCRIPTION = """\
Lists are `{items, next}`; pass `next` as `?cursor=` for the page that follows.

What answers GET answers HEAD, too. A name that stands twice in an object is refused, and so is a
parameter of the query that is given twice, unless it is a list.

A POST takes an `Idempotency-Key`: sent again with the same body, it answers 200 with what the
first one made; with another body it is 409. For messages the body's `key` is the same thing. Those
that show a secret take none, since nothing keeps what they answer.

Refusals are problem details (RFC 9457). 429 says in `Retry-After` how many seconds to wait.
"""


class StrictParser(Parser):
    """Reads JSON bodies with orjson, which refuses lone surrogates and trailing rubbish.

    Of a query nothing is guessed: neither which of two values is meant, nor what broken text says.
    Operations that take none do not get here.
    """

    def parse_querydict(
        self, data: MultiValueDict, list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        if (broken := _not_in_utf_8(request.META.get("QUERY_STRING", ""))) is not None:
            raise Invalid.field(broken or "query", _("Send text in UTF-8."))
        twice = [
            name for name, values in data.lists() if len(values) > 1 and name not in list_fields
        ]
        if twice:
            words = _("This name appears twice; send it once.")
            raise Invalid("query", errors=[FieldError(name, words) for name in twice])
        return super().parse_querydict(data, list_fields, request)

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type not in _JSON:
            raise UnsupportedType("body", _("Send the body as application/json."))
        try:
            body = orjson.loads(request.body)
        except orjson.JSONDecodeError as wrong:
            raise Malformed(
                "body", _("Send valid JSON in UTF-8: %(why)s") % {"why": str(wrong)}
            ) from wrong
        if (field := given_twice(request.body, body)) is not None:
            raise Invalid.field(field or "body", _("This name appears twice; send it once."))
        # No column keeps it, and JSON has no other way to write it.
        if b"\\u0000" in request.body and (field := _field_with_nul(body)) is not None:
            raise Invalid.field(field or "body", _("Text may not contain the NUL character."))
        return body


class Api(NinjaAPI):
    """NinjaAPI that refuses in problem details and documents it so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._documents: dict[str, Any] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> Any:
        """The document of all operations; not to be changed by whoever asks for it.

        Made once in a process: it takes seconds, and is the same for everybody.
        """
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self._documents:
            self._documents[prefix] = self._document(prefix)
        return self._documents[prefix]

    def _document(self, prefix: str) -> Any:
        schema = super().get_openapi_schema(path_prefix=prefix)
        once = self._shown_once()
        for operations in schema["paths"].values():
            for method, operation in operations.items():
                _document_problems(operation["responses"])
                if method == "post" and operation["operationId"] not in once:
                    operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
                    _document_repeat(operation["responses"])
        schema.setdefault("components", {})["securitySchemes"] = CREDENTIALS
        schema["security"] = [{name: []} for name in CREDENTIALS]
        return schema

    def _shown_once(self) -> set[str]:
        return {
            self.get_openapi_operation_id(operation)
            for _prefix, router in self._routers
            for view in router.path_operations.values()
            for operation in view.operations
            if getattr(operation.view_func, "is_shown_once", False)
        }


def shown_once[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Say that an operation answers with a secret: it is kept nowhere, a repeat makes another."""
    view.is_shown_once = True  # pyright: ignore[reportFunctionMemberAccess]
    return view


def make_api(*, auth: Callable[[HttpRequest], object]) -> Api:
    """The API of a tenant's host, with nothing in it yet."""
    api = Api(
        title="Chancery",
        version="1",
        description=DESCRIPTION,
        urls_namespace="api",
        auth=auth,
        parser=StrictParser(),
        docs_url="/docs",
        openapi_url="/openapi.json",
    )
    # Ninja's annotation asks for the class of the exception where it passes the exception.
    api.add_exception_handler(Refusal, lambda request, refusal: problem_of(refusal))  # pyright: ignore[reportArgumentType]
    api.add_exception_handler(ValidationError, _invalid)  # pyright: ignore[reportArgumentType]
    api.add_exception_handler(HttpError, _http_error)  # pyright: ignore[reportArgumentType]
    api.add_exception_handler(RequestDataTooBig, _too_big)  # pyright: ignore[reportArgumentType]
    api.add_exception_handler(TooManyFieldsSent, _too_many)  # pyright: ignore[reportArgumentType]
    for outage in (OperationalError, InterfaceError):
        api.add_exception_handler(outage, _database_away)  # pyright: ignore[reportArgumentType]
    return api


def _document_problems(responses: dict[Any, Any]) -> None:
    for status, response in responses.items():
        if int(status) >= 400 and "content" in response:
            response["content"] = {CONTENT_TYPE: next(iter(response["content"].values()))}


def _document_repeat(responses: dict[Any, Any]) -> None:
    made = {str(status): response for status, response in responses.items()}.get("201")
    if made is not None and not {200, "200"} & responses.keys():
        responses[200] = made


def _invalid(request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    if any(error["loc"][0] == "path" for error in wrong.errors):
        # An id that cannot be one names nothing.
        return problem_of(NotFound("address"))
    fields = [FieldError(_field(error["loc"]), words_for(error)) for error in wrong.errors]
    return problem_of(Invalid("request", errors=fields))


def _not_in_utf_8(query: str) -> str | None:
    """The name of a parameter that Django would read as U+FFFD in part; None where there is none.

    The query is as WSGI hands it on: a character for each byte.
    """
    if query.isascii() and "%" not in query:
        return None
    for part in query.encode("latin-1").split(b"&"):
        name, _equals, value = part.replace(b"+", b" ").partition(b"=")
        try:
            (unquote_to_bytes(name) + b"=" + unquote_to_bytes(value)).decode()
        except UnicodeDecodeError:
            return unquote_to_bytes(name).decode(errors="replace")
    return None


def _field_with_nul(body: Any) -> str | None:
    """Where text with a NUL character stands, also as a name; None where there is none.

    Without recursion: JSON is read to a greater depth than Python calls itself.
    """
    left = [("", body)]
    while left:
        at, value = left.pop()
        if isinstance(value, str) and "\x00" in value:
            return at
        if isinstance(value, dict):
            if any("\x00" in name for name in value):
                return at
            left += [(f"{at}.{name}" if at else name, part) for name, part in value.items()]
        elif isinstance(value, list):
            left += [(f"{at}.{n}" if at else str(n), part) for n, part in enumerate(value)]
    return None


def _field(loc: tuple[Any, ...]) -> str:
    """The name by which the caller knows a field: without where it came from and our argument."""
    source, *rest = loc
    names = rest[1:] if source == "body" else rest
    return ".".join(str(name) for name in names) or str(source)


def _http_error(request: HttpRequest, wrong: HttpError) -> HttpResponse:
    # Ninja wraps what our parser says about a body into an error that says nothing.
    if isinstance(wrong.__cause__, Refusal):
        return problem_of(wrong.__cause__)
    return problem_of(Malformed("request", str(wrong)))


def _database_away(request: HttpRequest, wrong: Exception) -> HttpResponse:
    """A server that restarts, or a deadlock it broke up: nothing was stored, a retry will do."""
    logger.warning("the database did not answer: %s", type(wrong).__name__)
    words = _("The database is not responding at the moment; try again.")
    return problem_of(Unavailable("database", words, retry_after_s=_RETRY_AFTER_S))


def _too_many(request: HttpRequest, wrong: Exception) -> HttpResponse:
    return problem_of(Malformed("query", _("Send at most 500 parameters.")))


def _too_big(request: HttpRequest, wrong: Exception) -> HttpResponse:
    return problem_of(TooLarge.field("body", _("Send at most 1,000,000 bytes.")))
