"""Uploads as a client does them."""

import base64
import hashlib
import io
from typing import Any

import httpx
from django.http import HttpResponseBase
from django.test import Client

from tests.cast import Person
from tests.messaging.calls import call


class DeadLine(io.BytesIO):
    """A connection that breaks in the middle of a body."""

    def __init__(self) -> None:
        super().__init__(b"x" * 500)

    def read(self, size: int | None = -1, /) -> bytes:
        if taken := super().read(size):
            return taken
        raise OSError("cut")


def begin(person: Person, name: str, size_bytes: int) -> dict[str, Any]:
    """A new upload."""
    answer = call(person.api).post("/uploads", {"name": name, "size_bytes": size_bytes})
    assert answer.status == 201, answer
    return answer.body


def signed(person: Person, upload: dict[str, Any], content: bytes, number: int) -> str:
    """The address for one part, bound to its checksum."""
    return address(person, upload, content, number)["url"]


def address(person: Person, upload: dict[str, Any], content: bytes, number: int) -> dict[str, Any]:
    """The address for one part, and the headers that belong to it."""
    piece = part_of(upload, content, number)
    digest = base64.b64encode(hashlib.sha256(piece).digest()).decode()
    answer = call(person.api).post(
        f"/uploads/{upload['id']}/parts", {"parts": [{"number": number, "sha256": digest}]}
    )
    assert answer.status == 200, answer
    return answer.items[0]


def part_of(upload: dict[str, Any], content: bytes, number: int) -> bytes:
    size = upload["part_bytes"]
    return content[(number - 1) * size : number * size]


def put(url: str, piece: bytes, *, host: str = "acme.localhost") -> HttpResponseBase:
    """Send a part; the address alone is the right to."""
    return Client(HTTP_HOST=host).put(url, piece, content_type="application/octet-stream")


def send(
    person: Person, upload: dict[str, Any], content: bytes, number: int
) -> HttpResponseBase | httpx.Response:
    """Send a part to wherever its address leads: to us, or to an object store."""
    to, piece = address(person, upload, content, number), part_of(upload, content, number)
    if to["url"].startswith("/"):
        return put(to["url"], piece)
    return httpx.put(to["url"], content=piece, headers=to["headers"])


def complete(person: Person, upload: dict[str, Any]) -> dict[str, Any]:
    """The file that is made of an upload."""
    answer = call(person.api).post(f"/uploads/{upload['id']}/complete")
    assert answer.status == 200, answer
    return answer.body


def uploaded(person: Person, name: str, content: bytes) -> dict[str, Any]:
    """A file that was uploaded and not sent yet."""
    upload = begin(person, name, len(content))
    for number in range(1, upload["part_count"] + 1):
        assert send(person, upload, content, number).status_code == 200
    return complete(person, upload)
