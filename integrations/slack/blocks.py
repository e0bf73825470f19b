"""Markdown of a message's rich-text blocks and attachments, where its text says less.

Blocks nest and come from strangers: everything is looked at with suspicion, depth is bounded, and
what is not understood is left out.
"""

from collections.abc import Iterator
from typing import Any

from integrations.slack import emoji
from integrations.slack.mrkdwn import (
    Names,
    channel,
    code_block,
    code_span,
    link,
    literal,
    mention,
    storable,
    to_markdown,
)

DEEPEST = 12


def of_blocks(blocks: Any, names: Names) -> str:
    """Markdown of Block Kit blocks."""
    return _joined(_block(block, names) for block in _dicts(blocks))


def of_attachments(attachments: Any, names: Names) -> str:
    """Markdown of attachments; previews of links that stand in the text are left out."""
    return _joined(
        _attachment(one, names)
        for one in _dicts(attachments)
        if not (_text(one, "from_url") or _text(one, "original_url")) or one.get("is_share")
    )


def _block(block: dict[str, Any], names: Names, depth: int = 0) -> str:
    kind = block.get("type")
    if depth > DEEPEST:
        return ""
    if kind == "rich_text":
        return _joined(_rich(element, names, depth) for element in _dicts(block.get("elements")))
    if kind == "section":
        fields = [_object(field, names) for field in _dicts(block.get("fields"))]
        return _joined([_object(block.get("text"), names), *fields])
    if kind == "header":
        shown = _object(block.get("text"), names)
        return f"**{shown}**" if shown else ""
    if kind == "context":
        parts = (_context(element, names) for element in _dicts(block.get("elements")))
        return " ".join(part for part in parts if part)
    if kind == "divider":
        return "---"
    if kind == "image":
        title = block.get("title")
        shown = _text(title, "text") if isinstance(title, dict) else _text(block, "alt_text")
        return link(_text(block, "image_url"), shown) if _text(block, "image_url") else ""
    if kind == "video":
        title = block.get("title")
        return link(_text(block, "title_url"), _text(title, "text"))
    return ""


def _rich(element: dict[str, Any], names: Names, depth: int) -> str:
    """One part of a rich-text block."""
    kind = element.get("type")
    if depth > DEEPEST:
        return ""
    inner = element.get("elements")
    if kind == "rich_text_list":
        return _list(element, names, depth)
    if kind == "rich_text_preformatted":
        return code_block("".join(_bare(leaf, names) for leaf in _dicts(inner)).strip("\n"))
    shown = "".join(_leaf(leaf, names) for leaf in _dicts(inner)).strip("\n")
    if kind == "rich_text_quote":
        # The empty line ends the quote: what follows would be taken into it.
        return "\n".join(f"> {line}" for line in shown.split("\n")) + "\n" if shown else ""
    return shown if kind == "rich_text_section" else ""


def _list(element: dict[str, Any], names: Names, depth: int) -> str:
    indent = element.get("indent")
    indent = min(max(indent, 0), DEEPEST) if isinstance(indent, int) else 0
    offset = element.get("offset")
    first = offset + 1 if isinstance(offset, int) and 0 <= offset < 100_000 else 1
    lines = []
    for number, item in enumerate(_dicts(element.get("elements")), first):
        mark = f"{number}." if element.get("style") == "ordered" else "-"
        shown = _rich(item, names, depth + 1).replace("\n", "\n" + "   " * (indent + 1))
        lines.append(f"{'   ' * indent}{mark} {shown}")
    return "\n".join(lines)


def _leaf(leaf: dict[str, Any], names: Names) -> str:
    kind = leaf.get("type")
    if kind == "text":
        return _styled(_text(leaf, "text"), leaf.get("style"))
    if kind == "link":
        return link(_text(leaf, "url"), _text(leaf, "text") or None)
    if kind == "user":
        return mention(_text(leaf, "user_id"), names)
    if kind == "channel":
        return channel(_text(leaf, "channel_id"), names)
    if kind == "broadcast":
        return "<!here>" if leaf.get("range") == "here" else "<!channel>"
    return literal(_bare(leaf, names))


def _bare(leaf: dict[str, Any], names: Names) -> str:
    """A leaf as plain text."""
    kind = leaf.get("type")
    if kind == "emoji":
        name, tone = _text(leaf, "name"), leaf.get("skin_tone")
        return emoji.character(f"{name}::skin-tone-{tone}" if tone else name) or f":{name}:"
    if kind == "user":
        return "@" + (names.person_name(_text(leaf, "user_id")) or _text(leaf, "user_id"))
    if kind == "channel":
        return "#" + (names.conversation_name(_text(leaf, "channel_id")) or "channel")
    if kind == "date":
        return _text(leaf, "fallback")
    if kind == "usergroup":
        return "@group"
    return storable(_text(leaf, "text") or _text(leaf, "url") or _text(leaf, "value"))


def _styled(text: str, style: Any) -> str:
    """Text set as its style says; marks stand next to the words, spaces outside of them."""
    if not isinstance(style, dict) or not text.strip():
        return literal(storable(text))
    core = text.strip()
    at = text.index(core)
    before, after = text[:at], text[at + len(core) :]
    shown = code_span(core) if style.get("code") else literal(storable(core))
    for name, mark in (("bold", "**"), ("italic", "_"), ("strike", "~~")):
        if style.get(name) and "\n" not in shown:
            shown = f"{mark}{shown}{mark}"
    return f"{before}{shown}{after}"


def _object(value: Any, names: Names) -> str:
    """A Block Kit text object."""
    if not isinstance(value, dict):
        return ""
    if value.get("type") == "mrkdwn":
        return to_markdown(_text(value, "text"), names)
    return literal(storable(_text(value, "text")))


def _context(element: dict[str, Any], names: Names) -> str:
    return "" if element.get("type") == "image" else _object(element, names)


def _attachment(one: dict[str, Any], names: Names) -> str:
    blocks = of_blocks(one.get("blocks"), names)
    parts = [to_markdown(_text(one, "pretext"), names)]
    title = _text(one, "title")
    if title:
        address = _text(one, "title_link")
        parts.append(link(address, title) if address else f"**{literal(storable(title))}**")
    parts.append(blocks or to_markdown(_text(one, "text"), names))
    parts += [_field(field, names) for field in _dicts(one.get("fields"))]
    if not _joined(parts):
        parts = [to_markdown(_text(one, "fallback"), names)]
    if one.get("is_share"):
        return "\n".join(f"> {line}" for line in _joined(parts).split("\n"))
    return _joined(parts)


def _field(field: dict[str, Any], names: Names) -> str:
    title, value = _text(field, "title"), to_markdown(_text(field, "value"), names)
    return f"**{literal(storable(title))}**: {value}" if title else value


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


def _text(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _joined(parts: Any) -> str:
    return "\n".join(part for part in parts if part)
