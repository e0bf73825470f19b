"""Translates Slack's mrkdwn into the Markdown that Chancery stores.

Slack escapes `& < >` in what people typed and writes its own markup in real angle brackets. So the
brackets are taken out first, and what is then left is text: it may hold anything, and must never
come out as a mention or as formatting that Slack did not show.
"""

import re
from typing import Protocol
from urllib.parse import quote
from uuid import UUID

from integrations.slack import emoji


class Names(Protocol):
    """What a text may refer to."""

    def person(self, slack_id: str) -> UUID | None: ...

    def person_name(self, slack_id: str) -> str | None: ...

    def conversation(self, slack_id: str) -> UUID | None: ...

    def conversation_name(self, slack_id: str) -> str | None: ...


# Noncharacters stand for finished pieces while the rest of a text is worked on. None of them is
# ever meant as text, so that those of the input can be replaced.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_BOLD, _ITALIC, _STRIKE, _BREAK = "\ufdd2", "\ufdd3", "\ufdd4", "\ufdd5"
_MARKS = str.maketrans({_BOLD: "**", _ITALIC: "_", _STRIKE: "~~", _BREAK: ""})
_RESERVED = re.compile("[\ufdd0-\ufdef]")
_PIECE = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_FENCE = re.compile(r"(?<![ \t])[ \t]*\n?```(.+?)```\n?", re.DOTALL)
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_ANGLE = re.compile(r"<([^<>\n]*)>")
_ENTITY = re.compile(r"&(amp|lt|gt);")
_CHARACTER = {"amp": "&", "lt": "<", "gt": ">"}


def _around(mark: str) -> re.Pattern[str]:
    """Slack sets words between two marks that touch them and no word outside.

    Wildcards such as `*.*` are left alone, which hold no word.
    """
    edge = rf"[^\W_]|[\\{mark}]"
    inside = rf"(?![\s{mark}])(?=[^{mark}\n]*[^\W_])([^{mark}\n]+?)(?<!\s)"
    return re.compile(rf"(?<!{edge}){mark}{inside}{mark}(?!{edge})")


_EMPHASIS = [
    ("*", _around(r"\*"), _BOLD),
    ("_", _around("_"), _ITALIC),
    ("~", _around("~"), _STRIKE),
]

_PUNCTUATION = r"!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~"
_LITERAL = [
    (re.compile(rf"\\(?=[{_PUNCTUATION}])"), r"\\\\"),
    (re.compile(r"<(?=[@#!])"), "<\\\\"),
    (re.compile(r"&(?=#?\w{1,32};)"), r"\\&"),
    (re.compile(r"\](?=\()"), r"\\]"),
    (re.compile(r"^(\s{0,3})(?=#{1,6}(?:\s|$))", re.MULTILINE), r"\1\\"),
    (re.compile(r"^(\s{0,3})(?=(?:-{2,}|=+|\*{3,}|_{3,})[ \t]*$)", re.MULTILINE), r"\1\\"),
    (re.compile(r"(?<!\w)__(?=[^\s_])([^\n]{0,200}?)(?<=[^\s_])__(?!\w)"), r"\\_\\_\1\\_\\_"),
]
_ESCAPABLE = re.compile(r"[\\<&\]#*`]|__|--|^\s{0,3}=", re.MULTILINE)
"""What any of these begins with: most texts have none of it."""
_STARS = re.compile(r"(?<!\*)\*(?=[^\s*])[^*\n]*?(?<=[^\s*])\*(?!\*)")
_QUOTED_REST = re.compile(r"^(?:&gt;){3}(?!&gt;)[ \t]?(.*)\Z", re.MULTILINE | re.DOTALL)
_AFTER_QUOTE = re.compile(r"^(>[^\n]*)\n(?=[^\s>])", re.MULTILINE)
_IN_LABEL = re.compile(r"([\\\[\]<>*_~`&])")
_SAFE_URL = re.compile(r"(?:https?|ftp|ftps|mailto|tel|sip|xmpp|irc)[:]", re.IGNORECASE)
_MENTION = re.compile(r"<(?=[@#!])")
_SLACK_ID = re.compile(r"[A-Z0-9]{2,20}")

MISSING_NAME = "someone"


class _Pieces:
    """Finished Markdown, taken out of the text so that nothing works on it again."""

    def __init__(self) -> None:
        self._kept: list[str] = []

    def keep(self, piece: str) -> str:
        self._kept.append(piece)
        return f"{_OPEN}{len(self._kept) - 1}{_CLOSE}"

    def put_back(self, text: str) -> str:
        return _PIECE.sub(lambda found: self._kept[int(found[1])], text)


def storable(text: str) -> str:
    """The text without what no database column takes: NUL and lone surrogates."""
    return _UNSTORABLE.sub("\ufffd", text)


def unescaped(text: str) -> str:
    """What a person typed, from how Slack wrote it down."""
    return _ENTITY.sub(lambda found: _CHARACTER[found[1]], text)


def to_markdown(text: str, names: Names) -> str:
    """Markdown of a mrkdwn text. Never fails: what is no markup is text."""
    text = _RESERVED.sub("\ufffd", storable(text))
    if not _needs_work(text):
        return text
    pieces = _Pieces()
    text = _take_code(text, names, pieces)
    text = _ANGLE.sub(lambda found: pieces.keep(angle(found[1], names)), text)
    text = _QUOTED_REST.sub(lambda found: _quote(found[1]), text)
    text = literal(_emphasised(unescaped(text)))
    if _RESERVED.search(text):
        return pieces.put_back(_tidy(text.translate(_MARKS)))
    return _tidy(text)


def literal(text: str) -> str:
    """Markdown that shows exactly this text: escaped only where it would be taken for markup."""
    if _ESCAPABLE.search(text):
        for pattern, replacement in _LITERAL:
            text = pattern.sub(replacement, text)
        text = _STARS.sub(lambda found: found[0].replace("*", r"\*"), text)
        if text.count("`") > 1:
            text = text.replace("`", r"\`")
    return emoji.replaced(text)


def label(text: str) -> str:
    """Text as the label of a link."""
    return _IN_LABEL.sub(r"\\\1", emoji.replaced(" ".join(storable(text).split())))


def link(url: str, text: str | None = None) -> str:
    """A link, or its text alone where the address is of a kind that must not be clicked."""
    url = storable(url).strip()
    shown = (text or "").strip()
    if not _SAFE_URL.match(url):
        return label(f"{shown} ({url})" if shown and shown != url else url)
    bare = url.partition(":")[2] if url.lower().startswith("mailto:") else url
    if not shown or shown in (url, bare):
        return _plain_url(bare)
    return f"[{label(shown)}]({_target(url)})"


def code_span(text: str) -> str:
    """Inline code that shows exactly this text."""
    text = _in_code(text).replace("\n", " ")
    fence = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def code_block(text: str) -> str:
    """A fenced block that shows exactly this text."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}\n{_in_code(text)}\n{fence}"


def mention(slack_id: str, names: Names, shown: str | None = None) -> str:
    """A person of the export, by our id."""
    person = names.person(slack_id)
    if person is not None:
        return f"<@{person}>"
    return label("@" + (shown or names.person_name(slack_id) or MISSING_NAME))


def channel(slack_id: str, names: Names, shown: str | None = None) -> str:
    """A conversation of the export, by our id."""
    conversation = names.conversation(slack_id)
    if conversation is not None:
        return f"<#{conversation}>"
    return label("#" + (shown or names.conversation_name(slack_id) or "channel"))


def angle(inside: str, names: Names) -> str:
    """What stands between angle brackets."""
    target, bar, shown = inside.partition("|")
    text = unescaped(shown) if bar else None
    kind, rest = target[:1], target[1:]
    if kind == "@" and _SLACK_ID.fullmatch(rest):
        return mention(rest, names, (text or "").removeprefix("@") or None)
    if kind == "#" and _SLACK_ID.fullmatch(rest):
        return channel(rest, names, (text or "").removeprefix("#") or None)
    if kind == "!":
        return _special(rest, text)
    if not target or kind in "@#":
        return literal(f"<{unescaped(inside)}>")
    if not _SAFE_URL.match(target) and not bar:
        return literal(f"<{unescaped(inside)}>")
    return link(unescaped(target), text)


def _special(command: str, text: str | None) -> str:
    name, _, rest = command.partition("^")
    if name in ("channel", "group", "everyone"):
        return "<!channel>"
    if name == "here":
        return "<!here>"
    if name == "subteam":
        return label(text or "@group")
    if name == "date":
        return label(text or rest)
    return label(text or f"<!{command}>")


def _needs_work(text: str) -> bool:
    """Most messages are plain words: they are done already."""
    return _SPECIAL.search(text) is not None


_SPECIAL = re.compile(r"[&<*_~`\\#>:\]]|^\s{0,3}(?:-{2,}|=+)\s*$", re.MULTILINE)


def _take_code(text: str, names: Names, pieces: _Pieces) -> str:
    if "`" not in text:
        return text

    def block(found: re.Match[str]) -> str:
        before = "" if found.start() == 0 else "\n"
        after = "" if found.end() == len(found.string) else "\n"
        content = _plain(found[1], names).strip("\n")
        return before + pieces.keep(code_block(content)) + after if content.strip() else found[0]

    text = _FENCE.sub(block, text)
    return _CODE.sub(lambda found: pieces.keep(code_span(_plain(found[1], names))), text)


def _plain(text: str, names: Names) -> str:
    """Code as it was typed: brackets that Slack put around links and names are undone."""
    return unescaped(_ANGLE.sub(lambda found: _plain_angle(found[1], names), text))


def _plain_angle(inside: str, names: Names) -> str:
    target, _, shown = inside.partition("|")
    if target[:1] == "@":
        return "@" + (shown or names.person_name(target[1:]) or target[1:])
    if target[:1] == "#":
        return "#" + (shown or names.conversation_name(target[1:]) or target[1:])
    if target[:1] == "!":
        return shown or "@" + target[1:].partition("^")[0]
    return shown or target


def _in_code(text: str) -> str:
    # Code calls on nobody anyway; but a backtick elsewhere in the text can make a reader disagree
    # about where code begins.
    return _MENTION.sub("<\u200b", storable(text))


def _emphasised(text: str) -> str:
    for sign, pattern, mark in _EMPHASIS:
        if sign in text:
            text = pattern.sub(rf"{mark}\1{mark}", text)
    return text


def _quote(rest: str) -> str:
    """`>>>` quotes everything that follows."""
    return "\n".join(f"&gt; {line}" for line in rest.split("\n"))


def _tidy(text: str) -> str:
    """A line after a quote would be taken into it: Slack's quotes end with their line."""
    return _AFTER_QUOTE.sub(r"\1\n\n", text) if text.startswith(">") or "\n>" in text else text


def _plain_url(url: str) -> str:
    return url if re.fullmatch(r"[^\s<>]+", url) else _target(url)


def _target(url: str) -> str:
    return quote(url, safe="!#$%&'*+,/:;=?@[]~_.-")


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
