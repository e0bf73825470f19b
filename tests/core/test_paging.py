"""Cursors come back as they went out, and anything else is refused by name."""

import base64
from contextlib import suppress
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.paging import decode_cursor, encode_cursor

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
numbers = st.integers(-(2**63), 2**63 - 1)


@given(names, numbers, st.uuids())
def test_a_cursor_comes_back_as_it_went_out(name, number, id_):
    cursor = encode_cursor(name, number, id_)

    assert decode_cursor(cursor, str, int, UUID) == [name, number, id_]


@given(st.text())
def test_any_text_is_a_cursor_of_ours_or_refused(text):
    with pytest.raises(Invalid) as refusal:
        decode_cursor(text, str, int, UUID, UUID)

    assert refusal.value.about == "cursor"


@given(st.recursive(st.none() | st.booleans() | st.floats() | names | numbers, st.lists))
def test_any_json_is_a_cursor_of_ours_or_refused(value):
    cursor = base64.urlsafe_b64encode(orjson.dumps(value)).decode()

    with suppress(Invalid):
        assert [type(part) for part in decode_cursor(cursor, str, int)] == [str, int]
