"""Reactions: one emoji of one person on one message."""

import pytest

from core.errors import Conflict, Forbidden, Invalid, NotFound
from messaging.conversations.services import archive_conversation
from messaging.messages.services import delete_message
from messaging.reactions import services
from messaging.reactions.models import Reaction
from messaging.reactions.selectors import MOST_FACES, reactions_of
from messaging.reactions.services import add_reaction, clean_emoji, remove_reaction
from tests.messaging.places import journal_types, make_message

THUMB, HEART = "\U0001f44d", "\u2764\ufe0f"


def test_reacting_twice_with_one_emoji_is_reacting_once(cast, in_acme, general, hello):
    for _ in range(2):
        add_reaction(cast.ana.actor, message_id=hello.id, emoji=THUMB)
    add_reaction(cast.bo.actor, message_id=hello.id, emoji=THUMB)
    add_reaction(cast.ana.actor, message_id=hello.id, emoji=HEART)

    assert reactions_of([hello.id]) == {
        hello.id: [
            {"emoji": THUMB, "user_ids": [cast.ana.id, cast.bo.id], "count": 2},
            {"emoji": HEART, "user_ids": [cast.ana.id], "count": 1},
        ]
    }
    assert journal_types(general.id)[4:] == ["reaction.added"] * 3


def test_taking_back_is_for_ones_own_and_for_what_is_there(cast, in_acme, general, hello):
    add_reaction(cast.ana.actor, message_id=hello.id, emoji=THUMB)

    remove_reaction(cast.bo.actor, message_id=hello.id, emoji=THUMB)
    assert Reaction.objects.count() == 1

    for _ in range(2):
        remove_reaction(cast.ana.actor, message_id=hello.id, emoji=THUMB)
    assert Reaction.objects.count() == 0
    assert journal_types(general.id)[4:] == ["reaction.added", "reaction.removed"]


def test_only_members_react_and_only_to_what_is_there(cast, in_acme, general, hello):
    gone = make_message(general, cast.bo)
    delete_message(cast.bo.actor, message_id=gone.id)

    for person, message, refusal in (
        (cast.cy, hello, Forbidden),
        (cast.eve, hello, NotFound),
        (cast.ana, gone, Forbidden),
    ):
        with pytest.raises(refusal):
            add_reaction(person.actor, message_id=message.id, emoji=THUMB)
    archive_conversation(cast.ana.actor, conversation_id=general.id)
    with pytest.raises(Forbidden):
        add_reaction(cast.ana.actor, message_id=hello.id, emoji=THUMB)

    assert Reaction.objects.count() == 0


def test_a_message_takes_so_many_kinds_and_more_of_those(
    cast, in_acme, general, hello, monkeypatch
):
    monkeypatch.setattr(services, "MOST_KINDS", 2)
    for emoji in (THUMB, HEART):
        add_reaction(cast.ana.actor, message_id=hello.id, emoji=emoji)

    with pytest.raises(Conflict) as refusal:
        add_reaction(cast.bo.actor, message_id=hello.id, emoji="\U0001f680")
    add_reaction(cast.bo.actor, message_id=hello.id, emoji=HEART)

    assert [error.field for error in refusal.value.errors] == ["emoji"]
    assert Reaction.objects.count() == 3


def test_many_people_are_counted_and_some_are_named(cast, in_acme, hello):
    from uuid import uuid4

    Reaction.objects.bulk_create(
        Reaction(message_id=hello.id, user_id=uuid4(), emoji=THUMB) for _ in range(MOST_FACES + 3)
    )

    (entry,) = reactions_of([hello.id])[hello.id]

    assert (entry["count"], len(entry["user_ids"])) == (MOST_FACES + 3, MOST_FACES)


@pytest.mark.parametrize(
    "emoji",
    [
        THUMB,
        HEART,
        "\u2764",
        "\U0001f44d\U0001f3fd",  # with a skin tone
        "\U0001f1e9\U0001f1ea",  # a flag
        "1\ufe0f\u20e3",  # a keycap
        "#\u20e3",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",  # a family
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # Scotland
        "\u2139\ufe0f",
        "\u203c\ufe0f",
    ],
)
def test_one_emoji_is_accepted(emoji):
    assert clean_emoji(emoji) == emoji


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        "a",
        "+",
        "<",
        "1",
        "\u20e3",
        "\u200d",
        THUMB * 2,
        THUMB + "a",
        THUMB + "\u200d",
        "\u200d" + THUMB,
        "\U0001f1e9",
        "\U0001f1e9\U0001f1ea" * 2,
        "\x00",
        "\u202e",
        (THUMB + "\u200d") * 20 + THUMB,
    ],
)
def test_anything_else_is_refused_by_name(rubbish):
    with pytest.raises(Invalid) as refusal:
        clean_emoji(rubbish)

    assert refusal.value.about == "emoji"
