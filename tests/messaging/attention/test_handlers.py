"""The table of mentions follows what messages say, in whatever order workers take the events."""

from itertools import permutations

import pytest

from events.models import Entry
from events.tasks import run_entry
from messaging.attention.models import Mention
from messaging.messages.services import delete_message, edit_message
from tests.messaging.places import journal_types, make_message


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
    make_message(general, cast.bo, f"<@{cast.ana.id}> <!here>")

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
