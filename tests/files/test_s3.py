"""Files in an object store: OpenStack Swift, which speaks S3 and refuses what is forged.

What Swift does not do and other stores do is played by botocore's stub, at the end.
"""

import hashlib
import io
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.stub import Stubber
from django.utils import timezone
from PIL import Image

from core.ids import new_id
from messaging.conversations.services import remove_member
from messaging.files import storage, uploads
from messaging.files.events import FileUploaded
from messaging.files.handlers import inspect
from messaging.files.models import File, FileVersion, Upload
from messaging.files.patience import PAUSE_S, Patience
from messaging.files.s3 import S3Store
from messaging.files.storage import (
    Incomplete,
    PartWish,
    StoreAway,
    StoredPart,
    TooMuch,
    erase_files,
)
from messaging.files.tasks import tidy
from tenants.context import in_tenant
from tests.files.pieces import address, begin, complete, part_of, send, uploaded
from tests.messaging.calls import call
from tests.messaging.places import make_channel

PART = 1000
CONTENT = bytes(range(256)) * 10


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(uploads, "PART_BYTES", PART)


@pytest.fixture
def plans(cast, in_acme, bucket):
    """A private channel of Ana's, with Bo; its files lie in the store."""
    return make_channel(cast.ana, cast.bo, name="plans", kind="private")


@pytest.fixture
def listing(object_store, bucket):
    """Ask the store itself which objects and which begun uploads it holds."""

    def ask(prefix: str = "") -> tuple[list[str], int]:
        listed = object_store.client.list_objects_v2(Bucket=bucket, Prefix=prefix)
        begun = object_store.client.list_multipart_uploads(Bucket=bucket, Prefix=prefix)
        keys = [entry["Key"] for entry in listed.get("Contents", ())]
        return keys, len(begun.get("Uploads", ()))

    return ask


def share(person, place, name, content):
    file = uploaded(person, name, content)
    body = {"text": "", "key": str(new_id()), "file_ids": [file["id"]]}
    answer = call(person.api).post(f"/conversations/{place.id}/messages", body)
    assert answer.status == 201, answer
    return answer.body["files"][0]


def body_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


def put(to, piece) -> int:
    return httpx.put(to["url"], content=piece, headers=to["headers"]).status_code


def test_parts_go_straight_to_the_store_and_on_where_they_were_cut(cast, in_acme, bucket, listing):
    upload = begin(cast.ana, "plan.txt", len(CONTENT))
    assert send(cast.ana, upload, CONTENT, 3).status_code == 200
    assert send(cast.ana, upload, CONTENT, 1).status_code == 200

    standing = call(cast.ana.api).get(f"/uploads/{upload['id']}").body
    early = call(cast.ana.api).post(f"/uploads/{upload['id']}/complete")
    assert standing["received"] == [1, 3]
    assert early.problem == (409, "incomplete")
    assert listing() == ([], 1)

    assert send(cast.ana, upload, CONTENT, 2).status_code == 200
    file, again = complete(cast.ana, upload), complete(cast.ana, upload)

    assert file == again
    row = File.objects.get()
    assert listing() == ([f"acme/{row.storage_name}"], 0)
    assert bytes(row.sha256) == hashlib.sha256(CONTENT).digest()
    assert body_of(cast.ana.api.get(file["url"])) == CONTENT


def test_each_range_is_asked_of_the_store_and_of_the_rights(cast, plans):
    file = share(cast.ana, plans, "plan.txt", CONTENT)

    def ranged(asked):
        return cast.bo.api.get(file["url"], headers={"Range": asked})

    part = ranged("bytes=1000-1009")
    assert (part.status_code, body_of(part)) == (206, CONTENT[1000:1010])
    assert body_of(ranged("bytes=-5")) == CONTENT[-5:]
    assert ranged("bytes=9999-").status_code == 416

    remove_member(cast.ana.actor, conversation_id=plans.id, user_id=cast.bo.id)

    assert ranged("bytes=0-1").status_code == 404
    assert cast.cy.api.get(file["url"]).status_code == 404
    assert cast.dee.api.get(file["url"]).status_code == 404


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("partNumber=1", "partNumber=2"),
        ("X-Amz-Expires=900", "X-Amz-Expires=90000"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
        ("/acme/", "/globex/"),
        ("uploadId=", "uploadId=x"),
    ],
)
def test_the_store_refuses_an_address_that_was_bent(cast, in_acme, bucket, old, new):
    upload = begin(cast.ana, "plan.txt", len(CONTENT))
    to, piece = address(cast.ana, upload, CONTENT, 1), part_of(upload, CONTENT, 1)
    assert old in to["url"]

    assert put(to | {"url": to["url"].replace(old, new, 1)}, piece) == 403
    assert call(cast.ana.api).get(f"/uploads/{upload['id']}").body["received"] == []
    assert put(to, piece) == 200


def test_the_store_refuses_an_address_that_has_ended(cast, in_acme, bucket, monkeypatch):
    upload = begin(cast.ana, "plan.txt", len(CONTENT))
    past = datetime.now(UTC) - timedelta(seconds=uploads.URL_GOOD_FOR_S + 5)
    with monkeypatch.context() as then:
        then.setattr("botocore.auth.get_current_datetime", lambda: past)
        to = address(cast.ana, upload, CONTENT, 1)

    answer = httpx.put(to["url"], content=part_of(upload, CONTENT, 1), headers=to["headers"])

    assert answer.status_code == 403
    assert "expired" in answer.text
    assert call(cast.ana.api).get(f"/uploads/{upload['id']}").body["received"] == []


def test_the_store_takes_no_other_bytes_than_those_announced(cast, in_acme, bucket):
    upload = begin(cast.ana, "plan.txt", len(CONTENT))
    to, piece = address(cast.ana, upload, CONTENT, 1), part_of(upload, CONTENT, 1)
    other = bytes(reversed(piece))

    assert put(to, other) == 400
    assert put(to, piece[:-1]) == 403
    assert put(to | {"headers": {}}, piece) == 403
    theirs = next(iter(address(cast.ana, upload, other, 1)["headers"].values()))
    assert put(to | {"headers": {"x-amz-checksum-sha256": theirs}}, other) == 403
    assert call(cast.ana.api).get(f"/uploads/{upload['id']}").body["received"] == []


def test_a_part_without_its_checksum_gets_no_address(cast, in_acme, bucket):
    upload = begin(cast.ana, "plan.txt", len(CONTENT))

    answer = call(cast.ana.api).post(f"/uploads/{upload['id']}/parts", {"parts": [{"number": 1}]})

    assert (answer.problem, answer.fields) == ((422, "no_checksum"), ["parts"])


def test_thumbnails_and_measures_are_made_of_what_lies_in_the_store(
    cast, plans, listing, monkeypatch
):
    monkeypatch.setattr(uploads, "PART_BYTES", 2**17)
    target = io.BytesIO()
    Image.effect_noise((900, 600), 90).convert("RGB").save(target, "JPEG")
    file = share(cast.ana, plans, "lamp.jpg", target.getvalue())
    assert (file["width"], file["height"], file["thumbnail_url"]) == (900, 600, None)

    inspect(FileUploaded(cast.ana.id, file["id"]))

    seen = call(cast.bo.api).get(f"/files/{file['id']}/info").body
    drawn = cast.bo.api.get(seen["thumbnail_url"])
    assert drawn["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(drawn.content)).size == (720, 480)
    assert cast.cy.api.get(seen["thumbnail_url"]).status_code == 404
    assert len(listing("acme/")[0]) == 2


def test_pictures_are_measured_without_reading_them_whole(cast, in_acme, bucket, monkeypatch):
    target = io.BytesIO()
    Image.effect_noise((1500, 1200), 90).save(target, "TIFF")
    asked: list[int] = []
    real = S3Store.open

    def counted(self, name, start, end):
        asked.append((end or 10**9) - start)
        return real(self, name, start, end)

    monkeypatch.setattr(S3Store, "open", counted)
    monkeypatch.setattr(S3Store, "_digest", lambda *_args: b"0" * 32)
    monkeypatch.setattr(uploads, "PART_BYTES", 2**22)

    file = uploaded(cast.ana, "noise.tiff", target.getvalue())

    assert (file["width"], file["height"]) == (1500, 1200)
    assert sum(asked) < 2**20 < file["size_bytes"]


def test_versions_are_kept_and_come_back(cast, plans):
    file = share(cast.ana, plans, "plan.txt", b"first")
    newer = uploaded(cast.ana, "plan 2.txt", b"second")
    call(cast.ana.api).post(f"/files/{file['id']}/versions", {"file_id": newer["id"]})

    assert body_of(cast.bo.api.get(f"{file['url']}")) == b"second"
    assert body_of(cast.bo.api.get(f"{file['url']}/versions/1")) == b"first"
    call(cast.ana.api).post(f"/files/{file['id']}/versions/1/restore")
    assert body_of(cast.bo.api.get(file["url"])) == b"first"
    assert FileVersion.objects.count() == 2


def test_deleting_keeps_the_bytes_out_of_sight_and_removes_what_was_never_sent(
    cast, plans, listing
):
    shared = share(cast.ana, plans, "plan.txt", b"shared")
    unsent = uploaded(cast.ana, "draft.txt", b"unsent")
    assert len(listing()[0]) == 2

    for file in (shared, unsent):
        assert call(cast.ana.api).delete(f"/files/{file['id']}").status == 204

    assert cast.bo.api.get(shared["url"]).status_code == 404
    kept = File.objects.get()
    assert listing()[0] == [f"acme/{kept.storage_name}"]


def test_cancelling_leaves_nothing_in_the_store(cast, in_acme, bucket, listing):
    upload = begin(cast.ana, "plan.txt", len(CONTENT))
    to = address(cast.ana, upload, CONTENT, 2)
    send(cast.ana, upload, CONTENT, 1)
    assert listing() == ([], 1)

    assert call(cast.ana.api).delete(f"/uploads/{upload['id']}").status == 204

    assert listing() == ([], 0)
    assert put(to, part_of(upload, CONTENT, 2)) == 404


def test_erasing_an_organisation_takes_its_files_and_uploads_and_no_others(
    cast, in_acme, bucket, listing, monkeypatch
):
    monkeypatch.setattr("messaging.files.s3._PAGE", 2)
    for number in range(3):
        uploaded(cast.ana, f"{number}.txt", b"ours")
        begin(cast.ana, f"half {number}.txt", 10)
    with in_tenant("globex"):
        theirs = storage.keep(io.BytesIO(b"theirs"), file_id=new_id(), most_bytes=10)
    assert [len(listing("acme/")[0]), listing("acme/")[1]] == [3, 3]

    erase_files("acme")

    assert listing("acme/") == ([], 0)
    assert listing()[0] == [f"globex/{theirs.storage_name}"]


def test_large_files_of_our_own_are_put_in_parts_and_too_much_leaves_nothing(
    cast, in_acme, bucket, listing, monkeypatch
):
    monkeypatch.setattr("messaging.files.s3._PIECE_BYTES", 700)
    kept = storage.keep(io.BytesIO(CONTENT), file_id=new_id(), most_bytes=len(CONTENT))
    with storage.open_kept(kept.storage_name) as source:
        assert source.read() == CONTENT
    assert kept.sha256 == hashlib.sha256(CONTENT).digest()

    with pytest.raises(TooMuch):
        storage.keep(io.BytesIO(CONTENT), file_id=new_id(), most_bytes=2000)

    assert listing() == ([f"acme/{kept.storage_name}"], 0)


# A store that does not do what it should -------------------------------------------------------


@pytest.fixture
def deaf() -> Iterator[str]:
    """The address of something that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    taken.append(server.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        for connection in taken:
            connection.close()
        thread.join()


@pytest.fixture(params=["refuses", "away", "hangs", "no bucket"])
def break_store(request, deaf, settings):
    """From now on the store does not serve us, in one of the ways in which stores fail."""

    def now() -> None:
        if request.param == "refuses":
            settings.CHANCERY_S3_SECRET = "another"
        elif request.param == "no bucket":
            settings.CHANCERY_S3_BUCKET = "there-is-none"
        else:
            settings.CHANCERY_S3_TIMEOUT_S = 1
            settings.CHANCERY_S3_ENDPOINT = deaf if request.param == "hangs" else _nobody_there()
        storage._store.cache_clear()

    return now


def _nobody_there() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def test_while_the_store_is_away_people_are_told_and_nothing_is_done_by_half(
    cast, plans, break_store
):
    shared = share(cast.ana, plans, "plan.txt", b"shared")
    unsent = uploaded(cast.ana, "draft.txt", b"unsent")
    upload = begin(cast.ana, "half.txt", 10)
    send(cast.ana, upload, b"x" * 10, 1)
    ask = call(cast.ana.api)
    before = (Upload.objects.count(), File.objects.count())

    break_store()
    answers = [
        ask.post("/uploads", {"name": "new.txt", "size_bytes": 5}),
        ask.get(f"/uploads/{upload['id']}"),
        ask.post(f"/uploads/{upload['id']}/complete"),
        ask.delete(f"/uploads/{upload['id']}"),
        ask.delete(f"/files/{unsent['id']}"),
        ask.get(f"/files/{shared['id']}"),
    ]

    assert [answer.problem for answer in answers] == [(503, "unavailable")] * 6
    assert answers[0].headers["Retry-After"] == "5"
    assert (Upload.objects.count(), File.objects.count()) == before


def test_a_store_that_hangs_is_waited_for_by_one_and_not_by_everybody(
    cast, in_acme, bucket, deaf, object_store, settings, monkeypatch
):
    kept = storage.keep(io.BytesIO(b"here"), file_id=new_id(), most_bytes=10)
    settings.CHANCERY_S3_TIMEOUT_S, settings.CHANCERY_S3_ENDPOINT = 1, deaf
    storage._store.cache_clear()
    now = [1000.0]
    monkeypatch.setattr(storage._store()._patience, "_clock", lambda: now[0])

    def seconds_until_refused() -> float:
        began = time.monotonic()
        with pytest.raises(StoreAway):
            storage.open_kept(kept.storage_name)
        return time.monotonic() - began

    assert seconds_until_refused() >= 1
    assert max(seconds_until_refused() for _ in range(20)) < 0.5
    now[0] += PAUSE_S + 1
    assert seconds_until_refused() >= 1

    now[0] += PAUSE_S + 1
    vars(storage._store())["_client"] = object_store.client
    with storage.open_kept(kept.storage_name) as source:
        assert source.read() == b"here"
    storage.open_kept(kept.storage_name).close()


def test_only_one_asks_after_a_pause():
    now = [0.0]
    patience = Patience(clock=lambda: now[0])
    assert [patience.may_ask() for _ in range(3)] == [True] * 3

    patience.failed()
    assert not patience.may_ask()
    now[0] = PAUSE_S
    assert [patience.may_ask() for _ in range(3)] == [True, False, False]

    # It never came back.
    now[0] = 2 * PAUSE_S
    assert [patience.may_ask() for _ in range(2)] == [True, False]
    patience.worked()
    assert [patience.may_ask() for _ in range(2)] == [True, True]


def test_the_clock_keeps_what_it_cannot_tidy(cast, in_acme, bucket, break_store):
    begin(cast.ana, "half.txt", 10)
    Upload.objects.update(expires_at=timezone.now() - timedelta(days=3))

    break_store()
    tidy()

    assert Upload.objects.count() == 1


def test_a_thumbnail_that_cannot_be_drawn_now_is_drawn_later(
    cast, in_acme, bucket, settings, object_store
):
    target = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").save(target, "PNG")
    file = uploaded(cast.ana, "lamp.png", target.getvalue())
    fact = FileUploaded(cast.ana.id, file["id"])

    settings.CHANCERY_S3_ENDPOINT = _nobody_there()
    storage._store.cache_clear()
    with pytest.raises(StoreAway):
        inspect(fact)
    settings.CHANCERY_S3_ENDPOINT = object_store.endpoint
    storage._store.cache_clear()
    inspect(fact)

    assert File.objects.get().thumbnail_name is not None


# What other stores than Swift do, played by botocore's stub ------------------------------------

NAME = "ab/0123"
KEY = {"Bucket": "files", "Key": f"acme/{NAME}"}


@pytest.fixture
def s3(settings):
    settings.CHANCERY_S3_BUCKET = "files"
    settings.CHANCERY_S3_ENDPOINT = "http://s3.internal:9000"
    settings.CHANCERY_S3_PUBLIC_ENDPOINT = "https://files.example"
    settings.CHANCERY_S3_KEY_ID, settings.CHANCERY_S3_SECRET = "key", "secret"
    return S3Store()


@pytest.fixture
def stub(s3):
    with Stubber(s3._client) as stub:
        yield stub
        stub.assert_no_pending_responses()


def test_stores_that_keep_checksums_are_told_them_again_at_the_end(in_acme, s3, stub):
    arrived = {"PartNumber": 1, "Size": 7, "ETag": "a", "ChecksumSHA256": "c3Vt"}
    stub.add_response("list_parts", {"Parts": [arrived], "IsTruncated": False})
    named = [{"PartNumber": 1, "ETag": "a", "ChecksumSHA256": "c3Vt"}]
    at = {**KEY, "UploadId": "u", "MultipartUpload": {"Parts": named}}
    stub.add_response("complete_multipart_upload", {}, at)
    stub.add_client_error("get_object", "NoSuchKey")

    parts = s3.parts(NAME, "u")

    assert parts == {1: StoredPart(7, "a", "c3Vt")}
    with pytest.raises(FileNotFoundError):
        s3.finish(NAME, "u", parts)


def test_an_end_whose_answer_was_lost_is_an_end(in_acme, s3, stub):
    stub.add_client_error("complete_multipart_upload", "NoSuchUpload")
    stub.add_response("head_object", {}, KEY)
    stub.add_client_error("get_object", "SlowDown")
    with pytest.raises(StoreAway, match="SlowDown"):
        s3.finish(NAME, "u", {1: StoredPart(13, "a")})

    stub.add_client_error("complete_multipart_upload", "InvalidPart")
    with pytest.raises(Incomplete):
        s3.finish(NAME, "u", {1: StoredPart(13, "a")})


def test_addresses_are_signed_for_the_name_by_which_browsers_reach_the_store(in_acme, s3):
    to = s3.part_address(NAME, "u", PartWish(3, 10, "c3Vt"), seconds=900)

    assert (urlsplit(to.url).netloc, to.headers) == (
        "files.example",
        {"x-amz-checksum-sha256": "c3Vt"},
    )
    assert "content-length%3Bhost%3Bx-amz-checksum-sha256" in to.url


def test_the_page_may_send_to_the_store_and_to_nowhere_else(settings):
    storage._store.cache_clear()
    assert storage.uploads_go_to() == []
    settings.CHANCERY_FILES = "s3"
    settings.CHANCERY_S3_ENDPOINT = "https://files.example/path"
    settings.CHANCERY_S3_PUBLIC_ENDPOINT = ""
    storage._store.cache_clear()

    assert storage.uploads_go_to() == ["https://files.example"]

    storage._store.cache_clear()
