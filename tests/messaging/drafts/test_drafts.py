"""Drafts that follow their author over devices."""

from functools import partial

import pytest

from core.errors import Conflict, Invalid, NotFound
from messaging.conversations.services import remove_member
from messaging.drafts import services
from messaging.drafts.models import Draft
from messaging.drafts.services import forget_empty, keep_draft
from messaging.messages.services import delete_message
from tenants.context import in_tenant
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel, make_message
from tests.messaging.test_frames import frames
from tests.races.together import at_once, errors_in


def test_the_last_to_write_wins_and_versions_only_rise(cast, in_acme, general):
    versions = [
        keep_draft(cast.ana.actor, conversation_id=general.id, text=text).version
        for text in ("one", "two", "", "three")
    ]

    (item,) = call(cast.ana.api).get("/me/drafts").items
    assert (item["text"], item["version"]) == ("three", versions[-1])
    assert versions == sorted(set(versions))
    assert Draft.objects.count() == 1


def test_what_did_not_change_tells_nobody(cast, in_acme, general):
    for _ in range(3):
        keep_draft(cast.ana.actor, conversation_id=general.id, text="the same")

    assert journal_types(cast.ana.id).count("draft.changed") == 1


def test_devices_hear_of_a_change_without_its_words(cast, in_acme, general):
    row = keep_draft(cast.ana.actor, conversation_id=general.id, text="a secret")

    frame = frames(cast.ana.id)[-1]

    assert frame["data"] == {
        "user_id": str(cast.ana.id),
        "conversation_id": str(general.id),
        "thread_id": None,
        "version": row.version,
        "is_empty": False,
    }


def test_a_thread_has_a_draft_of_its_own(cast, in_acme, general, hello):
    rest = call(cast.ana.api)
    path = f"/conversations/{general.id}/draft"
    rest.send("PUT", path, {"text": "to all"})
    rest.send("PUT", path, {"text": "to the thread", "thread_id": str(hello.id)})

    assert rest.get(path).body["text"] == "to all"
    assert rest.get(path, thread_id=hello.id).body["text"] == "to the thread"
    assert len(rest.get("/me/drafts").items) == 2
    assert call(cast.bo.api).get(path).body["text"] == ""
    assert call(cast.bo.api).get("/me/drafts").items == []


def test_a_draft_is_for_a_place_that_one_sees(cast, in_acme, leadership, general, hello):
    with pytest.raises(NotFound):
        keep_draft(cast.cy.actor, conversation_id=leadership.id, text="x")
    elsewhere = make_message(leadership, cast.ana)
    reply = make_message(general, cast.ana, thread=hello)
    for thread in (elsewhere, reply):
        with pytest.raises(Invalid):
            keep_draft(cast.ana.actor, conversation_id=general.id, thread_id=thread.id, text="x")

    keep_draft(cast.bo.actor, conversation_id=leadership.id, text="soon out of reach")
    remove_member(cast.ana.actor, conversation_id=leadership.id, user_id=cast.bo.id)
    assert call(cast.bo.api).get("/me/drafts").items == []


def test_a_draft_in_a_thread_is_refused_where_a_reply_is_but_can_always_be_ended(
    cast, in_acme, general, hello
):
    keep_draft(cast.ana.actor, conversation_id=general.id, thread_id=hello.id, text="begun")
    delete_message(cast.bo.actor, message_id=hello.id)
    write = partial(keep_draft, cast.ana.actor, conversation_id=general.id, thread_id=hello.id)
    with pytest.raises(Invalid) as of_reply:
        make_message(general, cast.ana, thread=hello)
    with pytest.raises(Invalid) as of_draft:
        write(text="gone on")

    refusals = [refused.value.errors[0] for refused in (of_reply, of_draft)]
    assert refusals[0] == refusals[1]
    assert (refusals[0].field, of_draft.value.code) == ("thread_id", of_reply.value.code)
    assert Draft.objects.get().text == "begun"
    assert write(text="").text == ""


@pytest.mark.parametrize("text", ["\x00", "x" * 40_001])
def test_what_could_not_be_sent_is_no_draft(cast, in_acme, general, text):
    answer = call(cast.ana.api).send("PUT", f"/conversations/{general.id}/draft", {"text": text})

    assert (answer.status, answer.fields) == (422, ["text"])
    assert Draft.objects.count() == 0


def test_drafts_have_an_end(cast, in_acme, general, leadership, monkeypatch):
    monkeypatch.setattr(services, "MOST_DRAFTS", 1)
    keep_draft(cast.ana.actor, conversation_id=general.id, text="one")

    with pytest.raises(Conflict):
        keep_draft(cast.ana.actor, conversation_id=leadership.id, text="two")
    keep_draft(cast.ana.actor, conversation_id=general.id, text="")
    keep_draft(cast.ana.actor, conversation_id=leadership.id, text="two")

    assert len(call(cast.ana.api).get("/me/drafts").items) == 1


def test_rows_of_ended_drafts_go_after_a_day(cast, in_acme, general, leadership):
    keep_draft(cast.ana.actor, conversation_id=general.id, text="one")
    keep_draft(cast.ana.actor, conversation_id=general.id, text="")
    keep_draft(cast.ana.actor, conversation_id=leadership.id, text="kept")
    assert forget_empty() == 0

    Draft.objects.update(updated_at="2020-01-01T00:00:00Z")

    assert forget_empty() == 1
    assert [row.text for row in Draft.objects.all()] == ["kept"]


@pytest.mark.usefixtures("real_commits")
def test_two_devices_that_write_at_once_leave_one_draft(cast):
    place = make_channel(cast.ana, cast.bo)

    outcomes = at_once(
        "acme",
        *[
            lambda text=text: keep_draft(cast.ana.actor, conversation_id=place.id, text=text)
            for text in "abcd"
        ],
    )

    assert errors_in(outcomes) == []
    with in_tenant("acme"):
        (row,) = Draft.objects.all()
        assert row.version == max(outcome.version for outcome in outcomes)
        assert row.text == max(outcomes, key=lambda outcome: outcome.version).text
