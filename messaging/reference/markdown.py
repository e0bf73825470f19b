"""The little Markdown that the reference needs."""

from collections.abc import Iterable, Sequence
from inspect import cleandoc
from typing import Any


def page(title: str, *parts: str) -> str:
    """A page with a heading, and a word that it is made."""
    made = "<!-- Made by `manage.py generate_reference` from the code: change that, not this. -->"
    return "\n\n".join([f"# {title}", made, *(part for part in parts if part)]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; a bar or a new line within a cell would end it."""
    lines = [_row(heads), _row("---" for _ in heads), *(_row(row) for row in rows)]
    return "\n".join(lines)


def code(words: object) -> str:
    """As it is to be written."""
    return f"`{words}`" if words != "" else ""


def said_of(documented: Any) -> str:
    """What the docstring of a thing says first; a dataclass without one is given its signature."""
    words = cleandoc(documented.__doc__ or "")
    is_made = words.startswith(f"{getattr(documented, '__name__', '')}(")
    return "" if is_made else first_paragraph(words)


def first_paragraph(words: str) -> str:
    """What comes before the first empty line."""
    return " ".join(cleandoc(words).split("\n\n")[0].split())


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(" ".join(str(one).split()).replace("|", "\\|") for one in cells) + " |"
