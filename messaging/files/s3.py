"""Files in a bucket of an object store that speaks S3: `<tenant>/<two digits>/<name>`.

Parts go from the browser straight to the store, by presigned URLs of a multipart upload. What is
read goes through us all the same: access is asked for each byte range.

Each part is sent with its SHA-256 in a signed header, so that the store refuses other bytes. Stores
that keep the sums (AWS, MinIO) want them named again at the end; those that only check them do not.
"""

import base64
import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import IO, Any, cast
from urllib.parse import urlsplit

import boto3
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from messaging.files.patience import Patience
from messaging.files.storage import (
    CHUNK_BYTES,
    Incomplete,
    Kept,
    PartAddress,
    PartWish,
    Source,
    StoreAway,
    StoredPart,
    TooMuch,
)
from tenants.context import current_tenant

logger = logging.getLogger("chancery.files")

_GONE = {"NoSuchKey", "NoSuchUpload", "404"}
_NOT_WHOLE = {"InvalidPart", "InvalidPartOrder", "EntityTooSmall", "BadDigest"}
_EXPECTED = _GONE | _NOT_WHOLE | {"InvalidRange"}
_PIECE_BYTES = 8 * 2**20
_PAGE = 1000
_SUM_HEADER = "x-amz-checksum-sha256"


type Asking = Callable[[], AbstractContextManager[None]]


class S3Store:
    """`CHANCERY_FILES=s3`, with `CHANCERY_S3_BUCKET` and, for others than AWS, an endpoint."""

    wants_sums = True

    def __init__(self) -> None:
        self._patience = Patience()

    @cached_property
    def _client(self) -> Any:
        return _client(settings.CHANCERY_S3_ENDPOINT)

    @cached_property
    def _signer(self) -> Any:
        """The address by which browsers reach the store may be another one than ours."""
        return _client(settings.CHANCERY_S3_PUBLIC_ENDPOINT or settings.CHANCERY_S3_ENDPOINT)

    @property
    def public_origin(self) -> str:
        """Where browsers send parts."""
        address = settings.CHANCERY_S3_PUBLIC_ENDPOINT or settings.CHANCERY_S3_ENDPOINT
        if not address:
            return f"https://s3.{settings.CHANCERY_S3_REGION}.amazonaws.com"
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.netloc}"

    def write(self, name: str, source: Source, *, most_bytes: int) -> Kept:
        """Small files in one go, larger ones as a multipart upload that is abandoned on failure."""
        digest, size = hashlib.sha256(), 0
        handle, parts = None, []
        try:
            while True:
                piece = _filled(source)
                size += len(piece)
                if size > most_bytes:
                    raise TooMuch
                digest.update(piece)
                if handle is None and len(piece) < _PIECE_BYTES:
                    self._put(name, piece)
                    return Kept(name, size, digest.digest())
                if handle is None:
                    handle = self.begin(name)
                if piece:
                    parts.append(self._send(name, handle, len(parts) + 1, piece))
                if len(piece) < _PIECE_BYTES:
                    break
            with self._asking():
                self._complete(name, handle, parts)
        except BaseException:
            if handle is not None:
                self._give_up(name, handle)
            raise
        return Kept(name, size, digest.digest())

    def open(self, name: str, start: int, end: int | None) -> IO[bytes]:
        wanted = {} if start == 0 and end is None else {"Range": _range(start, end)}
        try:
            with self._asking():
                return cast(
                    IO[bytes],
                    _Body(self._client.get_object(**self._at(name), **wanted), self._asking),
                )
        except _Refused as refused:
            if refused.code == "InvalidRange":
                return cast(IO[bytes], _Body(None, self._asking))
            if refused.code in _GONE:
                raise FileNotFoundError(name) from refused
            raise

    def remove(self, name: str) -> None:
        with self._asking():
            self._client.delete_object(**self._at(name))

    def erase(self, slug: str) -> None:
        bucket = settings.CHANCERY_S3_BUCKET
        with self._asking():
            for upload in self._listed("list_multipart_uploads", "Uploads", slug):
                self._abort(upload["Key"], upload["UploadId"])
            for entry in self._listed("list_objects_v2", "Contents", slug):
                # One by one: not every store that speaks S3 knows how to delete many at once.
                self._client.delete_object(Bucket=bucket, Key=entry["Key"])

    def begin(self, name: str) -> str:
        with self._asking():
            begun = self._client.create_multipart_upload(
                **self._at(name), ChecksumAlgorithm="SHA256"
            )
        return begun["UploadId"]

    def part_address(self, name: str, handle: str, part: PartWish, *, seconds: int) -> PartAddress:
        wanted = {**self._at(name), "UploadId": handle, "PartNumber": part.number}
        wanted |= {"ContentLength": part.size_bytes, "ChecksumSHA256": part.sha256}
        url = self._signer.generate_presigned_url(
            "upload_part", Params=wanted, ExpiresIn=seconds, HttpMethod="PUT"
        )
        return PartAddress(url, {_SUM_HEADER: part.sha256 or ""})

    def parts(self, name: str, handle: str) -> Mapping[int, StoredPart]:
        found: dict[int, StoredPart] = {}
        try:
            with self._asking():
                pages = self._client.get_paginator("list_parts").paginate(
                    **self._at(name), UploadId=handle, PaginationConfig={"PageSize": _PAGE}
                )
                for page in pages:
                    for part in page.get("Parts", ()):
                        found[part["PartNumber"]] = StoredPart(
                            part["Size"], part["ETag"], part.get("ChecksumSHA256")
                        )
        except _Refused as refused:
            if refused.code not in _GONE:
                raise
        return found

    def finish(self, name: str, handle: str, parts: Mapping[int, StoredPart]) -> bytes:
        listed = [_listed_part(number, part) for number, part in sorted(parts.items())]
        try:
            with self._asking():
                self._complete(name, handle, listed)
        except _Refused as refused:
            if refused.code in _NOT_WHOLE:
                raise Incomplete from refused
            if refused.code not in _GONE:
                raise
            # Finished by an earlier try whose answer was lost: then the object is there.
            if not self._is_there(name):
                raise Incomplete from refused
        return self._digest(name)

    def abandon(self, name: str, handle: str) -> None:
        with self._asking():
            self._abort(self._at(name)["Key"], handle)

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": settings.CHANCERY_S3_BUCKET, "Key": f"{current_tenant()}/{name}"}

    def _put(self, name: str, piece: bytes) -> None:
        with self._asking():
            self._client.put_object(**self._at(name), Body=piece, ChecksumSHA256=_sum(piece))

    def _send(self, name: str, handle: str, number: int, piece: bytes) -> dict[str, Any]:
        digest = _sum(piece)
        with self._asking():
            sent = self._client.upload_part(
                **self._at(name),
                UploadId=handle,
                PartNumber=number,
                Body=piece,
                ChecksumSHA256=digest,
            )
        kept = digest if sent.get("ChecksumSHA256") else None
        return _listed_part(number, StoredPart(len(piece), sent["ETag"], kept))

    def _complete(self, name: str, handle: str, parts: list[dict[str, Any]]) -> None:
        self._client.complete_multipart_upload(
            **self._at(name), UploadId=handle, MultipartUpload={"Parts": parts}
        )

    def _abort(self, key: str, handle: str) -> None:
        bucket = settings.CHANCERY_S3_BUCKET
        try:
            self._client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=handle)
        except ClientError as wrong:
            if _code(wrong) not in _GONE:
                raise

    def _give_up(self, name: str, handle: str) -> None:
        """Leave nothing behind; what cannot be reached now the bucket's lifecycle rule removes."""
        try:
            self.abandon(name, handle)
        except StoreAway:
            logger.warning("an upload that failed is left in the bucket", extra={"object": name})

    def _is_there(self, name: str) -> bool:
        try:
            with self._asking():
                self._client.head_object(**self._at(name))
        except _Refused as refused:
            if refused.code in _GONE:
                return False
            raise
        return True

    def _digest(self, name: str) -> bytes:
        digest = hashlib.sha256()
        with self.open(name, 0, None) as body:
            while chunk := body.read(CHUNK_BYTES):
                digest.update(chunk)
        return digest.digest()

    def _listed(self, operation: str, what: str, slug: str) -> Iterator[dict[str, Any]]:
        bucket = settings.CHANCERY_S3_BUCKET
        pages = self._client.get_paginator(operation).paginate(
            Bucket=bucket, Prefix=f"{slug}/", PaginationConfig={"PageSize": _PAGE}
        )
        for page in pages:
            yield from page.get(what, ())

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Say in our own words what went wrong. What an operator has to mend is in the log."""
        if not self._patience.may_ask():
            raise StoreAway("the object store did not answer a moment ago")
        try:
            yield
        except ClientError as wrong:
            self._patience.worked()
            code = _code(wrong)
            if code not in _EXPECTED:
                logger.error("the object store refused %s: %s", wrong.operation_name, code)
            raise _Refused(code) from wrong
        except (BotoCoreError, OSError) as away:
            if isinstance(away, StoreAway):
                raise
            self._patience.failed()
            logger.error("the object store does not answer: %s", type(away).__name__)
            raise StoreAway(f"the object store does not answer: {type(away).__name__}") from away
        self._patience.worked()


class _Refused(StoreAway):
    """The store answered, and said no."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the object store refused: {code}")
        self.code = code


class _Body:
    """An object's bytes as a file that is read forward."""

    def __init__(self, found: dict[str, Any] | None, asking: Asking) -> None:
        self._stream = None if found is None else found["Body"]
        self._asking = asking

    def seekable(self) -> bool:
        return False

    def read(self, size: int = -1) -> bytes:
        if self._stream is None:
            return b""
        with self._asking():
            return self._stream.read(None if size < 0 else size)

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()

    def __enter__(self) -> "_Body":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _client(endpoint: str) -> Any:
    seconds = settings.CHANCERY_S3_TIMEOUT_S
    return boto3.client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=settings.CHANCERY_S3_REGION,
        aws_access_key_id=settings.CHANCERY_S3_KEY_ID or None,
        aws_secret_access_key=settings.CHANCERY_S3_SECRET or None,
        config=Config(
            signature_version="s3v4",
            # Not every store that speaks S3 knows buckets as host names, or the newer checksums.
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            connect_timeout=min(5, seconds),
            read_timeout=seconds,
            retries={"total_max_attempts": 2, "mode": "standard"},
        ),
    )


def _filled(source: Source) -> bytes:
    """A full piece, or a smaller one at the end."""
    taken, left = [], _PIECE_BYTES
    while left > 0 and (chunk := source.read(min(CHUNK_BYTES, left))):
        taken.append(chunk)
        left -= len(chunk)
    return b"".join(taken)


def _listed_part(number: int, part: StoredPart) -> dict[str, Any]:
    listed = {"PartNumber": number, "ETag": part.tag}
    return listed | ({"ChecksumSHA256": part.sha256} if part.sha256 else {})


def _sum(piece: bytes) -> str:
    return base64.b64encode(hashlib.sha256(piece).digest()).decode()


def _range(start: int, end: int | None) -> str:
    return f"bytes={start}-{'' if end is None else end - 1}"


def _code(wrong: ClientError) -> str:
    return str(wrong.response.get("Error", {}).get("Code", ""))
