"""Tries the store of the files, as an operator wants to know it: does each thing work?"""

import base64
import hashlib
import io
import time
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.conf import settings

from core.errors import Unavailable
from core.ids import new_id
from messaging.files import storage
from messaging.files.storage import PartAddress, PartWish, StoreAway
from tenants.context import OPERATORS, in_tenant

_BYTES = b"Chancery tries the store of its files.\n" * 10
_TIMEOUT_S = 15


def try_store() -> dict[str, str]:
    """Go through all that is asked of the store; returns what was tried, and how it went.

    Errors  Unavailable names the first step that failed, and what the store said.
    """
    steps: dict[str, str] = {"kept in": settings.CHANCERY_FILES}
    with in_tenant(OPERATORS):
        _try("write, read and remove", _round, steps)
        if storage.uploads_go_to():
            _try("send parts to signed addresses", _parts, steps)
    return steps


def _try(name, step, steps) -> None:
    began = time.monotonic()
    try:
        step()
    except (StoreAway, FileNotFoundError, URLError) as wrong:
        raise Unavailable("files", f"{name}: {wrong}") from wrong
    steps[name] = f"works, {(time.monotonic() - began) * 1000:.0f} ms"


def _round() -> None:
    kept = storage.keep(io.BytesIO(_BYTES), file_id=new_id(), most_bytes=len(_BYTES))
    try:
        with storage.open_kept(kept.storage_name, start=9, end=14) as source:
            read = source.read(5)
    finally:
        storage.remove_kept(kept.storage_name)
    if read != _BYTES[9:14]:
        raise StoreAway("a range was asked for, and something else came")


def _parts() -> None:
    name = storage.new_name()
    handle = storage.begin_upload(name)
    try:
        to = _address(name, handle)
        _must_refuse(to, bytes(reversed(_BYTES)), "a part that was damaged on the way")
        bent = PartAddress(to.url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"), to.headers)
        _must_refuse(bent, _BYTES, "a part whose address was forged")
        if status := _put(to, _BYTES):
            raise StoreAway(f"a part with a good address was refused with {status}")
        storage.finish_upload(name, handle, storage.parts_of(name, handle))
        storage.remove_kept(name)
    finally:
        storage.abandon_upload(name, handle)


def _address(name: str, handle: str) -> PartAddress:
    digest = base64.b64encode(hashlib.sha256(_BYTES).digest()).decode()
    wish = PartWish(1, len(_BYTES), digest)
    return storage.part_addresses(name, handle, [wish], seconds=60)[0]


def _must_refuse(to: PartAddress, content: bytes, what: str) -> None:
    if _put(to, content) == 0:
        raise StoreAway(f"the store took {what}: it does not check it")


def _put(to: PartAddress, content: bytes) -> int:
    """0 where the store took it, else the status with which it refused."""
    # The address is the store's own, by a setting: nobody else's words are in it.
    asked = Request(to.url, data=content, headers=dict(to.headers), method="PUT")  # noqa: S310
    asked.add_unredirected_header("Content-Type", "application/octet-stream")
    try:
        with urlopen(asked, timeout=_TIMEOUT_S):  # noqa: S310
            return 0
    except HTTPError as refused:
        return refused.code
