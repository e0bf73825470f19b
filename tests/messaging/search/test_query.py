"""What people type into the search, and what is made of it."""

import contextlib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from messaging.search.plain import (
    HIDDEN,
    Span,
    literal_pattern,
    literal_spans,
    marked_spans,
    pieces,
    plain,
)
from messaging.search.query import Filter, Term, identifier_in, parse

TODAY = date(2026, 11, 20)


def test_words_phrases_exclusions_and_alternatives():
    query = parse('plan "the budget" -old -"no way" cat or dog or bird', today=TODAY)

    assert query.terms == [
        Term("plan"),
        Term("the budget", is_phrase=True),
        Term("old", is_excluded=True),
        Term("no way", is_phrase=True, is_excluded=True),
        Term("cat", others=(Term("dog"), Term("bird"))),
    ]
    assert (query.filters, query.hints) == ([], [])


def test_filters():
    query = parse('from:@ana -in:"old news" has:FILE is:thread mentions:me plan', today=TODAY)

    assert query.filters == [
        Filter("from", "@ana"),
        Filter("in", "old news", is_excluded=True),
        Filter("has", "file"),
        Filter("is", "thread"),
        Filter("mentions", "me"),
    ]
    assert query.terms == [Term("plan")]


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("on:2026-11-02", date(2026, 11, 2), date(2026, 11, 3)),
        ("after:2026-11-02", date(2026, 11, 3), None),
        ("before:2026-11-02", None, date(2026, 11, 2)),
        ("on:2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("after:2025", date(2026, 1, 1), None),
        ("on:today", TODAY, date(2026, 11, 21)),
        ("before:yesterday", None, date(2026, 11, 19)),
        ("after:2026-01 before:2026-03", date(2026, 2, 1), date(2026, 3, 1)),
        ("after:2026-01 after:2026-05-04", date(2026, 5, 5), None),
    ],
)
def test_dates(text, since, until):
    query = parse(text, today=TODAY)

    assert (query.since, query.until) == (since, until)


@pytest.mark.parametrize(
    "text",
    [
        "on:banana",
        "before:2026-13-01",
        "after:2026-02-30",
        "on:9999",
        "has:cheese",
        "is:it",
        "mentions:ana",
        "-on:today",
        " ".join("abcdefghijklmnopqrstuvwxyzabcdefg"),
        "",
        "x" * 501,
    ],
)
def test_what_cannot_be_is_refused_by_name(text):
    with pytest.raises(Invalid) as refusal:
        parse(text, today=TODAY)

    assert refusal.value.about == "q"
    assert str(refusal.value.detail)


def test_what_looks_like_a_filter_and_is_none_is_searched_and_said():
    query = parse("error:timeout https://x.example/a 12:30 std::vector", today=TODAY)

    assert [term.text for term in query.terms] == [
        "error:timeout",
        "https://x.example/a",
        "12:30",
        "std::vector",
    ]
    assert [text for text, _words in query.hints] == ["error", "std"]
    assert "from:, in:" in str(query.hints[0][1])


@pytest.mark.parametrize("text", ["plan from:", "From: plan", "-from: plan", 'plan from:""'])
def test_a_filter_without_a_value_is_left_out_and_said(text):
    query = parse(text, today=TODAY)

    assert (query.terms, query.filters) == ([Term("plan")], [])
    ((name, words),) = query.hints
    assert str(words) == f"{name}: was left out: write its value right behind the colon."


def test_a_filter_that_is_only_begun_finds_nothing():
    assert parse("from:", today=TODAY).is_empty
    assert parse("note: plan", today=TODAY).terms == [Term("note:"), Term("plan")]


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("ABC-123", ["abc", "123"]),
        ("snake_case_name", ["snake", "case", "name"]),
        ("ana@acme.example", ["ana", "acme", "example"]),
        ("report.final.pdf.", ["report", "final", "pdf"]),
        ("word", None),
        ("...", None),
    ],
)
def test_identifiers(word, parts):
    assert identifier_in(word) == parts


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_anything_is_read_or_refused_by_name(text):
    with contextlib.suppress(Invalid):
        parse(text, today=TODAY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**bold** and *it* and ~~gone~~", "bold and it and gone"),
        ("keep snake_case but _not this_", "keep snake_case but not this"),
        ("# Title\n> quoted\n- [x] done", "Title quoted done"),
        ("see [the plan](https://x.example/a_(b)) now", "see the plan now"),
        ("```py\nx = 1\n```\nafter", "x = 1 after"),
        ("the killer is ||the butler||!", f"the killer is {HIDDEN}!"),
        ("| a | b |\n|---|---|\n| c | d |", "| a | b | | c | d |"),
        ("2 \\* 3", "2 * 3"),
        (
            "<@0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001> hi",
            "<@0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001> hi",
        ),
    ],
)
def test_hits_are_shown_without_markdown(text, words):
    assert plain(text) == words


def test_long_texts_are_cut_to_what_is_around_the_first_hit():
    text = "word " * 100 + "here it is " + "word " * 100
    start = text.index("here")

    shown = pieces(text, [Span(start, start + 4)])

    assert shown[0] == {"text": "… ", "hit": False}
    assert shown[-1] == {"text": " …", "hit": False}
    assert [piece["text"] for piece in shown if piece["hit"]] == ["here"]
    assert len("".join(piece["text"] for piece in shown)) < 200


def test_a_mention_is_shown_whole_or_not_at_all():
    mention = "<@0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001>"
    for pad in range(100, 200):
        text = "x" * 30 + " kernel " + "y" * (pad - 40) + f" {mention} " + "z" * 100
        shown = "".join(piece["text"] for piece in pieces(text, [Span(31, 37)]))
        assert ("<@" in shown) == (mention in shown)


def test_marks_become_spans():
    assert marked_spans("a\ue000bc\ue001d\ue000e\ue001", "\ue000", "\ue001") == [
        Span(1, 3),
        Span(4, 5),
    ]


def test_identifiers_and_close_script_are_marked_as_they_stand():
    text = "Fix ABC-123 in 日本語テスト"

    spans = literal_spans(text, literal_pattern([Term("abc_123"), Term("本語")]))

    assert [text[span.start : span.end] for span in spans] == ["ABC-123", "本語"]
