"""A file as an HTTP answer that no browser can be tricked by."""

import re
from collections.abc import Iterator
from typing import IO
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from core.errors import NotFound, Unavailable
from core.http import Request, has_already
from messaging.files import storage
from messaging.files.models import File, FileVersion
from messaging.files.ranges import NotSatisfiable, Span, span_of
from messaging.files.storage import CHUNK_BYTES

SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
"""Pictures that hold no script. Everything else is offered for saving, whatever it says it is."""

_UNKNOWN = "application/octet-stream"
_RUNS_IN_BROWSERS = re.compile(r"html|xml|svg|script|multipart|x-mixed", re.IGNORECASE)
_CSP = "default-src 'none'; sandbox"

type Bytes = File | FileVersion


def answer_with(request: Request, file: Bytes) -> HttpResponseBase:
    """The file's bytes, the range of them that was asked for, or that they are known already.

    Errors  NotFound where the bytes are lost; Unavailable while the store does not answer.
    """
    tag = f'"{bytes(file.sha256).hex()}"'
    if has_already(request, tag):
        return HttpResponse(status=304, headers={"ETag": tag})
    wants = request.headers.get("Range")
    if request.headers.get("If-Range", tag) != tag:
        wants = None
    return download(file, range_header=wants)


def download(file: Bytes, *, range_header: str | None = None) -> HttpResponseBase:
    """The file's bytes, or the range of them that was asked for."""
    try:
        span = span_of(range_header, file.size_bytes)
    except NotSatisfiable:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{file.size_bytes}"
        return _guarded(response, file)
    wanted = span or Span(0, file.size_bytes)
    source = _opened(file.storage_name, span)
    response = StreamingHttpResponse(
        _part(source, wanted), status=206 if span else 200, content_type=_content_type(file)
    )
    response["Content-Length"] = str(wanted.end - wanted.start)
    if span is not None:
        response["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{file.size_bytes}"
    return _guarded(response, file)


def thumbnail(request: Request, file: File) -> HttpResponseBase:
    """The small picture of a file, which we drew ourselves.

    Errors  NotFound where it has none.
    """
    if file.thumbnail_name is None:
        raise NotFound("thumbnail")
    tag = f'"{file.thumbnail_name.rpartition("/")[2]}"'
    if has_already(request, tag):
        return HttpResponse(status=304, headers={"ETag": tag})
    with _opened(file.thumbnail_name, None) as source:
        response = HttpResponse(source.read(), content_type="image/webp")
    response = _guarded(response, file)
    response["ETag"] = tag
    response["Content-Disposition"] = "inline"
    return response


def disposition(name: str, *, inline: bool) -> str:
    """A Content-Disposition for any name: plain for old readers, RFC 8187 for the others."""
    plain = "".join(
        one if one.isascii() and one.isprintable() and one not in '"\\%' else "_" for one in name
    )
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _opened(storage_name: str, span: Span | None) -> IO[bytes]:
    try:
        if span is None:
            return storage.open_kept(storage_name)
        return storage.open_kept(storage_name, start=span.start, end=span.end)
    except FileNotFoundError as gone:
        raise NotFound("file") from gone
    except OSError as away:
        raise Unavailable("files", retry_after_s=5) from away


def _content_type(file: Bytes) -> str:
    return _UNKNOWN if _RUNS_IN_BROWSERS.search(file.content_type) else file.content_type


def _guarded[R: HttpResponseBase](response: R, file: Bytes) -> R:
    inline = file.content_type in SHOWN_INLINE
    response["Content-Disposition"] = disposition(file.name, inline=inline)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _CSP
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = f'"{bytes(file.sha256).hex()}"'
    # Asked again each time, and answered with 304: whoever loses access loses the cached bytes too.
    response["Cache-Control"] = "private, no-cache"
    return response


def _part(source: IO[bytes], span: Span) -> Iterator[bytes]:
    with source:
        left = span.end - span.start
        while left > 0 and (chunk := source.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk
