"""A file shared with a person or a group is opened by them, for as long as it is granted."""

import io
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from django.test import Client
from PIL import Image

from accounts.groups import services as groups
from accounts.groups.models import Group
from accounts.groups.services import Members
from accounts.people.services import deactivate
from accounts.policies.services import change
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import new_id
from events.models import Entry
from events.tasks import run_entry
from messaging.conversations.models import Membership
from messaging.conversations.services import remove_member
from messaging.files import sharing
from messaging.files.access import Do, file_for
from messaging.files.models import File, FileGroupGrant, FilePersonGrant, FilePolicy
from messaging.files.selectors import granted_files
from messaging.files.services import delete_file
from messaging.messages.services import delete_message
from messaging.reviews import services as reviews
from messaging.search.selectors import search_files
from tests.files.pieces import uploaded
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel, make_direct


def png() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(drawn, "PNG")
    return drawn.getvalue()


@pytest.fixture
def plans(cast, in_acme):
    """A private channel of Ana's, with Bo."""
    return make_channel(cast.ana, cast.bo, name="plans", kind="private")


@pytest.fixture
def plan(cast, plans) -> File:
    """A file that Bo sent there."""
    return send(cast.bo, plans, "plan.txt", b"first")


@pytest.fixture
def team(cast, in_acme) -> Group:
    return groups.create_group(cast.ana.actor, name="team")


def run_handlers(file: File) -> None:
    for entry in Entry.objects.filter(stream_id=file.id).order_by("seq"):
        assert run_entry(entry)


def send(person, place, name, content) -> File:
    file = uploaded(person, name, content)
    body = {"text": "https://plan.example", "key": str(new_id()), "file_ids": [file["id"]]}
    assert call(person.api).post(f"/conversations/{place.id}/messages", body).status == 201
    return File.objects.get(id=file["id"])


def share(person, file, **holder) -> bool:
    return sharing.share_file(person.actor, file_id=file.id, **holder)


def unshare(person, file, **holder) -> bool:
    return sharing.unshare_file(person.actor, file_id=file.id, **holder)


def opens(person, file) -> bool:
    try:
        file_for(person.actor, file.id)
    except NotFound:
        return False
    return True


def ways(file) -> list[str]:
    """Every address by which something of a file is had."""
    base = f"/api/v1/files/{file.id}"
    return [base, f"{base}/info", f"{base}/thumbnail", f"{base}/versions", f"{base}/versions/1"]


def test_whoever_was_given_a_file_has_all_of_it_and_nothing_of_its_place(cast, plans):
    picture = send(cast.bo, plans, "lamp.png", png())
    picture.thumbnail_name = picture.storage_name
    picture.save(update_fields=["thumbnail_name"])
    assert [cast.cy.api.get(way).status_code for way in ways(picture)] == [404] * 5

    assert share(cast.bo, picture, user_id=cast.cy.id)

    assert [cast.cy.api.get(way).status_code for way in ways(picture)] == [200] * 5
    part = cast.cy.api.get(ways(picture)[0], headers={"Range": "bytes=1-3"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"PNG")
    for path, query in (("/shared-files", {}), ("/search/files", {"q": "lamp"})):
        (found,) = call(cast.cy.api).get(path, **query).items
        assert found["file"]["id"] == str(picture.id)
        place = ("conversation_id", "message_id", "seq", "thread_id")
        assert [found[name] for name in place] == [None] * 4
    assert call(cast.cy.api).get(f"/conversations/{plans.id}").status == 404
    assert call(cast.cy.api).get(f"/messages/{picture.message_id}").status == 404


def test_what_is_taken_back_is_lost_with_the_next_byte(cast, plan):
    share(cast.bo, plan, user_id=cast.cy.id)
    link = urlsplit(call(cast.cy.api).post(f"/files/{plan.id}/link").body["url"])
    signed = f"{link.path}?{link.query}"
    anybody = Client(headers={"host": "acme.localhost"})
    assert anybody.get(signed, headers={"Range": "bytes=0-1"}).status_code == 206

    assert unshare(cast.bo, plan, user_id=cast.cy.id)

    assert anybody.get(signed, headers={"Range": "bytes=2-3"}).status_code == 404
    assert [cast.cy.api.get(way).status_code for way in ways(plan)] == [404] * 5
    assert call(cast.cy.api).post(f"/files/{plan.id}/link").problem == (404, "not_found")
    assert granted_files(cast.cy.actor).items == []
    assert search_files(cast.cy.actor, query="plan").items == []
    assert journal_types(plan.id) == ["object_grant.given", "object_grant.taken"]


def test_what_a_group_was_given_is_new_to_each_of_its_people_until_they_have_looked(
    cast, plan, team
):
    def new(person) -> int:
        return call(person.api).get("/shared-files/new").body["count"]

    def told(person) -> int:
        return journal_types(person.id).count("file.given")

    people = (cast.ana, cast.bo, cast.cy)
    groups.add_members(
        cast.ana.actor, group_id=team.id, members=Members.of([one.id for one in people])
    )
    share(cast.bo, plan, group_id=team.id)
    share(cast.bo, plan, user_id=cast.cy.id)
    run_handlers(plan)
    assert [new(one) for one in people] == [1, 0, 1]
    assert [told(one) for one in people] == [1, 1, 2]

    assert call(cast.cy.api).post("/shared-files/seen").status == 204
    assert [new(one) for one in people] == [1, 0, 0]
    assert told(cast.cy) == 3

    unshare(cast.bo, plan, group_id=team.id)
    run_handlers(plan)
    assert [new(one) for one in people] == [0, 0, 0]
    assert told(cast.ana) > 1
    share(cast.bo, plan, group_id=team.id)
    assert [new(one) for one in people] == [1, 0, 1]


def test_what_a_group_was_given_before_this_was_counted_is_known(cast, plan, team):
    groups.add_members(cast.ana.actor, group_id=team.id, members=Members.of([cast.cy.id]))
    share(cast.bo, plan, group_id=team.id)
    FileGroupGrant.objects.update(given_at=None)

    assert call(cast.cy.api).get("/shared-files/new").body["count"] == 0
    assert len(call(cast.cy.api).get("/shared-files").items) == 1


def test_whoever_was_given_a_file_is_told_until_they_have_looked(cast, plan):
    def new(person) -> int:
        return call(person.api).get("/shared-files/new").body["count"]

    share(cast.bo, plan, user_id=cast.cy.id)
    share(cast.bo, plan, user_id=cast.cy.id)
    assert (new(cast.cy), new(cast.bo)) == (1, 0)
    assert journal_types(cast.cy.id).count("file.given") == 1

    for _ in range(2):
        assert call(cast.cy.api).post("/shared-files/seen").status == 204
    assert new(cast.cy) == 0
    assert journal_types(cast.cy.id).count("file.given") == 2

    unshare(cast.bo, plan, user_id=cast.cy.id)
    share(cast.bo, plan, user_id=cast.cy.id)
    assert new(cast.cy) == 1
    delete_file(cast.bo.actor, file_id=plan.id)
    assert new(cast.cy) == 0


def test_nobody_is_told_of_files_that_their_organisation_keeps_closed(cast, plan):
    share(cast.bo, plan, user_id=cast.cy.id)
    change(cast.ana.actor, FilePolicy, shares_outside=False)

    assert call(cast.cy.api).get("/shared-files/new").body == {"count": 0}


@pytest.mark.parametrize(
    ("who", "can"),
    [
        ("bo", {"change": True, "share": True}),
        ("ana", {"change": True, "share": True}),
        ("cy", {"change": False, "share": False}),
    ],
)
def test_a_file_says_what_one_may_do_with_it(cast, plan, who, can):
    share(cast.bo, plan, user_id=cast.cy.id)

    assert call(getattr(cast, who).api).get(f"/files/{plan.id}/versions").body["can"] == can


def test_it_is_to_be_opened_and_nothing_else(cast, plan):
    share(cast.bo, plan, user_id=cast.cy.id)

    for do in (Do.REPLACE, Do.DELETE, Do.SHARE):
        with pytest.raises(Forbidden):
            file_for(cast.cy.actor, plan.id, do)
    assert call(cast.cy.api).get(f"/files/{plan.id}/grants").problem == (403, "forbidden")
    body = {"user_id": str(cast.eve.id)}
    assert call(cast.cy.api).post(f"/files/{plan.id}/grants", body).status == 403


def test_a_group_opens_it_while_one_is_in_it(cast, plan, team):
    outer = groups.create_group(
        cast.ana.actor, name="outer", members=Members.of(children=[team.id])
    )
    share(cast.bo, plan, group_id=outer.id)
    assert not opens(cast.cy, plan)

    groups.add_members(cast.ana.actor, group_id=team.id, members=Members.of([cast.cy.id]))
    assert opens(cast.cy, plan)
    assert [one["file"]["id"] for one in granted_files(cast.cy.actor).items] == [plan.id]

    groups.remove_members(cast.ana.actor, group_id=team.id, members=Members.of([cast.cy.id]))
    assert not opens(cast.cy, plan)

    groups.add_members(cast.ana.actor, group_id=team.id, members=Members.of([cast.cy.id]))
    groups.delete_group(cast.ana.actor, group_id=outer.id)
    assert not opens(cast.cy, plan)
    assert FileGroupGrant.objects.count() == 0


def test_over_rest_twice_is_once_and_the_list_says_who(cast, plan, team):
    bo = call(cast.bo.api)
    for body in ({"user_id": str(cast.cy.id)}, {"group_id": str(team.id)}) * 2:
        answer = bo.post(f"/files/{plan.id}/grants", body)
        assert answer.status == 201
    assert [one["name"] for one in bo.get(f"/files/{plan.id}/grants").items] == ["Cy", "team"]
    assert journal_types(plan.id) == ["object_grant.given"] * 2

    assert bo.send("DELETE", f"/files/{plan.id}/grants/people/{cast.cy.id}").status == 204
    assert bo.send("DELETE", f"/files/{plan.id}/grants/groups/{team.id}").status == 204
    assert bo.send("DELETE", f"/files/{plan.id}/grants/groups/{team.id}").status == 204
    assert bo.get(f"/files/{plan.id}/grants").items == []


@pytest.mark.parametrize(
    ("who", "status"), [("bo", 201), ("ana", 201), ("cy", 404), ("eve", 404), ("dee", 404)]
)
def test_who_sent_it_and_who_looks_after_its_channel_share_it(cast, plan, who, status):
    body = {"user_id": str(cast.cy.id)}

    answer = call(getattr(cast, who).api).post(f"/files/{plan.id}/grants", body)

    assert answer.status == status
    assert FilePersonGrant.objects.count() == (status == 201)


def test_another_member_does_not_share_what_is_not_theirs(cast, plans):
    plan = send(cast.ana, plans, "plan.txt", b"first")

    with pytest.raises(Forbidden):
        share(cast.bo, plan, user_id=cast.cy.id)
    with pytest.raises(Forbidden):
        unshare(cast.bo, plan, user_id=cast.cy.id)


def test_whoever_was_put_out_of_the_channel_shares_nothing_of_it(cast, plans, plan):
    remove_member(cast.ana.actor, conversation_id=plans.id, user_id=cast.bo.id)

    with pytest.raises(NotFound):
        share(cast.bo, plan, user_id=cast.cy.id)


def test_to_whom_it_cannot_be_given(cast, plan, team):
    both = {"user_id": cast.cy.id, "group_id": team.id}

    for holder in ({}, {"user_id": cast.dee.id}, {"group_id": new_id()}, both):
        with pytest.raises(Invalid):
            share(cast.bo, plan, **holder)
    assert not FilePersonGrant.objects.exists()
    assert journal_types(plan.id) == []


def test_a_file_that_was_not_sent_is_shared_with_nobody(cast, in_acme):
    file = uploaded(cast.bo, "plan.txt", b"first")

    with pytest.raises(Conflict):
        sharing.share_file(cast.bo.actor, file_id=file["id"], user_id=cast.cy.id)


def test_a_file_of_a_direct_message_is_its_senders_to_share(cast, in_acme):
    direct = make_direct(cast.bo, cast.ana)
    file = send(cast.bo, direct, "plan.txt", b"first")

    with pytest.raises(Forbidden):
        sharing.share_file(cast.ana.actor, file_id=file.id, user_id=cast.cy.id)
    share(cast.bo, file, user_id=cast.cy.id)

    assert opens(cast.cy, file)


def test_guests_are_given_none_unless_the_policy_says_so(cast, plan, team):
    groups.add_members(cast.ana.actor, group_id=team.id, members=Members.of([cast.eve.id]))
    share(cast.bo, plan, group_id=team.id)
    with pytest.raises(Invalid):
        share(cast.bo, plan, user_id=cast.eve.id)
    assert not opens(cast.eve, plan)
    assert search_files(cast.eve.actor, query="plan").items == []
    assert granted_files(cast.eve.actor).items == []

    change(cast.ana.actor, FilePolicy, shares_with_guests=True)

    assert opens(cast.eve, plan)
    assert len(search_files(cast.eve.actor, query="plan").items) == 1
    assert share(cast.bo, plan, user_id=cast.eve.id)


def test_a_guest_shares_nothing_with_others(cast, plans):
    Membership.objects.create(conversation=plans, user_id=cast.eve.id)
    file = send(cast.eve, plans, "mine.txt", b"first")

    with pytest.raises(Forbidden):
        share(cast.eve, file, user_id=cast.cy.id)


def test_an_organisation_that_shares_nothing_outside_closes_what_was_shared(cast, plan):
    share(cast.bo, plan, user_id=cast.cy.id)

    change(cast.ana.actor, FilePolicy, shares_outside=False)

    assert not opens(cast.cy, plan)
    assert opens(cast.bo, plan)
    with pytest.raises(Forbidden):
        share(cast.bo, plan, user_id=cast.cy.id)
    assert unshare(cast.bo, plan, user_id=cast.cy.id)


def test_the_policy_says_how_many_it_closes(cast, plan):
    share(cast.bo, plan, user_id=cast.cy.id)
    before, after = FilePolicy(), FilePolicy(shares_outside=False)

    assert [str(words) for words in after.consequences(before)] == [
        "1 files that were shared outside are closed to them at once.",
        "This affects 3 people.",
    ]


@pytest.mark.parametrize("what", ["file", "message"])
def test_what_is_deleted_is_open_to_nobody(cast, plan, what):
    share(cast.bo, plan, user_id=cast.cy.id)

    if what == "file":
        delete_file(cast.bo.actor, file_id=plan.id)
        assert FilePersonGrant.objects.count() == 0
    else:
        delete_message(cast.bo.actor, message_id=plan.message_id)

    assert not opens(cast.cy, plan)
    assert granted_files(cast.cy.actor).items == []
    assert search_files(cast.cy.actor, query="plan").items == []


def test_a_deactivated_person_has_lost_it_by_every_address(cast, plan):
    share(cast.bo, plan, user_id=cast.cy.id)
    link = urlsplit(call(cast.cy.api).post(f"/files/{plan.id}/link").body["url"])

    deactivate(cast.ana.actor, user_id=cast.cy.id)

    anybody = Client(headers={"host": "acme.localhost"})
    assert anybody.get(f"{link.path}?{link.query}").status_code == 404
    with pytest.raises(Invalid):
        share(cast.bo, plan, user_id=cast.cy.id)


def test_a_token_for_some_channels_reaches_no_file_beside_them(cast, plan):
    share(cast.bo, plan, user_id=cast.cy.id)
    mine = make_channel(cast.cy, name="mine", kind="private")
    bound = replace(cast.cy.actor, conversation_ids=frozenset([mine.id]))

    with pytest.raises(NotFound):
        file_for(bound, plan.id)
    assert granted_files(bound).items == []
    assert search_files(bound, query="plan").items == []


def test_a_search_for_granted_files_tells_nothing_of_their_messages(cast, plan):
    share(cast.bo, plan, user_id=cast.cy.id)

    assert len(search_files(cast.cy.actor, query="plan from:bo").items) == 1
    assert search_files(cast.cy.actor, query="plan has:link").items == []
    assert search_files(cast.cy.actor, query="plan -has:link").items == []
    assert len(search_files(cast.bo.actor, query="plan has:link").items) == 1


def test_the_member_who_was_given_it_too_is_shown_its_place(cast, plan):
    share(cast.ana, plan, user_id=cast.bo.id)

    (found,) = search_files(cast.bo.actor, query="plan").items

    assert found["conversation_id"] == plan.conversation_id


def test_a_review_lists_it_and_takes_it_back(cast, plan):
    share(cast.bo, plan, user_id=cast.cy.id)
    review = reviews.open_review(cast.ana.actor, name="Autumn", reviewer_id=cast.bo.id)
    item = review.items.get(kind="file_to_person")
    assert item.label == "plan.txt → Cy"

    reviews.decide(cast.bo.actor, review_id=review.id, item_id=item.id, decision="revoked")

    assert not opens(cast.cy, plan)


def test_the_console_lists_it_and_takes_it_back_but_gives_none(cast, plan):
    share(cast.bo, plan, user_id=cast.cy.id)
    row = FilePersonGrant.objects.get()
    pages = "/admin/messaging/filepersongrant/"

    assert "plan.txt" in cast.ana.client.get(pages).text
    assert cast.ana.client.get(f"{pages}add/").status_code == 403
    assert cast.bo.client.get(pages, follow=True).status_code == 403
    assert cast.ana.client.post(f"{pages}{row.id}/delete/", {"post": "yes"}).status_code == 302

    assert not opens(cast.cy, plan)
    assert journal_types(plan.id)[-1] == "object_grant.taken"


def test_the_register_of_grants_knows_files_and_gives_none_to_whoever_cannot_see_them(
    cast, in_acme
):
    theirs = make_channel(cast.bo, name="theirs", kind="private")
    file = send(cast.bo, theirs, "plan.txt", b"first")
    share(cast.bo, file, user_id=cast.cy.id)
    ana, path = call(cast.ana.api), f"/grants/file/{file.id}"

    assert [one["name"] for one in ana.get(path).items] == ["Cy"]
    assert ana.post(path, {"user_id": str(cast.ana.id)}).problem == (404, "not_found")
    assert ana.send("DELETE", f"{path}/people/{cast.cy.id}").status == 204
    assert not opens(cast.cy, file)
