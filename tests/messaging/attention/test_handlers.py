"""The table of mentions follows what messages say, in whatever order workers take the events."""

from itertools import permutations

import pytest

from accounts.groups.services import Members, add_members, create_group
from accounts.people.models import User
from events.models import Entry
from events.tasks import run_entry
from messaging.attention import handlers
from messaging.attention.here import note_gone, note_here
from messaging.attention.models import Mention
from messaging.conversations.selectors import summaries
from messaging.messages.services import delete_message, edit_message
from tests.messaging.places import journal_types, make_channel, make_message


def work(entries=None) -> None:
    """What the workers do: the handlers of every entry, in the order given."""
    for entry in list(Entry.objects.order_by("stream_id", "seq")) if entries is None else entries:
        assert run_entry(entry)


def called() -> set:
    return set(Mention.objects.values_list("user_id", flat=True))


def test_a_member_who_is_named_is_told_in_their_own_stream(cast, in_acme, general):
    message = make_message(general, cast.bo, f"<@{cast.ana.id}> look")

    work()

    (mention,) = Mention.objects.all()
    assert (mention.user_id, mention.message_id, mention.seq) == (cast.ana.id, message.id, 4)
    assert journal_types(cast.ana.id) == ["membership.added", "mention.created"]


def test_a_second_run_changes_nothing(cast, in_acme, general):
    make_message(general, cast.bo, f"<@{cast.ana.id}> <!channel>")

    work()
    work()

    assert called() == {cast.ana.id, None}
    assert Mention.objects.count() == 2
    assert journal_types(cast.ana.id).count("mention.created") == 1


def test_strangers_and_oneself_are_not_called(cast, in_acme, general):
    make_message(general, cast.bo, f"<@{cast.cy.id}> <@{cast.bo.id}> <@{cast.dee.id}>")

    work()

    assert called() == set()
    assert journal_types(cast.cy.id) == []


def test_everybody_is_one_row_however_many_they_are(cast, in_acme, general):
    make_message(general, cast.bo, "<!channel> lunch")

    work()

    assert list(Mention.objects.values_list("user_id", flat=True)) == [None]
    assert "mention.created" not in journal_types(cast.ana.id)


def test_an_edit_calls_whom_it_names_now(cast, in_acme, general):
    message = make_message(general, cast.bo, "<!here>")
    work()

    edit_message(cast.bo.actor, message_id=message.id, text=f"<@{cast.ana.id}>")
    work()

    assert called() == {cast.ana.id}


def test_a_deleted_message_calls_on_nobody(cast, in_acme, general):
    message = make_message(general, cast.bo, f"<@{cast.ana.id}> <!here>")
    work()

    delete_message(cast.bo.actor, message_id=message.id)
    work()

    assert called() == set()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_any_order_of_the_events_leaves_the_truth(cast, in_acme, general, order):
    message = make_message(general, cast.bo, f"<@{cast.ana.id}> <!here>")
    edit_message(cast.bo.actor, message_id=message.id, text="never mind")
    edit_message(cast.bo.actor, message_id=message.id, text=f"or yes, <@{cast.ana.id}>")
    entries = list(Entry.objects.filter(stream_id=general.id, seq__gt=3).order_by("seq"))

    work([entries[place] for place in order])

    assert called() == {cast.ana.id}


@pytest.fixture
def here(clean_redis):
    """Notes who is here, as a gateway does."""

    def note(*people):
        note_here("acme", [str(person.id) for person in people])

    yield note
    note_gone("acme", [str(uid) for uid in User.objects.values_list("id", flat=True)])


def unread(person, conversation) -> tuple[int, int]:
    (row,) = summaries(person.actor, [conversation.id])
    return row["unread"], row["mentions"]


def test_here_calls_on_those_who_are_there_and_on_nobody_else(cast, in_acme, here):
    room = make_channel(cast.ana, cast.bo, cast.cy, name="shift")
    here(cast.bo, cast.ana, cast.dee)

    make_message(room, cast.ana, "<!here> the delivery is at the door")
    work()

    assert called() == {cast.bo.id}
    assert unread(cast.bo, room) == (1, 1)
    assert unread(cast.cy, room) == (1, 0)


def test_an_edit_does_not_call_on_those_who_came_later(cast, in_acme, here):
    room = make_channel(cast.ana, cast.bo, cast.cy, name="shift")
    here(cast.bo)
    message = make_message(room, cast.ana, "<!here> come")
    work()
    here(cast.cy)

    edit_message(cast.ana.actor, message_id=message.id, text="<!here> come down")
    work()

    assert called() == {cast.bo.id}


def test_with_nobody_to_ask_who_is_here_everybody_is_called(cast, in_acme, general, monkeypatch):
    monkeypatch.setattr("messaging.attention.handlers.here_among", lambda *_: None)

    make_message(general, cast.bo, "<!here>")
    work()

    assert called() == {None}


@pytest.mark.parametrize("told", [True, False])
def test_the_count_is_right_at_the_moment_of_the_edit(cast, in_acme, general, told):
    """No worker runs in between."""
    message = make_message(general, cast.bo, f"<@{cast.ana.id}>" if told else "nothing")
    work()
    assert unread(cast.ana, general) == (1, int(told))

    text = "nothing" if told else f"<@{cast.ana.id}>"
    edit_message(cast.bo.actor, message_id=message.id, text=text)

    assert unread(cast.ana, general) == (1, int(not told))


def test_the_count_is_right_at_the_moment_of_the_deletion(cast, in_acme, general):
    message = make_message(general, cast.bo, f"<@{cast.ana.id}> <!channel>")
    work()

    delete_message(cast.bo.actor, message_id=message.id)

    assert unread(cast.ana, general) == (0, 0)
    assert called() == set()


def test_many_are_told_by_one_event(cast, in_acme, here, monkeypatch):
    monkeypatch.setattr(handlers, "MOST_TOLD", 1)
    room = make_channel(cast.ana, cast.bo, cast.cy, name="shift")
    here(cast.bo, cast.cy)

    make_message(room, cast.ana, "<!here>")
    work()

    assert called() == {cast.bo.id, cast.cy.id}
    assert journal_types(room.id).count("mentions.recorded") == 1
    assert "mention.created" not in journal_types(cast.bo.id)


def test_a_group_calls_on_its_people_who_are_in_the_conversation(cast, in_acme, general):
    night = create_group(cast.ana.actor, name="Night shift")
    inner = create_group(cast.ana.actor, name="Inner")
    add_members(cast.ana.actor, group_id=inner.id, members=Members.of([cast.ana.id, cast.cy.id]))
    add_members(cast.ana.actor, group_id=night.id, members=Members.of(children=[inner.id]))

    make_message(general, cast.bo, f"<&{night.id}> are you awake?")
    work()

    assert called() == {cast.ana.id}
