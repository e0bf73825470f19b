"""Versions of a file, deletion with a trace, short-lived addresses, the list of a conversation."""

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from core.ids import new_id
from messaging.conversations.models import Conversation
from messaging.conversations.services import add_members, remove_member
from messaging.files.models import File, FileVersion
from messaging.messages.services import delete_message
from messaging.search.selectors import search_files
from tests.files.pieces import uploaded
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel


@pytest.fixture
def plans(cast, in_acme):
    """A private channel of Ana's, with Bo."""
    return make_channel(cast.ana, cast.bo, name="plans", kind="private")


@pytest.fixture
def shared(cast, plans):
    """A file that Bo shared there."""
    return share(cast.bo, plans, "plan.txt", b"first")


def share(person, place, *files, text=""):
    name, content = files
    file = uploaded(person, name, content)
    body = {"text": text, "key": str(new_id()), "file_ids": [file["id"]]}
    answer = call(person.api).post(f"/conversations/{place.id}/messages", body)
    assert answer.status == 201, answer
    return answer.body["files"][0] | {"message_id": answer.body["id"]}


def replace(person, file, name, content):
    newer = uploaded(person, name, content)
    return call(person.api).post(f"/files/{file['id']}/versions", {"file_id": newer["id"]})


def content_of(person, url):
    return b"".join(person.api.get(url).streaming_content)


def test_a_new_version_takes_the_place_of_the_old_one_which_is_kept(cast, plans, shared):
    answer = replace(cast.bo, shared, "plan 2.txt", b"second, longer")

    assert answer.status == 200
    now = answer.body
    assert (now["id"], now["version"], now["name"]) == (shared["id"], 2, "plan 2.txt")
    assert content_of(cast.ana, now["url"]) == b"second, longer"
    listed = call(cast.ana.api).get(f"/files/{shared['id']}/versions").items
    assert [(one["number"], one["name"], one["size_bytes"]) for one in listed] == [
        (2, "plan 2.txt", 14),
        (1, "plan.txt", 5),
    ]
    assert content_of(cast.ana, listed[1]["url"]) == b"first"
    assert File.objects.count() == 1
    assert journal_types(plans.id)[-1] == "file.replaced"


def test_an_old_version_comes_back_as_the_newest(cast, plans, shared):
    replace(cast.bo, shared, "plan.txt", b"second")

    answer = call(cast.bo.api).post(f"/files/{shared['id']}/versions/1/restore")

    assert (answer.status, answer.body["version"]) == (200, 3)
    assert content_of(cast.ana, answer.body["url"]) == b"first"
    listed = call(cast.ana.api).get(f"/files/{shared['id']}/versions").items
    assert [one["number"] for one in listed] == [3, 2, 1]
    assert content_of(cast.ana, listed[1]["url"]) == b"second"


@pytest.mark.parametrize("number", ["0", "9", "-1", "99999999999999999999"])
def test_versions_that_there_are_not_are_not_found(cast, shared, number):
    ask = call(cast.bo.api)

    assert ask.get(f"/files/{shared['id']}/versions/{number}").status == 404
    assert ask.post(f"/files/{shared['id']}/versions/{number}/restore").status == 404


def test_only_the_sharer_and_the_channels_owners_change_a_file(cast, plans, shared):
    owned = share(cast.ana, plans, "ana.txt", b"ana's")

    assert replace(cast.ana, shared, "by the owner.txt", b"x").status == 200
    assert replace(cast.bo, owned, "by a member.txt", b"x").problem == (403, "forbidden")
    assert call(cast.bo.api).delete(f"/files/{owned['id']}").problem == (403, "forbidden")
    assert replace(cast.cy, owned, "by a stranger.txt", b"x").status == 404
    assert FileVersion.objects.count() == 1


def test_a_version_is_a_file_of_ones_own_that_was_not_sent(cast, plans, shared):
    other = share(cast.bo, plans, "other.txt", b"x")
    of_ana = uploaded(cast.ana, "ana.txt", b"x")

    for file_id in (other["id"], of_ana["id"], shared["id"], str(new_id())):
        answer = call(cast.bo.api).post(f"/files/{shared['id']}/versions", {"file_id": file_id})
        assert answer.problem == (422, "no_file")


def test_a_deleted_file_leaves_a_trace_and_nothing_else(cast, plans, shared):
    assert call(cast.bo.api).delete(f"/files/{shared['id']}").status == 204

    message = call(cast.ana.api).get(f"/messages/{shared['message_id']}").body
    (trace,) = message["files"]
    assert (trace["name"], trace["size_bytes"], trace["thumbnail_url"]) == ("", 0, None)
    assert trace["deleted_at"] is not None
    for path in ("", "/info", "/versions", "/thumbnail", "/versions/1"):
        assert call(cast.ana.api).get(f"/files/{shared['id']}{path}").status == 404
    row = File.objects.get()
    assert (row.name, row.deleted_by_id) == ("plan.txt", cast.bo.id)
    assert journal_types(plans.id)[-1] == "file.deleted"
    assert call(cast.bo.api).delete(f"/files/{shared['id']}").status == 404


def test_a_file_that_was_not_sent_is_deleted_with_its_bytes(cast, in_acme):
    file = uploaded(cast.bo, "x.txt", b"abc")

    assert call(cast.bo.api).delete(f"/files/{file['id']}").status == 204

    assert File.objects.count() == 0


def get_signed(url, *, host="acme.localhost", **headers):
    return Client(HTTP_HOST=host).get(url, headers=headers)


@pytest.fixture
def link(cast, shared):
    """Ana's address of Bo's file."""
    answer = call(cast.ana.api).post(f"/files/{shared['id']}/link")
    assert answer.status == 200
    return answer.body["url"]


def test_a_signed_address_needs_no_sign_in_and_takes_ranges(link):
    whole, part = get_signed(link), get_signed(link, range="bytes=1-2")

    assert b"".join(whole.streaming_content) == b"first"
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"ir")
    assert whole["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_signed_address_is_asked_for_access_each_time(cast, plans, shared):
    link = call(cast.bo.api).post(f"/files/{shared['id']}/link").body["url"]
    assert get_signed(link, range="bytes=0-1").status_code == 206

    remove_member(cast.ana.actor, conversation_id=plans.id, user_id=cast.bo.id)

    assert get_signed(link, range="bytes=0-1").status_code == 404


def test_a_signed_address_ends(link, monkeypatch):
    now = timezone.now().timestamp()
    monkeypatch.setattr("messaging.files.signing.time.time", lambda: now + 301)

    assert get_signed(link).status_code == 404


@pytest.mark.parametrize(
    ("old", "new"), [("as=", "as=0"), ("version=1", "version=2"), ("signature=", "signature=é")]
)
def test_a_signed_address_that_was_bent_leads_nowhere(link, old, new):
    assert get_signed(link.replace(old, new, 1)).status_code == 404


def test_a_signed_address_is_of_one_person_one_file_and_one_organisation(cast, link, shared, plans):
    other = share(cast.bo, plans, "other.txt", b"x")
    parts = urlsplit(link)

    assert get_signed(link.replace(str(cast.ana.id), str(cast.cy.id))).status_code == 404
    assert get_signed(f"/files/get/{other['id']}?{parts.query}").status_code == 404
    assert get_signed(link, host="globex.localhost").status_code == 404
    assert call(cast.cy.api).post(f"/files/{shared['id']}/link").status == 404


def test_later_members_see_no_file_of_before_they_may_see(cast, plans, shared):
    Conversation.objects.filter(id=plans.id).update(history="joined")
    add_members(cast.ana.actor, conversation_id=plans.id, user_ids=[cast.cy.id])
    share(cast.ana, plans, "later.txt", b"x")

    listed = call(cast.cy.api).get(f"/conversations/{plans.id}/files").items

    assert [one["file"]["name"] for one in listed] == ["later.txt"]
    assert call(cast.cy.api).get(f"/files/{shared['id']}").status == 404
    assert [one["file"]["name"] for one in search_files(cast.cy.actor, query="txt").items] == [
        "later.txt"
    ]


def test_the_files_of_a_conversation_newest_first(cast, plans, shared):
    picture = share(cast.ana, plans, "dot.gif", b"GIF89a" + bytes(30))
    gone = share(cast.ana, plans, "gone.txt", b"x")
    deleted = share(cast.ana, plans, "deleted.txt", b"x")
    call(cast.ana.api).delete(f"/files/{deleted['id']}")
    delete_message(cast.ana.actor, message_id=gone["message_id"])
    path = f"/conversations/{plans.id}/files"

    def names(person, **query):
        return [one["file"]["name"] for one in call(person.api).get(path, **query).items]

    assert names(cast.bo) == ["dot.gif", "plan.txt"]
    assert names(cast.bo, kind="images") == ["dot.gif"]
    assert names(cast.bo, kind="documents") == ["plan.txt"]
    assert names(cast.bo, limit=1) == ["dot.gif"]
    following = call(cast.bo.api).get(path, limit=1).body["next"]
    assert names(cast.bo, cursor=following) == ["plan.txt"]
    (first, _second) = call(cast.bo.api).get(path).items
    assert first["message_id"] == picture["message_id"]
    assert call(cast.cy.api).get(path).status == 404
    assert call(cast.bo.api).get(path, kind="other").status == 422
