"""`* ann ponders`, as IRC and its bridges write what somebody does."""

from uuid import uuid4

import pytest

from integrations.slack import shapes
from integrations.slack.directory import Directory
from integrations.slack.shapes import Person

BRIDGE = {"type": "message", "subtype": "bot_message", "username": "irc", "ts": "1383008460.000682"}
OWN = {"type": "message", "user": "U0ANN00001", "ts": "1383008460.000683"}


@pytest.fixture
def directory() -> Directory:
    known = Directory()
    for person in (
        Person("U0ANN00001", "ann"),
        Person("U0BEN00002", "Ben"),
        Person("U0BEN00003", "ben"),
        Person("B0BOT00004", "Deploys", is_bot=True),
    ):
        known.add_person(person, uuid4())
    return known


def read(
    directory: Directory, record: dict, text: str
) -> tuple[str | None, str | None, str | None]:
    found = shapes.message(record | {"text": text}, directory)
    return found.author and found.author.slack_id, found.subtype, found.text


@pytest.mark.parametrize(
    ("record", "text", "author", "subtype", "words"),
    [
        (BRIDGE, " * ann ponders *it*", "U0ANN00001", "me_message", "ponders **it**"),
        (BRIDGE, "* Ann ponders", "U0ANN00001", "me_message", "ponders"),
        (OWN, "* ann thinks", "U0ANN00001", "me_message", "thinks"),
        # Nobody, or more than one, is called so: the bridge says what it heard.
        (BRIDGE, " * stranger ponders", "bot~irc", "me_message", "stranger ponders"),
        (BRIDGE, " * ben ponders", "bot~irc", "me_message", "ben ponders"),
        # Items of a list stay what they are.
        (BRIDGE, "* Version 3 is out", "bot~irc", "bot_message", "* Version 3 is out"),
        (BRIDGE, "* ann one\n* ann two", "bot~irc", "bot_message", "* ann one\n* ann two"),
        (BRIDGE, "* Deploys begins", "bot~irc", "bot_message", "* Deploys begins"),
        (OWN, "* Starting Postfix", "U0ANN00001", None, "* Starting Postfix"),
        (OWN, "* ben ponders", "U0ANN00001", None, "* ben ponders"),
    ],
)
def test_what_somebody_does_is_theirs_and_a_list_stays_a_list(
    directory, record, text, author, subtype, words
):
    assert read(directory, record, text) == (author, subtype, words)
