"""What is asked of an object store that speaks S3, and what becomes of its answers.

The store is botocore's own stub: calls and their parameters are checked against Amazon's
description of the API. No store of this kind could be started for the tests.
"""

import io
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from messaging.files import storage
from messaging.files.s3 import S3Store
from messaging.files.storage import Incomplete, PartWish, StoredPart, TooMuch

NAME = "ab/0123"
KEY = {"Bucket": "files", "Key": f"acme/{NAME}"}
WHOLE = b"first, second"


@pytest.fixture
def s3(settings):
    settings.CHANCERY_FILES = "s3"
    settings.CHANCERY_S3_BUCKET = "files"
    settings.CHANCERY_S3_ENDPOINT = "http://s3.internal:9000"
    settings.CHANCERY_S3_PUBLIC_ENDPOINT = "https://files.example"
    settings.CHANCERY_S3_REGION = "eu-1"
    settings.CHANCERY_S3_KEY_ID = "key"
    settings.CHANCERY_S3_SECRET = "secret"
    return S3Store()


@pytest.fixture
def store(s3):
    with Stubber(s3._client) as stub:
        yield stub
        stub.assert_no_pending_responses()


def body(content: bytes) -> dict:
    return {"Body": StreamingBody(io.BytesIO(content), len(content))}


def test_small_files_are_put_in_one_go_below_their_tenant(in_acme, s3, store):
    store.add_response("put_object", {}, {**KEY, "Body": WHOLE})

    kept = s3.write(NAME, io.BytesIO(WHOLE), most_bytes=100)

    assert (kept.storage_name, kept.size_bytes) == (NAME, len(WHOLE))


def test_large_files_are_put_in_parts(in_acme, s3, store, monkeypatch):
    monkeypatch.setattr("messaging.files.s3._PIECE_BYTES", 7)
    at = {**KEY, "UploadId": "u"}
    store.add_response("create_multipart_upload", {"UploadId": "u"}, KEY)
    store.add_response("upload_part", {"ETag": "a"}, {**at, "PartNumber": 1, "Body": b"first, "})
    store.add_response("upload_part", {"ETag": "b"}, {**at, "PartNumber": 2, "Body": b"second"})
    parts = [{"PartNumber": 1, "ETag": "a"}, {"PartNumber": 2, "ETag": "b"}]
    store.add_response("complete_multipart_upload", {}, {**at, "MultipartUpload": {"Parts": parts}})

    assert s3.write(NAME, io.BytesIO(WHOLE), most_bytes=100).size_bytes == len(WHOLE)


def test_too_much_leaves_no_upload_behind(in_acme, s3, store, monkeypatch):
    monkeypatch.setattr("messaging.files.s3._PIECE_BYTES", 7)
    store.add_response("create_multipart_upload", {"UploadId": "u"}, KEY)
    store.add_response("upload_part", {"ETag": "a"})
    store.add_response("abort_multipart_upload", {}, {**KEY, "UploadId": "u"})

    with pytest.raises(TooMuch):
        s3.write(NAME, io.BytesIO(WHOLE), most_bytes=10)


def test_addresses_of_parts_are_signed_for_the_public_name_of_the_store(in_acme, s3):
    url = urlsplit(s3.part_url(NAME, "u", PartWish(3, 10, None), seconds=900))

    asked = parse_qs(url.query)
    assert (url.netloc, url.path) == ("files.example", f"/files/acme/{NAME}")
    assert (asked["partNumber"], asked["uploadId"]) == (["3"], ["u"])
    assert asked["X-Amz-Expires"] == ["900"]
    assert "content-length" in asked["X-Amz-SignedHeaders"][0]
    assert asked["X-Amz-Signature"]
    assert s3.public_origin == "https://files.example"


def test_what_has_arrived_is_asked_of_the_store(in_acme, s3, store):
    found = {"Parts": [{"PartNumber": 2, "Size": 7, "ETag": "b"}], "IsTruncated": False}
    store.add_response("list_parts", found)

    assert s3.parts(NAME, "u") == {2: StoredPart(7, "b")}

    store.add_client_error("list_parts", "NoSuchUpload")
    assert s3.parts(NAME, "u") == {}


def test_finishing_twice_is_finishing_once(in_acme, s3, store):
    store.add_client_error("complete_multipart_upload", "NoSuchUpload")
    store.add_response("head_object", {}, KEY)
    store.add_response("get_object", body(WHOLE), KEY)

    assert len(s3.finish(NAME, "u", {1: StoredPart(13, "a")})) == 32

    store.add_client_error("complete_multipart_upload", "InvalidPart")
    with pytest.raises(Incomplete):
        s3.finish(NAME, "u", {1: StoredPart(13, "a")})


def test_ranges_are_asked_of_the_store(in_acme, s3, store):
    store.add_response("get_object", body(b"sec"), {**KEY, "Range": "bytes=7-9"})

    with s3.open(NAME, 7, 10) as source:
        assert source.read(100) == b"sec"


def test_what_is_gone_is_gone_and_a_store_that_refuses_is_away(in_acme, s3, store):
    store.add_client_error("get_object", "NoSuchKey")
    with pytest.raises(FileNotFoundError):
        s3.open(NAME, 0, None)

    store.add_client_error("get_object", "SlowDown")
    with pytest.raises(OSError, match="SlowDown") as away:
        s3.open(NAME, 0, None)
    assert not isinstance(away.value, FileNotFoundError)


def test_erasing_a_tenant_takes_its_files_and_uploads_and_no_others(s3, store):
    uploads = {"Uploads": [{"Key": "acme/ab/1", "UploadId": "u"}]}
    store.add_response("list_multipart_uploads", uploads, {"Bucket": "files", "Prefix": "acme/"})
    store.add_response("abort_multipart_upload", {})
    listed = {"Contents": [{"Key": "acme/ab/2"}], "IsTruncated": False}
    store.add_response("list_objects_v2", listed, {"Bucket": "files", "Prefix": "acme/"})
    store.add_response("delete_object", {}, {"Bucket": "files", "Key": "acme/ab/2"})

    s3.erase("acme")


def test_the_setting_decides_where_files_lie(settings, monkeypatch):
    storage._store.cache_clear()
    assert storage.uploads_go_to() == []
    settings.CHANCERY_FILES = "s3"
    settings.CHANCERY_S3_ENDPOINT = "https://files.example/path"
    storage._store.cache_clear()

    assert storage.uploads_go_to() == ["https://files.example"]

    storage._store.cache_clear()
