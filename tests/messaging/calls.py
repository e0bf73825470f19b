"""Calls the REST API as one person, the way a program does."""

import json
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpResponse
from django.test import Client

API = "/api/v1"


@dataclass(frozen=True)
class Answer:
    """What came back, with the body read as JSON."""

    status: int
    body: Any
    raw: bytes
    headers: dict[str, str]

    @classmethod
    def of(cls, response: HttpResponse) -> "Answer":
        body = orjson.loads(response.content) if response.content else None
        return cls(response.status_code, body, response.content, dict(response.headers))

    @property
    def items(self) -> list[dict[str, Any]]:
        return self.body["items"]

    @property
    def problem(self) -> tuple[int, str]:
        """Status and code of a refusal, which must be problem details in every part."""
        assert self.headers["Content-Type"] == "application/problem+json", self
        assert set(self.body) == {"type", "title", "status", "detail", "code", "errors"}
        assert self.body["status"] == self.status
        assert self.body["title"]
        assert self.body["detail"]
        return self.status, self.body["code"]

    @property
    def fields(self) -> list[str]:
        """The fields that a refusal names, each with words."""
        assert all(error["message"] for error in self.body["errors"])
        return [error["field"] for error in self.body["errors"]]


class Caller:
    """`call(cast.ana.api).post("/conversations", {...})`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def get(self, path: str, /, **query: Any) -> Answer:
        return Answer.of(self._client.get(API + path, query))

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        return self.send("PATCH", path, body, **headers)

    def put(self, path: str, **headers: str) -> Answer:
        return self.send("PUT", path, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.send("DELETE", path, **headers)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A call with headers such as `Idempotency_Key="…"`."""
        raw = b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Answer.of(
            self._client.generic(method, API + path, raw, "application/json", headers=named)
        )


def call(client: Client) -> Caller:
    return Caller(client)
