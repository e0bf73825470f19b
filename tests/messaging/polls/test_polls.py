"""Polls: people choose, everybody sees the result, and an anonymous vote stays one."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import new_id
from events.models import Entry
from messaging.messages.models import Message
from messaging.messages.selectors import message as message_view
from messaging.messages.services import delete_message, post_message
from messaging.polls.models import Poll, PollVote
from messaging.polls.selectors import my_vote
from messaging.polls.services import close_poll, vote
from tenants.context import in_tenant
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel


def ask(person, place, *options: str, **wanted) -> Message:
    poll = {"options": list(options) or ["Tea", "Coffee", "Water"]} | wanted
    return post_message(
        person.actor,
        conversation_id=place.id,
        text="What?",
        key=new_id(),
        brought={"poll": poll},
    ).message


def counts(person, message) -> list[int]:
    return [one["count"] for one in message_view(person.actor, message.id)["poll"]["options"]]


def test_a_vote_is_counted_and_replaced_by_the_next(cast, in_acme, general):
    message = ask(cast.ana, general)

    vote(cast.bo.actor, message_id=message.id, options=[1])
    vote(cast.ana.actor, message_id=message.id, options=[1])
    assert counts(cast.ana, message) == [0, 2, 0]

    vote(cast.bo.actor, message_id=message.id, options=[0])
    vote(cast.bo.actor, message_id=message.id, options=[0])
    assert counts(cast.ana, message) == [1, 1, 0]

    vote(cast.bo.actor, message_id=message.id, options=[])
    assert counts(cast.ana, message) == [0, 1, 0]
    view = message_view(cast.ana.actor, message.id)["poll"]
    assert view["voter_count"] == 1
    assert view["options"][1]["user_ids"] == [str(cast.ana.id)]
    assert journal_types(general.id).count("poll.voted") == 4


def test_a_deleted_poll_comes_back_with_no_event(cast, in_acme, general):
    message = ask(cast.ana, general, "a secret", "another secret")
    vote(cast.bo.actor, message_id=message.id, options=[1])
    delete_message(cast.ana.actor, message_id=message.id)

    told = call(cast.bo.api).get(f"/conversations/{general.id}/events").items

    assert [frame["event"] for frame in told][-2:] == [
        "chancery.poll.voted.v1",
        "chancery.message.deleted.v1",
    ]
    assert told[-2]["data"] is None
    assert "secret" not in str(told)


def test_several_answers_only_where_the_poll_takes_them(cast, in_acme, general):
    one, many = ask(cast.ana, general), ask(cast.ana, general, multiple=True)

    with pytest.raises(Invalid):
        vote(cast.bo.actor, message_id=one.id, options=[0, 1])
    vote(cast.bo.actor, message_id=many.id, options=[0, 2])

    assert PollVote.objects.count() == 2
    assert my_vote(cast.bo.actor, many.id) == [0, 2]


def test_an_anonymous_vote_names_nobody_anywhere(cast, in_acme, general):
    message = ask(cast.ana, general, anonymous=True)

    vote(cast.bo.actor, message_id=message.id, options=[2])
    vote(cast.bo.actor, message_id=message.id, options=[1])

    view = message_view(cast.ana.actor, message.id)["poll"]
    assert [one["count"] for one in view["options"]] == [0, 1, 0]
    assert [one["user_ids"] for one in view["options"]] == [[], [], []]
    assert not PollVote.objects.filter(voter_id=cast.bo.id).exists()
    entries = Entry.objects.filter(stream_id=general.id, type__contains="poll.voted")
    assert set(entries.values_list("actor_id", flat=True)) == {None}
    assert str(cast.bo.id) not in str(list(entries.values_list("data", flat=True)))
    assert my_vote(cast.bo.actor, message.id) == [1]
    assert my_vote(cast.ana.actor, message.id) == []


def test_a_closed_poll_takes_no_votes(cast, in_acme, general):
    message = ask(cast.bo, general)

    close_poll(cast.bo.actor, message_id=message.id)
    close_poll(cast.bo.actor, message_id=message.id)

    with pytest.raises(Conflict) as refusal:
        vote(cast.ana.actor, message_id=message.id, options=[0])
    assert refusal.value.code == "closed"
    assert journal_types(general.id).count("poll.closed") == 1


def test_a_poll_closes_by_the_clock(cast, in_acme, general):
    message = ask(cast.bo, general, closes_after_minutes=5)
    vote(cast.ana.actor, message_id=message.id, options=[0])
    Poll.objects.update(closes_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(Conflict):
        vote(cast.ana.actor, message_id=message.id, options=[1])

    assert counts(cast.ana, message) == [1, 0, 0]


def test_others_may_not_end_a_poll(cast, in_acme):
    place = make_channel(cast.ana, cast.bo, cast.cy, name="lunch")
    message = ask(cast.bo, place)

    with pytest.raises(Forbidden):
        close_poll(cast.cy.actor, message_id=message.id)
    close_poll(cast.ana.actor, message_id=message.id)  # owns the channel

    assert Poll.objects.get().closes_at is not None


def test_strangers_and_onlookers_do_not_vote(cast, in_acme, general):
    secret = make_channel(cast.ana, cast.bo, name="secret", kind="private")
    hidden, shown = ask(cast.ana, secret), ask(cast.ana, general)

    with pytest.raises(NotFound):
        vote(cast.cy.actor, message_id=hidden.id, options=[0])
    with pytest.raises(Forbidden):
        vote(cast.cy.actor, message_id=shown.id, options=[0])
    delete_message(cast.ana.actor, message_id=shown.id)
    with pytest.raises(Forbidden):
        vote(cast.bo.actor, message_id=shown.id, options=[0])

    assert PollVote.objects.count() == 0


def test_what_is_no_poll_has_none(cast, in_acme, hello):
    with pytest.raises(NotFound):
        vote(cast.bo.actor, message_id=hello.id, options=[0])


@pytest.mark.parametrize(
    ("poll", "field"),
    [
        ({"options": ["one"]}, "poll.options"),
        ({"options": ["same", "Same"]}, "poll.options"),
        ({"options": ["a", "\u202e"]}, "poll.options.1"),
        ({"options": ["a", "b\x00"]}, "poll.options.1"),
        ({"options": ["a", "x" * 121]}, "poll.options.1"),
        ({"options": [str(n) for n in range(21)]}, "poll.options"),
        ({"options": ["a", "b"], "closes_after_minutes": 0}, "poll.closes_after_minutes"),
        ({"options": "ab"}, "poll.options"),
    ],
)
def test_a_poll_that_cannot_be_is_refused_by_name(cast, in_acme, general, poll, field):
    path = f"/conversations/{general.id}/messages"
    refused = call(cast.ana.api).post(path, {"text": "What?", "poll": poll})

    assert (refused.status, refused.fields) == (422, [field])
    assert Message.objects.count() == 0


@pytest.mark.parametrize("options", [[3], [-1], [2**40], ["x"], None, [0] * 21])
def test_a_vote_that_cannot_be_is_refused(cast, in_acme, general, options):
    message = ask(cast.ana, general)

    refused = call(cast.bo.api).send("PUT", f"/messages/{message.id}/vote", {"options": options})

    assert refused.status == 422
    assert PollVote.objects.count() == 0


def test_a_poll_over_rest(cast, general):
    posted = call(cast.ana.api).post(
        f"/conversations/{general.id}/messages",
        {"text": "What?", "poll": {"options": ["Tea", "Coffee"]}},
    )
    path = f"/messages/{posted.body['id']}"
    bo = call(cast.bo.api)

    voted = bo.send("PUT", f"{path}/vote", {"options": [1]})

    assert posted.status == 201
    assert [one["count"] for one in voted.body["poll"]["options"]] == [0, 1]
    assert bo.get(f"{path}/vote").body == {"options": [1]}
    assert bo.post(f"{path}/close-poll").problem == (403, "forbidden")


def test_votes_at_the_same_moment_count_once_each(cast, real_commits):
    place = make_channel(cast.ana, cast.bo, name="lunch")
    with in_tenant("acme"):
        message = ask(cast.ana, place)
    barrier = threading.Barrier(6)

    def act(person, option):
        with in_tenant("acme"):
            barrier.wait()
            vote(person.actor, message_id=message.id, options=[option])
            connection.close()

    work = [(person, option) for person in (cast.ana, cast.bo) for option in (0, 1, 2)]
    threads = [threading.Thread(target=act, args=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with in_tenant("acme"):
        assert sum(counts(cast.ana, message)) == 2
        assert PollVote.objects.count() == 2
