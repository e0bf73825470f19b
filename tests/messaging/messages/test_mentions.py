"""Finding whom a text calls on."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.messages.mentions import MOST_NAMED, calls_in

A, B = UUID(int=0xA), UUID(int=0xB)


@pytest.mark.parametrize(
    ("text", "people", "everybody"),
    [
        ("", (), False),
        ("nobody", (), False),
        (f"<@{A}> and <@{B}>, <@{A}> again", (A, B), False),
        (f"<@{str(A).upper()}>", (A,), False),
        ("<!channel>", (), True),
        ("<!here> please", (), True),
        (f"<!CHANNEL> <@{A}>", (A,), True),
        ("<!everyone>", (), False),
        ("@bo", (), False),
        ("<@not-a-uuid>", (), False),
        (f"<#{A}>", (), False),
        (f"`<@{A}>` but <@{B}>", (B,), False),
        (f"``<@{A}> ` <!here>``", (), False),
        (f"```\n<@{A}>\n<!channel>\n``` <@{B}>", (B,), False),
        (f"``` never closed <@{A}>", (), False),
        (f"` never closed <@{A}>", (A,), False),
    ],
)
def test_calls_outside_of_code_count_once(text, people, everybody):
    calls = calls_in(text)
    assert (calls.people, calls.everybody or calls.here) == (people, everybody)


def test_more_than_fifty_are_not_called_one_by_one():
    named = [uuid4() for _ in range(MOST_NAMED + 10)]

    assert calls_in("".join(f"<@{one}>" for one in named)).people == tuple(named[:MOST_NAMED])


@given(st.lists(st.one_of(st.uuids().map(lambda one: f"<@{one}>"), st.text())))
def test_every_text_is_read_and_nobody_is_named_twice(parts):
    people = calls_in("".join(parts)).people

    assert len(people) == len(set(people)) <= MOST_NAMED


@pytest.mark.timeout(5)
@pytest.mark.parametrize("piece", ["`", "``a", "` ", "```", "<", "`<@", "`\n"])
def test_no_text_of_the_longest_kind_takes_long(piece):
    calls_in("<" + piece * (40_000 // len(piece)))


def test_channel_here_and_groups_are_told_apart():
    calls = calls_in(f"<!here> <&{A}> <&{str(B).upper()}> <&{A}> `<!channel> <&{B}>`")

    assert calls == ((), False, True, (A, B))
    assert calls_in("<!channel>") == ((), True, False, ())
