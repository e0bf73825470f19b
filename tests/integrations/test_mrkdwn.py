"""Slack's mrkdwn becomes Markdown that shows the same, and never calls on anybody by accident."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import clean_name, repaired_name
from integrations.slack import emoji, shapes
from integrations.slack.blocks import of_attachments, of_blocks
from integrations.slack.directory import Directory
from integrations.slack.mrkdwn import to_markdown
from integrations.slack.shapes import Flaw, Passed, Person
from messaging.messages.mentions import Calls, calls_in

BOB, ROOM = UUID(int=0xB0B), UUID(int=0x400)


def directory():
    names = Directory()
    names.add_person(Person("U1", "bob"), BOB)
    names.add_conversation("C1", "general", ROOM)
    return names


NAMES = directory()


@pytest.mark.parametrize(
    ("slack", "ours"),
    [
        ("plain words", "plain words"),
        ("*bold* _it_ ~gone~", "**bold** _it_ ~~gone~~"),
        ("*_both_*", "**_both_**"),
        ("*<@U1> hello*", f"**<@{BOB}> hello**"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("a*b*c", r"a\*b\*c"),
        ("rm *.* and *.txt", r"rm \*.\* and *.txt"),
        ("snake_case_name", "snake_case_name"),
        ("__init__", r"\_\_init\_\_"),
        ("`*x* &lt;b&gt;`", "`*x* <b>`"),
        ("so:```a\n &lt;b&gt;```done", "so:\n```\na\n <b>\n```\ndone"),
        ("`<@U1>` and `<https://a.example|a.example>`", "`@bob` and `a.example`"),
        ("<@U1> <@U1|bobby>", f"<@{BOB}> <@{BOB}>"),
        ("<@U9|eve> <@U9>", "@eve @someone"),
        ("<#C1|general> <#C9|gone>", f"<#{ROOM}> #gone"),
        ("<!here> <!channel> <!everyone>", "<!here> <!channel> <!channel>"),
        ("<!subteam^S1|@ops> <!date^1^{date}|today>", "@ops today"),
        ("<https://a.example/?a=1&amp;b=2>", "https://a.example/?a=1&b=2"),
        ("<https://a.example|here *now*>", r"[here \*now\*](https://a.example)"),
        ("<https://a.example/(x)|y>", "[y](https://a.example/%28x%29)"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<javascript:alert(1)|click>", "click (javascript:alert(1))"),
        ("&lt;@U1&gt; &lt;!here&gt;", r"<\@U1> <\!here>"),
        ("&amp;lt;@U1&amp;gt;", r"\&lt;@U1\&gt;"),
        ("fish &amp; chips &lt;3", "fish & chips <3"),
        ("&gt; said\nanswer", "> said\n\nanswer"),
        ("&gt;&gt;&gt; all\nof it", "> all\n> of it"),
        ("# no heading", r"\# no heading"),
        ("[a](https://b.example)", r"[a\](https://b.example)"),
        ("C:\\_x \\* C:\\x", r"C:\\_x \\* C:\x"),
        (":smile: :wave::skin-tone-3: :our-own:", "😄 👋🏼 :our-own:"),
        ("root:x:0:0 std::x::y 12:30:45", "root:x:0:0 std::x::y 12:30:45"),
        ("*unclosed", "*unclosed"),
        ("nul\x00 and \ud800", "nul\ufffd and \ufffd"),
        ("<>", "<>"),
        ("a < b", "a < b"),
    ],
)
def test_mrkdwn_becomes_markdown(slack, ours):
    assert to_markdown(slack, NAMES) == ours


def typed(text):
    """What Slack writes down for what a person typed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


MARKS = list("`*_~\\|@!#0<> \n\ufdd0\ufdd1")
syntax = st.sampled_from(
    [*MARKS, "](", "```", "<@", "&lt;", "&amp;", ":smile:", f"<@{BOB}>", f"<#{ROOM}>", "<!here>"]
)
anything = st.lists(syntax | st.text(max_size=8), max_size=30).map("".join)


@given(anything)
def test_what_was_typed_calls_on_nobody(text):
    calls = calls_in(to_markdown(typed(text), NAMES))

    assert calls == Calls()


@given(anything)
def test_any_text_can_be_translated_and_stored(text):
    ours = to_markdown(text, NAMES)

    assert "\x00" not in ours
    ours.encode()


@given(st.text(alphabet=st.characters(categories=["L", "Nd", "Zs"])))
def test_words_stay_as_they_are(text):
    assert to_markdown(text, NAMES) == text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | anything,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)
block_like = st.recursive(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["text", "link", "user", "channel", "emoji", "broadcast"])},
        optional={
            "text": anything,
            "url": anything,
            "user_id": st.sampled_from(["U1", "U9", ""]),
            "name": anything,
            "style": json_values,
        },
    ),
    lambda inner: st.fixed_dictionaries({
        "type": st.sampled_from([
            "rich_text", "rich_text_section", "rich_text_list", "rich_text_quote", "section",
            "rich_text_preformatted", "context", "header", "image",
        ]),
        "elements": st.lists(inner, max_size=3) | json_values,
        "text": json_values | inner,
    }),
    max_leaves=10,
)  # fmt: skip


@given(st.lists(block_like, max_size=4) | json_values)
def test_no_blocks_break_the_translation(blocks):
    of_blocks(blocks, NAMES).encode()
    of_attachments([{"blocks": blocks, "text": "x", "fields": blocks}], NAMES).encode()


@given(
    st.dictionaries(
        st.sampled_from([
            "type", "subtype", "ts", "text", "user", "bot_id", "username", "thread_ts", "edited",
            "reactions", "files", "file", "blocks", "attachments", "bot_profile", "user_profile",
        ]),
        json_values | st.just("message") | st.just("1700000000.000001"),
    )
)  # fmt: skip
def test_a_record_of_any_shape_is_a_message_or_a_flaw(record):
    try:
        found = shapes.message(record, NAMES)
    except (Flaw, Passed):
        return
    assert len(found.text or "") <= shapes.MOST_TEXT


@given(st.text(), st.integers(1, 120))
def test_a_repaired_name_is_one_of_ours(text, longest):
    name = repaired_name(text, longest=longest)

    assert not name or clean_name(name, longest=longest) == name


@given(st.text())
def test_a_files_name_never_leads_anywhere(text):
    name = shapes.file_name(text)

    assert "/" not in name
    assert name not in ("", ".", "..")
    assert len(name) <= 255


def test_emoji_have_slacks_names():
    assert emoji.reaction("flag-nl") == ("🇳🇱", False)
    assert emoji.reaction("simple_smile") == ("🙂", False)
    assert emoji.reaction("+1::skin-tone-6") == ("👍🏿", False)
    assert emoji.reaction("our_own") == (":our_own:", True)
    assert emoji.reaction("x" * 80) == (None, True)
    assert emoji.reaction("no name") == (None, True)
