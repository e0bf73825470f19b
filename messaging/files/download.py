"""A file as an HTTP answer that no browser can be tricked by."""

import re
from collections.abc import Iterator
from typing import IO
from urllib.parse import quote

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse

from messaging.files.models import File
from messaging.files.ranges import NotSatisfiable, Span, span_of
from messaging.files.storage import CHUNK_BYTES

SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
"""Pictures that hold no script. Everything else is offered for saving, whatever it says it is."""

_UNKNOWN = "application/octet-stream"
_RUNS_IN_BROWSERS = re.compile(r"html|xml|svg|script|multipart|x-mixed", re.IGNORECASE)
_CSP = "default-src 'none'; sandbox"


def download(file: File, source: IO[bytes], *, range_header: str | None = None) -> HttpResponseBase:
    """The file's bytes, or the range of them that was asked for."""
    try:
        span = span_of(range_header, file.size_bytes)
    except NotSatisfiable:
        source.close()
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{file.size_bytes}"
        return _guarded(response, file)
    if span is None:
        response = FileResponse(source, content_type=_content_type(file))
        response["Content-Length"] = str(file.size_bytes)
    else:
        response = StreamingHttpResponse(
            _part(source, span), status=206, content_type=_content_type(file)
        )
        response["Content-Length"] = str(span.end - span.start)
        response["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{file.size_bytes}"
    return _guarded(response, file)


def disposition(name: str, *, inline: bool) -> str:
    """A Content-Disposition for any name: plain for old readers, RFC 8187 for the others."""
    plain = "".join(
        one if one.isascii() and one.isprintable() and one not in '"\\%' else "_" for one in name
    )
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _content_type(file: File) -> str:
    return _UNKNOWN if _RUNS_IN_BROWSERS.search(file.content_type) else file.content_type


def _guarded(response: HttpResponseBase, file: File) -> HttpResponseBase:
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
        source.seek(span.start)
        left = span.end - span.start
        while left > 0 and (chunk := source.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk
