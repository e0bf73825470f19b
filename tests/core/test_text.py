"""What text and names may contain."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import Invalid
from core.text import MAX_TEXT, clean_name, clean_query, clean_text

anything = st.text(st.characters(exclude_categories=()), max_size=200)


@given(anything)
@example("\ud800")
@example("\x00")
@example("\u2028")
def test_text_is_kept_as_it_is_or_refused_by_name(value):
    try:
        kept = clean_text(value)
    except Invalid as refusal:
        assert refusal.about == "text"
        assert any(unicodedata.category(char) == "Cs" or char == "\x00" for char in value) or (
            not value.strip()
        )
    else:
        assert kept == value
        assert kept.encode()


@given(anything)
@example("\u200d")
@example("\u3164")
@example("a\x85b")
def test_a_name_is_one_visible_line_or_refused_by_name(value):
    try:
        name = clean_name(value, field="title", longest=40)
    except Invalid as refusal:
        assert refusal.about == "title"
        assert refusal.errors[0].message
    else:
        assert name == " ".join(name.split()) == unicodedata.normalize("NFC", name)
        assert 0 < len(name) <= 40
        assert clean_name(name, longest=40) == name
        assert any(unicodedata.category(char)[0] in "LNPS" for char in name)


@pytest.mark.parametrize(
    "name", ["Ana", "Zoë", "राम", "ا\u200cب", "\U0001f468\u200d\U0001f469", "O’Neil", "東京 2"]
)
def test_names_of_all_scripts_are_accepted(name):
    assert clean_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["a\u202eb", "a\u200fb", "a\u2066b", "a\u061cb", "\ufeffa", "a\u200bb", "a\u00adb", "\u3164"]
    + ["a\x07b", "a\x7fb", "a\x9fb", "a\ue000b", "\u2800", "a\u180eb", "a\u2062b"],
)
def test_what_hides_or_reorders_is_refused(name):
    with pytest.raises(Invalid):
        clean_name(name)


def test_white_space_is_made_one_space():
    assert clean_name(" a \t b\n\u2003c\u2028d ") == "a b c d"


def test_the_longest_text():
    assert len(clean_text("x" * MAX_TEXT)) == MAX_TEXT
    with pytest.raises(Invalid) as refusal:
        clean_text("x" * (MAX_TEXT + 1))
    assert refusal.value.code == "too_long"


@given(anything)
def test_a_filter_is_never_more_than_a_refusal(value):
    try:
        assert "\x00" not in clean_query(value)
    except Invalid as refusal:
        assert refusal.about == "q"
