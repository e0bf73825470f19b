"""What text and names may contain."""

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import Invalid
from core.text import MAX_TEXT, clean_name, clean_query, clean_text, repaired_name

anything = st.text(st.characters(exclude_categories=()), max_size=200)


@given(anything)
@example("\ud800")
@example("\x00")
@example("\u2028")
def test_text_is_kept_as_it_is_or_refused_by_name(value):
    is_sound = not any(char == "\x00" or _is_surrogate(char) for char in value)
    if is_sound and _is_seen(value):
        assert clean_text(value) == value
        return
    with pytest.raises(Invalid) as refusal:
        clean_text(value)
    assert refusal.value.about == "text"


def _is_seen(value: str) -> bool:
    """More than spaces, controls, marks of direction, and letters that look like nothing."""
    blank = "\u115f\u1160\u2800\u3164\uffa0"
    return any(
        unicodedata.category(char)[0] != "Z"
        and unicodedata.category(char) not in {"Cc", "Cf"}
        and char not in blank
        for char in value
    )


def _is_surrogate(char: str) -> bool:
    return unicodedata.category(char) == "Cs"


@given(anything)
@example("\u200d")
@example("\u3164")
@example("a\x85b")
def test_a_name_is_one_visible_line_or_refused_by_name(value):
    with suppress(Invalid):
        name = clean_name(value, longest=40)
        assert name == " ".join(name.split()) == unicodedata.normalize("NFC", name)
        assert 0 < len(name) <= 40
        assert clean_name(name, longest=40) == name
        assert any(unicodedata.category(char)[0] in "LNPS" for char in name)


@pytest.mark.parametrize(
    "name",
    [
        *("Ana", "Zoë", "राम", "ا\u200cب", "\U0001f468\u200d\U0001f469", "O’Neil", "東京 2"),
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    ],
)
def test_names_of_all_scripts_are_accepted(name):
    assert clean_name(name) == name


@pytest.mark.parametrize(
    "hidden", "\u202e\u200f\u2066\u061c\ufeff\u200b\u00ad\x07\x7f\x9f\ue000\u180e\u2062"
)
def test_what_hides_or_reorders_is_refused(hidden):
    with pytest.raises(Invalid):
        clean_name(f"a{hidden}b")


@pytest.mark.parametrize("name", ["ana\u200d", "a\u200cna", "\u200dana", "ana\U000e0062"])
def test_joiners_and_tags_that_make_two_of_one_name_are_refused(name):
    with pytest.raises(Invalid):
        clean_name(name)
    assert repaired_name(name) == "ana"


@pytest.mark.parametrize("blank", ["\u3164", "\u2800", "\u200d", "\u0301", "\u2003"])
def test_a_name_that_shows_nothing_is_refused(blank):
    with pytest.raises(Invalid):
        clean_name(blank)


def test_white_space_is_made_one_space():
    assert clean_name(" a \t b\n\u2003c\u2028d ") == "a b c d"


def test_the_longest_text():
    assert len(clean_text("x" * MAX_TEXT)) == MAX_TEXT
    with pytest.raises(Invalid) as refusal:
        clean_text("x" * (MAX_TEXT + 1))
    assert refusal.value.code == "too_long"


@given(anything)
def test_a_filter_is_never_more_than_a_refusal(value):
    with suppress(Invalid):
        assert "\x00" not in clean_query(value)


@pytest.mark.parametrize("nothing", ["\u200b\u200b", "\u200e \u202e", "\ufeff", "\u2060\n"])
def test_text_that_nobody_can_see_is_no_text(nothing):
    with pytest.raises(Invalid) as refusal:
        clean_text(nothing)

    assert refusal.value.code == "empty"
