"""Files come in parts, by signed addresses, and go on where they were cut."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.policies.services import change
from core.ids import new_id
from messaging.files import storage, uploads
from messaging.files.models import File, FilePolicy, Upload
from messaging.files.tasks import tidy
from tests.files.pieces import DeadLine, begin, complete, put, send, signed
from tests.messaging.calls import call
from tests.messaging.places import make_channel, make_message

PART = 1000


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(uploads, "PART_BYTES", PART)


def test_a_file_comes_in_parts_in_any_order_and_each_as_often_as_it_likes(cast, in_acme):
    content = bytes(range(256)) * 10
    upload = begin(cast.ana, "Plan.txt", len(content))
    assert (upload["part_bytes"], upload["part_count"], upload["received"]) == (PART, 3, [])

    for number in (3, 1, 1, 2):
        assert send(cast.ana, upload, content, number).status_code == 200

    assert call(cast.ana.api).get(f"/uploads/{upload['id']}").body["received"] == [1, 2, 3]
    file = complete(cast.ana, upload)
    assert (file["name"], file["size_bytes"], file["version"]) == ("Plan.txt", len(content), 1)
    got = cast.ana.api.get(file["url"])
    assert b"".join(got.streaming_content) == content
    assert bytes(File.objects.get().sha256) == hashlib.sha256(content).digest()


def test_what_has_arrived_is_known_after_a_cut_and_need_not_be_sent_again(cast, in_acme):
    content = b"x" * 2500
    upload = begin(cast.ana, "plan.txt", len(content))
    send(cast.ana, upload, content, 2)

    again = call(cast.ana.api).get(f"/uploads/{upload['id']}").body
    early = call(cast.ana.api).post(f"/uploads/{upload['id']}/complete")

    assert again["received"] == [2]
    assert early.problem == (409, "incomplete")
    assert "1, 3" in early.body["detail"]
    assert File.objects.count() == 0


def test_completing_twice_is_one_file(cast, in_acme):
    upload = begin(cast.ana, "plan.txt", 3)
    send(cast.ana, upload, b"abc", 1)

    first, second = complete(cast.ana, upload), complete(cast.ana, upload)

    assert first == second
    assert File.objects.count() == 1
    assert call(cast.ana.api).get(f"/uploads/{upload['id']}").body["file"] == first


def test_a_part_cut_by_the_network_leaves_nothing(cast, in_acme):
    upload = begin(cast.ana, "plan.txt", 1500)
    url = signed(cast.ana, upload, b"x" * 1500, 1)

    with pytest.raises(OSError, match="cut"):
        cast.nobody().generic("PUT", url, **{"wsgi.input": DeadLine(), "CONTENT_LENGTH": "1000"})

    assert call(cast.ana.api).get(f"/uploads/{upload['id']}").body["received"] == []


def test_other_bytes_than_those_announced_are_refused(cast, in_acme):
    content = b"a" * 1500
    upload = begin(cast.ana, "plan.txt", len(content))
    url = signed(cast.ana, upload, content, 1)

    assert put(url, b"b" * PART).status_code == 422
    assert put(url, b"a" * (PART - 1)).status_code == 422
    assert put(url, b"a" * (PART + 1)).status_code == 422
    assert put(url, b"a" * PART).status_code == 200
    assert call(cast.ana.api).get(f"/uploads/{upload['id']}").body["received"] == [1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("partNumber=1", "partNumber=2"),
        ("size=1000", "size=999"),
        ("sha256=", "sha256=x"),
        ("expires=", "expires=9"),
        ("signature=", "signature=ü"),
        ("uploadId=", "uploadId=../"),
        ("expires=", "gone="),
    ],
)
def test_an_address_that_was_bent_leads_nowhere(cast, in_acme, old, new):
    upload = begin(cast.ana, "plan.txt", 1500)
    url = signed(cast.ana, upload, b"a" * 1500, 1)

    assert put(url.replace(old, new, 1), b"a" * PART).status_code == 404


def test_an_address_ends_and_belongs_to_one_organisation(cast, in_acme, monkeypatch):
    upload = begin(cast.ana, "plan.txt", 1000)
    url = signed(cast.ana, upload, b"a" * 1000, 1)

    assert put(url, b"a" * PART, host="globex.localhost").status_code == 404
    now = timezone.now().timestamp()
    monkeypatch.setattr("messaging.files.disk.time.time", lambda: now + 3600)
    assert put(url, b"a" * PART).status_code == 404


def test_nobody_else_knows_of_an_upload_or_of_what_was_not_sent_yet(cast, in_acme):
    upload = begin(cast.ana, "plan.txt", 3)
    send(cast.ana, upload, b"abc", 1)
    file = complete(cast.ana, upload)

    for person in (cast.bo, cast.cy, cast.eve, cast.dee):
        asked = call(person.api)
        assert asked.get(f"/uploads/{upload['id']}").status == 404
        assert asked.post(f"/uploads/{upload['id']}/complete").status == 404
        assert asked.delete(f"/uploads/{upload['id']}").status == 404
        assert asked.get(f"/files/{file['id']}/info").status == 404
        assert person.api.get(file["url"]).status_code == 404


def test_a_cancelled_upload_is_gone_and_takes_nothing_more(cast, in_acme):
    content = b"x" * 1500
    upload = begin(cast.ana, "plan.txt", len(content))
    send(cast.ana, upload, content, 1)
    url = signed(cast.ana, upload, content, 2)
    row = Upload.objects.get()

    assert call(cast.ana.api).delete(f"/uploads/{upload['id']}").status == 204

    assert put(url, content[PART:]).status_code == 404
    assert call(cast.ana.api).get(f"/uploads/{upload['id']}").status == 404
    assert storage.parts_of(row.storage_name, row.handle) == {}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "size_bytes": 0}, "size_bytes"),
        ({"name": "x", "size_bytes": -1}, "size_bytes"),
        ({"name": "x", "size_bytes": 10**15}, "size_bytes"),
        ({"name": "x", "size_bytes": 10**30}, "size_bytes"),
        ({"name": "", "size_bytes": 1}, "name"),
        ({"name": "a/", "size_bytes": 1}, "name"),
        ({"name": "a\x00b", "size_bytes": 1}, "name"),
        ({"name": "x" * 256, "size_bytes": 1}, "name"),
        ({"name": "x", "size_bytes": "many"}, "size_bytes"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(cast, in_acme, body, field):
    answer = call(cast.ana.api).post("/uploads", body)

    assert answer.problem[0] == 422
    assert answer.fields == [field]
    assert Upload.objects.count() == 0


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\Users\\x\\passwd", "/passwd"])
def test_of_a_path_only_the_name_is_kept(cast, in_acme, name):
    assert begin(cast.ana, name, 3)["name"] == "passwd"


@pytest.mark.parametrize("name", [".", "..", "a/..", "... .", "a\\."])
def test_folders_are_no_names(cast, name):
    answer = call(cast.ana.api).post("/uploads", {"name": name, "size_bytes": 3})

    assert answer.problem == (422, "empty")
    assert answer.fields == ["name"]


@pytest.mark.parametrize("parts", [[0], [3], [-1], [1, 99]])
def test_parts_that_there_are_not_get_no_address(cast, in_acme, parts):
    upload = begin(cast.ana, "plan.txt", 1500)

    answer = call(cast.ana.api).post(
        f"/uploads/{upload['id']}/parts", {"parts": [{"number": n} for n in parts]}
    )

    assert (answer.problem[0], answer.fields) == (422, ["parts"])


def test_the_organisations_rules_hold(cast, in_acme):
    change(cast.ana.actor, FilePolicy, most_file_mb=1, most_total_gb=0, refused_endings=".exe bat")
    ask = call(cast.bo.api)

    large = ask.post("/uploads", {"name": "x", "size_bytes": 1_000_001})
    program = ask.post("/uploads", {"name": "Setup.EXE", "size_bytes": 1})
    in_windows = ask.post("/uploads", {"name": "Setup.exe. .", "size_bytes": 1})
    no_room = ask.post("/uploads", {"name": "x", "size_bytes": 1})

    assert large.problem == (422, "too_large")
    assert program.problem == (422, "type_refused")
    assert in_windows.problem == (422, "type_refused")
    assert no_room.problem == (422, "no_room")


def test_room_that_is_promised_counts(cast, in_acme, monkeypatch):
    monkeypatch.setattr(uploads, "PART_BYTES", 8 * 2**20)
    change(cast.ana.actor, FilePolicy, most_file_mb=2000, most_total_gb=1)
    begin(cast.bo, "first", 600_000_000)

    refused = call(cast.cy.api).post("/uploads", {"name": "second", "size_bytes": 600_000_000})

    assert refused.problem == (422, "no_room")


def test_the_clock_tidies_what_was_given_up_and_what_was_never_sent(cast, in_acme):
    left = begin(cast.ana, "left", 1500)
    send(cast.ana, left, b"x" * 1500, 1)
    row = Upload.objects.get()
    forgotten = begin(cast.ana, "forgotten", 3)
    send(cast.ana, forgotten, b"abc", 1)
    old = File.objects.get(id=complete(cast.ana, forgotten)["id"])
    sent = begin(cast.ana, "sent", 3)
    send(cast.ana, sent, b"abc", 1)
    general = make_channel(cast.ana)
    kept = complete(cast.ana, sent)
    call(cast.ana.api).post(
        f"/conversations/{general.id}/messages", {"text": "", "file_ids": [kept["id"]]}
    )
    long_ago = timezone.now() - timedelta(days=30)
    Upload.objects.update(expires_at=long_ago)
    File.objects.update(created_at=long_ago)

    tidy()

    assert Upload.objects.count() == 0
    assert storage.parts_of(row.storage_name, row.handle) == {}
    assert [str(file.id) for file in File.objects.all()] == [kept["id"]]
    with pytest.raises(FileNotFoundError):
        storage.open_kept(old.storage_name)
    assert cast.ana.api.get(kept["url"]).status_code == 200


def attached(person, *names):
    files = []
    for name in names:
        upload = begin(person, name, 3)
        send(person, upload, b"abc", 1)
        files.append(complete(person, upload))
    return files


def test_a_message_brings_its_files_in_the_order_in_which_it_names_them_and_needs_no_text(
    cast, in_acme
):
    general = make_channel(cast.ana, cast.bo)
    one, two = attached(cast.ana, "one.txt", "two.txt")
    body = {"text": "", "key": str(new_id()), "file_ids": [two["id"], one["id"]]}

    posted = call(cast.ana.api).post(f"/conversations/{general.id}/messages", body)
    again = call(cast.ana.api).post(f"/conversations/{general.id}/messages", body)

    assert (posted.status, again.status) == (201, 200)
    assert [file["name"] for file in posted.body["files"]] == ["two.txt", "one.txt"]
    assert again.body == posted.body
    assert cast.bo.api.get(one["url"]).status_code == 200
    assert cast.eve.api.get(one["url"]).status_code == 404


def test_a_key_that_was_sent_with_other_files_is_refused(cast, in_acme):
    general = make_channel(cast.ana)
    one, two = attached(cast.ana, "one.txt", "two.txt")
    key = str(new_id())
    path = f"/conversations/{general.id}/messages"

    call(cast.ana.api).post(path, {"text": "", "key": key, "file_ids": [one["id"]]})
    other = call(cast.ana.api).post(path, {"text": "", "key": key, "file_ids": [two["id"]]})

    assert other.problem == (409, "key_reused")
    assert File.objects.get(id=two["id"]).message_id is None


def test_files_of_others_unknown_ones_and_those_sent_before_are_refused(cast, in_acme):
    general = make_channel(cast.ana, cast.bo)
    (mine,) = attached(cast.ana, "mine.txt")
    path = f"/conversations/{general.id}/messages"
    call(cast.ana.api).post(path, {"text": "", "file_ids": [mine["id"]]})
    (yours,) = attached(cast.bo, "yours.txt")

    for file_id in (mine["id"], yours["id"], str(new_id())):
        answer = call(cast.ana.api).post(path, {"text": "see", "file_ids": [file_id]})
        assert (answer.problem, answer.fields) == ((422, "no_file"), ["file_ids"])
    many = call(cast.ana.api).post(
        path, {"text": "x", "file_ids": [str(new_id()) for _ in range(21)]}
    )
    assert many.problem[0] == 422
    assert len(call(cast.ana.api).get(path).items) == 1


def test_a_message_without_text_and_files_is_refused(cast, in_acme):
    general = make_channel(cast.ana)

    answer = call(cast.ana.api).post(
        f"/conversations/{general.id}/messages", {"text": "", "file_ids": []}
    )

    assert answer.problem == (422, "empty")


def test_a_plain_message_costs_what_it_did(cast, in_acme, django_assert_num_queries):
    general = make_channel(cast.ana)
    make_message(general, cast.ana)

    with django_assert_num_queries(3):
        # The message alone, within a savepoint of the test's transaction.
        make_message(general, cast.ana)


def test_a_body_of_a_part_is_larger_than_what_the_api_reads_in_memory(cast, in_acme, monkeypatch):
    monkeypatch.setattr(uploads, "PART_BYTES", 8 * 2**20)
    content = bytes(8 * 2**20)
    upload = begin(cast.ana, "large.bin", len(content))

    assert send(cast.ana, upload, content, 1).status_code == 200
    assert complete(cast.ana, upload)["size_bytes"] == len(content)


def test_a_checksum_that_is_none_is_refused(cast, in_acme):
    upload = begin(cast.ana, "x", 3)
    wrong = {"parts": [{"number": 1, "sha256": "nonsense"}]}

    answer = call(cast.ana.api).post(f"/uploads/{upload['id']}/parts", wrong)

    assert answer.problem[0] == 422
    assert answer.fields == ["parts.0.sha256"]
