"""Files in a bucket of an object store that speaks S3: `<tenant>/<two digits>/<name>`.

Parts go from the browser straight to the store, by presigned URLs of a multipart upload. What is
read goes through us all the same: access is asked for each byte range.
"""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import IO, Any, cast
from urllib.parse import urlsplit

import boto3
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from messaging.files.storage import (
    CHUNK_BYTES,
    Incomplete,
    Kept,
    PartWish,
    Source,
    StoredPart,
    TooMuch,
)
from tenants.context import current_tenant

_GONE = {"NoSuchKey", "NoSuchUpload", "404", "NoSuchBucket"}
_PIECE_BYTES = 8 * 2**20
_MOST_LISTED = 1000


class S3Store:
    """`CHANCERY_FILES=s3`, with `CHANCERY_S3_BUCKET` and, for others than AWS, an endpoint."""

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
                    self._client.put_object(**self._at(name), Body=piece)
                    return Kept(name, size, digest.digest())
                if handle is None:
                    handle = self.begin(name)
                if piece:
                    parts.append(self._send(name, handle, len(parts) + 1, piece))
                if len(piece) < _PIECE_BYTES:
                    break
            self._complete(name, handle, parts)
        except BaseException:
            if handle is not None:
                self.abandon(name, handle)
            raise
        return Kept(name, size, digest.digest())

    def open(self, name: str, start: int, end: int | None) -> IO[bytes]:
        wanted = {} if start == 0 and end is None else {"Range": _range(start, end)}
        try:
            return cast(IO[bytes], _Body(self._client.get_object(**self._at(name), **wanted)))
        except ClientError as wrong:
            if _code(wrong) == "InvalidRange":
                return cast(IO[bytes], _Body(None))
            raise _as_os_error(wrong, name) from wrong
        except BotoCoreError as away:
            raise OSError(f"the object store does not answer: {type(away).__name__}") from away

    def remove(self, name: str) -> None:
        self._client.delete_object(**self._at(name))

    def erase(self, slug: str) -> None:
        bucket = settings.CHANCERY_S3_BUCKET
        self._erase_uploads(bucket, slug)
        for page in self._client.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix=f"{slug}/"
        ):
            # One by one: not every store that speaks S3 knows how to delete many at once.
            for entry in page.get("Contents", ()):
                self._client.delete_object(Bucket=bucket, Key=entry["Key"])

    def begin(self, name: str) -> str:
        return self._client.create_multipart_upload(**self._at(name))["UploadId"]

    def part_url(self, name: str, handle: str, part: PartWish, *, seconds: int) -> str:
        wanted = {**self._at(name), "UploadId": handle, "PartNumber": part.number}
        wanted["ContentLength"] = part.size_bytes
        return self._signer.generate_presigned_url(
            "upload_part", Params=wanted, ExpiresIn=seconds, HttpMethod="PUT"
        )

    def parts(self, name: str, handle: str) -> Mapping[int, StoredPart]:
        found: dict[int, StoredPart] = {}
        try:
            pages = self._client.get_paginator("list_parts").paginate(
                **self._at(name), UploadId=handle, PaginationConfig={"PageSize": _MOST_LISTED}
            )
            for page in pages:
                for part in page.get("Parts", ()):
                    found[part["PartNumber"]] = StoredPart(part["Size"], part["ETag"])
        except ClientError as wrong:
            if _code(wrong) not in _GONE:
                raise
        return found

    def finish(self, name: str, handle: str, parts: Mapping[int, StoredPart]) -> bytes:
        listed = [
            {"PartNumber": number, "ETag": part.tag} for number, part in sorted(parts.items())
        ]
        try:
            self._complete(name, handle, listed)
        except ClientError as wrong:
            # Finished by an earlier try whose answer was lost: then the object is there.
            if _code(wrong) not in _GONE or not self._is_there(name):
                raise Incomplete from wrong
        return self._digest(name)

    def abandon(self, name: str, handle: str) -> None:
        try:
            self._client.abort_multipart_upload(**self._at(name), UploadId=handle)
        except ClientError as wrong:
            if _code(wrong) not in _GONE:
                raise

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": settings.CHANCERY_S3_BUCKET, "Key": f"{current_tenant()}/{name}"}

    def _send(self, name: str, handle: str, number: int, piece: bytes) -> dict[str, Any]:
        sent = self._client.upload_part(
            **self._at(name), UploadId=handle, PartNumber=number, Body=piece
        )
        return {"PartNumber": number, "ETag": sent["ETag"]}

    def _complete(self, name: str, handle: str, parts: list[dict[str, Any]]) -> None:
        self._client.complete_multipart_upload(
            **self._at(name), UploadId=handle, MultipartUpload={"Parts": parts}
        )

    def _is_there(self, name: str) -> bool:
        try:
            self._client.head_object(**self._at(name))
        except ClientError:
            return False
        return True

    def _digest(self, name: str) -> bytes:
        digest = hashlib.sha256()
        with self.open(name, 0, None) as body:
            while chunk := body.read(CHUNK_BYTES):
                digest.update(chunk)
        return digest.digest()

    def _erase_uploads(self, bucket: str, slug: str) -> None:
        found = self._client.list_multipart_uploads(Bucket=bucket, Prefix=f"{slug}/")
        for upload in found.get("Uploads", ()):
            self._client.abort_multipart_upload(
                Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"]
            )


class _Body:
    """An object's bytes as a file that is read forward."""

    def __init__(self, found: dict[str, Any] | None) -> None:
        self._stream = None if found is None else found["Body"]

    def read(self, size: int = -1) -> bytes:
        if self._stream is None:
            return b""
        try:
            return self._stream.read(None if size < 0 else size)
        except BotoCoreError as cut:
            raise OSError(f"the object store stopped: {type(cut).__name__}") from cut

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()

    def __enter__(self) -> "_Body":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _client(endpoint: str) -> Any:
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
            connect_timeout=5,
            read_timeout=30,
            retries={"max_attempts": 2},
        ),
    )


def _filled(source: Source) -> bytes:
    """A full piece, or a smaller one at the end."""
    taken, left = [], _PIECE_BYTES
    while left > 0 and (chunk := source.read(min(CHUNK_BYTES, left))):
        taken.append(chunk)
        left -= len(chunk)
    return b"".join(taken)


def _range(start: int, end: int | None) -> str:
    return f"bytes={start}-{'' if end is None else end - 1}"


def _code(wrong: ClientError) -> str:
    return str(wrong.response.get("Error", {}).get("Code", ""))


def _as_os_error(wrong: ClientError, name: str) -> OSError:
    if _code(wrong) in _GONE:
        return FileNotFoundError(name)
    return OSError(f"the object store refused: {_code(wrong)}")
