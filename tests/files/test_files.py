"""Files are had by whoever may read their message, and cannot do any harm in a browser."""

import io

import pytest

from core.ids import new_id
from messaging.conversations.services import create_conversation, remove_member
from messaging.files import storage
from messaging.files.download import disposition
from messaging.files.models import File
from messaging.files.ranges import NotSatisfiable, Span, span_of
from messaging.files.selectors import files_of
from messaging.messages.models import Message
from messaging.messages.parts import Part, note_part
from messaging.messages.services import delete_message, post_message
from tenants.context import in_tenant

BYTES = bytes(range(256)) * 40


@pytest.fixture
def shared(cast, in_acme):
    """A file of Ana's in a private channel with Bo."""
    channel, _new = create_conversation(
        cast.ana.actor, kind="private", name="plans", member_ids=[cast.bo.id]
    )
    posted = post_message(cast.ana.actor, conversation_id=channel.id, text="see", key=new_id())
    return make_file(posted.message)


def make_file(message: Message, *, name="plan.txt", content_type="text/plain") -> File:
    id_ = new_id()
    kept = storage.keep(io.BytesIO(BYTES), file_id=id_, most_bytes=len(BYTES))
    note_part([message.id], Part.FILES)
    return File.objects.create(
        id=id_,
        conversation_id=message.conversation_id,
        message_id=message.id,
        name=name,
        content_type=content_type,
        size_bytes=kept.size_bytes,
        sha256=kept.sha256,
        storage_name=kept.storage_name,
    )


def get(person, file, **headers):
    return person.api.get(f"/api/v1/files/{file.id}", headers=headers)


def body(answer):
    return b"".join(answer.streaming_content)


def test_a_member_gets_the_bytes(cast, shared):
    answer = get(cast.bo, shared)

    assert answer.status_code == 200
    assert body(answer) == BYTES
    assert answer["Content-Length"] == str(len(BYTES))
    assert answer["Content-Disposition"] == (
        "attachment; filename=\"plan.txt\"; filename*=UTF-8''plan.txt"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("who", ["cy", "eve", "dee"])
def test_strangers_find_nothing(cast, shared, who):
    assert get(getattr(cast, who), shared).status_code == 404


def test_nobody_signed_in_is_asked_to(cast, shared):
    assert cast.nobody().get(f"/api/v1/files/{shared.id}").status_code == 401


def test_an_id_that_is_none_finds_nothing(cast, in_acme):
    assert cast.ana.api.get("/api/v1/files/nonsense").status_code == 404
    assert cast.ana.api.get(f"/api/v1/files/{new_id()}").status_code == 404


def test_who_was_removed_finds_nothing(cast, shared):
    remove_member(cast.ana.actor, conversation_id=shared.conversation_id, user_id=cast.bo.id)

    assert get(cast.bo, shared).status_code == 404


def test_the_file_of_a_deleted_message_is_gone(cast, shared):
    delete_message(cast.ana.actor, message_id=shared.message_id)

    assert get(cast.ana, shared).status_code == 404


def test_a_message_shows_its_files(cast, shared):
    answer = cast.bo.api.get(f"/api/v1/messages/{shared.message_id}")

    assert answer.json()["files"] == [
        {
            "id": str(shared.id),
            "name": "plan.txt",
            "content_type": "text/plain",
            "size_bytes": len(BYTES),
            "url": f"/api/v1/files/{shared.id}",
            "width": None,
            "height": None,
            "thumbnail_url": None,
            "scan": "none",
            "version": 1,
            "created_by_id": None,
            "deleted_at": None,
        }
    ]


def test_the_files_of_a_page_take_one_query(cast, shared, django_assert_num_queries):
    other = post_message(
        cast.ana.actor, conversation_id=shared.conversation_id, text="more", key=new_id()
    )
    ids = [shared.message_id, other.message.id]
    files = [shared, *(make_file(other.message, name=f"{n}.txt") for n in range(3))]

    with django_assert_num_queries(1):
        found = files_of(ids)

    assert {view["id"] for one in found.values() for view in one} == {file.id for file in files}


@pytest.mark.parametrize(
    ("content_type", "served", "how"),
    [
        ("image/png", "image/png", "inline"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("text/html", "application/octet-stream", "attachment"),
        ("application/pdf", "application/pdf", "attachment"),
    ],
)
def test_only_pictures_are_shown_in_the_page(cast, shared, content_type, served, how):
    File.objects.filter(id=shared.id).update(content_type=content_type)

    answer = get(cast.bo, shared)

    assert answer["Content-Type"] == served
    assert answer["Content-Disposition"].startswith(how + ";")


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=100-", 100, len(BYTES)), ("bytes=-5", -5, len(BYTES))],
)
def test_a_range_of_bytes(cast, shared, wanted, start, end):
    answer = get(cast.bo, shared, range=wanted)

    assert answer.status_code == 206
    assert body(answer) == BYTES[start:end]


def test_a_range_beyond_the_end(cast, shared):
    answer = get(cast.bo, shared, range=f"bytes={len(BYTES)}-")

    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(BYTES)}")


def test_what_a_browser_has_it_need_not_fetch_again(cast, shared):
    tag = get(cast.bo, shared)["ETag"]

    assert get(cast.bo, shared, if_none_match=tag).status_code == 304
    assert get(cast.cy, shared, if_none_match=tag).status_code == 404


@pytest.mark.parametrize("known", ["*", " * ", "W/{tag}", '"another", {tag}'])
def test_whoever_has_it_in_any_version_need_not_fetch_it_again(cast, shared, known):
    tag = get(cast.bo, shared)["ETag"]

    answer = get(cast.bo, shared, if_none_match=known.format(tag=tag))

    assert (answer.status_code, answer["ETag"]) == (304, tag)


@pytest.mark.parametrize("known", ["", '"another"', "rubbish", '"*"', '"another", *'])
def test_whoever_has_something_else_is_sent_it(cast, shared, known):
    answer = get(cast.bo, shared, if_none_match=known)

    assert (answer.status_code, body(answer)) == (200, BYTES)


def test_bytes_that_are_lost_are_a_404(cast, shared):
    storage.erase_files("acme")

    assert get(cast.bo, shared).status_code == 404


def test_tenants_keep_their_bytes_apart(cast, shared):
    with in_tenant("globex"), pytest.raises(FileNotFoundError):
        storage.open_kept(shared.storage_name)


@pytest.mark.parametrize("name", ["../../secret_key", "/etc/passwd", "../globex/aa/bb"])
def test_no_stored_name_leads_out_of_the_tenants_folder(in_acme, name):
    with pytest.raises(FileNotFoundError):
        storage.open_kept(name)


def test_more_bytes_than_announced_are_not_kept(in_acme):
    id_ = new_id()

    with pytest.raises(storage.TooMuch):
        storage.keep(io.BytesIO(b"12345"), file_id=id_, most_bytes=4)

    with pytest.raises(FileNotFoundError):
        storage.open_kept(f"{id_.hex[-2:]}/{id_.hex}")


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("bytes=0-0", Span(0, 1)),
        ("bytes=5-", Span(5, 10)),
        ("bytes=-3", Span(7, 10)),
        ("bytes=-30", Span(0, 10)),
        ("bytes=2-99", Span(2, 10)),
        ("bytes=3-2", None),
        ("bytes=0-1,4-5", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
    ],
)
def test_ranges(header, span):
    assert span_of(header, 10) == span


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=-0", "bytes=11-12"])
def test_ranges_outside_of_the_file(header):
    with pytest.raises(NotSatisfiable):
        span_of(header, 10)


def test_any_name_makes_a_safe_header():
    assert disposition('ü "x"\r\n%;.txt', inline=False) == (
        "attachment; filename=\"_ _x____;.txt\"; filename*=UTF-8''%C3%BC%20%22x%22%0D%0A%25%3B.txt"
    )
