"""What is wrong with a value of a request is said in our words, in every kind that we know."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.unfit import words_for


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    text: Annotated[str, Field(min_length=2, max_length=3)] = "ab"
    number: Annotated[int, Field(ge=1, le=9)] = 1
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    id: UUID | None = None
    is_on: bool = True
    colour: Colour = Colour.RED
    kind: Literal["a", "b"] = "a"
    at: datetime | None = None
    day: date | None = None
    needed: int = 0


class Needing(BaseModel):
    needed: int


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"ids": [1, 2, 3]},
            "At most 2 entries are taken at once; leave the others out, or send them in another"
            " request.",
        ),
        ({"ids": []}, "Give at least 1 entry."),
        ({"ids": "x"}, "Give a list."),
        ({"text": "abcd"}, "Write at most 3 characters."),
        ({"text": "a"}, "Write at least 2 characters."),
        ({"text": 1}, "Give text."),
        ({"number": 0}, "Give 1 or more."),
        ({"number": 10}, "Give 9 or less."),
        ({"number": "x"}, "Give a whole number."),
        ({"share": 0}, "Give more than 0.0."),
        ({"share": 1}, "Give less than 1.0."),
        ({"id": "x"}, "Give an id, as the API does."),
        ({"is_on": "x"}, "Give true or false."),
        ({"colour": "x"}, "Give one of these: 'red' or 'blue'."),
        ({"kind": "x"}, "Give one of these: 'a' or 'b'."),
        ({"at": "x"}, "Give a time such as 2026-05-04T09:30:00Z."),
        ({"day": "x"}, "Give a day such as 2026-05-04."),
        ({"other": 1}, "There is no field with this name; leave it out."),
    ],
)
def test_each_kind_has_a_sentence_with_its_remedy(body, words):
    with pytest.raises(ValidationError) as refused:
        Asked.model_validate(body)

    assert words_for(dict(refused.value.errors()[0])) == words


def test_what_is_missing_is_said():
    with pytest.raises(ValidationError) as refused:
        Needing.model_validate({})

    assert words_for(dict(refused.value.errors()[0])) == "This is missing; give a value."


def test_what_nobody_has_words_for_keeps_those_it_came_with():
    assert words_for({"type": "odd", "msg": "that is odd"}) == "That is odd"
