"""Calling on many takes a permission, and is asked about first."""

import pytest

from accounts.policies.services import change
from core.errors import Conflict, Forbidden
from core.ids import new_id
from messaging.etiquette.models import EtiquettePolicy
from messaging.messages.models import Message
from messaging.messages.services import edit_message, post_message
from tests.messaging.calls import call
from tests.messaging.places import make_channel, make_direct, make_message


@pytest.fixture
def careful(cast, in_acme):
    """Acme asks before more than one other person is called on at once."""
    change(cast.ana.actor, EtiquettePolicy, confirm_above=1)


@pytest.fixture
def room(cast):
    return make_channel(cast.ana, cast.bo, cast.cy, name="ops")


def post(person, room, text, **options):
    return post_message(
        person.actor, conversation_id=room.id, text=text, key=new_id(), **options
    ).message


@pytest.mark.parametrize("call_on", ["<!channel>", "<!here>"])
def test_calling_on_many_is_asked_about_with_the_number(cast, in_acme, careful, room, call_on):
    with pytest.raises(Conflict) as refusal:
        post(cast.bo, room, f"{call_on} lunch")

    assert refusal.value.code == "confirm_mentions"
    assert "2 people" in str(refusal.value.errors[0].message)
    assert Message.objects.count() == 0
    assert post(cast.bo, room, f"{call_on} lunch", confirms_mentions=True).seq > 0


def test_a_few_are_not_asked_about(cast, in_acme, careful, general):
    assert post(cast.bo, general, "<!channel> lunch").seq > 0


def test_what_stands_in_code_calls_on_nobody_and_asks_nothing(cast, in_acme, careful, room):
    assert post(cast.bo, room, "`<!channel>`").seq > 0


def test_guests_may_not_call_on_everybody(cast, in_acme):
    place = make_channel(cast.ana, cast.eve, name="visitors", kind="private")

    with pytest.raises(Forbidden) as refusal:
        post(cast.eve, place, "<!channel>")

    assert refusal.value.code == "mention_everybody"
    assert Message.objects.count() == 0


def test_in_a_direct_conversation_everybody_may(cast, in_acme):
    place = make_direct(cast.ana, cast.eve)

    assert post(cast.eve, place, "<!channel>").seq > 0


def test_an_edit_is_no_way_around(cast, in_acme, careful, room):
    message = make_message(room, cast.bo, "lunch")

    with pytest.raises(Conflict):
        edit_message(cast.bo.actor, message_id=message.id, text="<!channel> lunch")
    assert Message.objects.get().text == "lunch"

    edit_message(
        cast.bo.actor, message_id=message.id, text="<!channel> lunch", confirms_mentions=True
    )
    # What was confirmed once is not asked about with the next mistake that is mended.
    edit_message(cast.bo.actor, message_id=message.id, text="<!channel> Lunch")
    assert Message.objects.get().text == "<!channel> Lunch"


def test_over_rest_the_question_names_its_field(cast, careful, room):
    bo, path = call(cast.bo.api), f"/conversations/{room.id}/messages"

    asked = bo.post(path, {"text": "<!channel>"})
    posted = bo.post(path, {"text": "<!channel>", "confirm_mentions": True})

    assert asked.problem == (409, "confirm_mentions")
    assert asked.fields == ["confirm_mentions"]
    assert posted.status == 201
