"""Composes what PostgreSQL looks for: a tsquery of parameters, never of text that people typed."""

from collections.abc import Iterable, Sequence
from typing import Any

from messaging.search.query import Term, close_runs, identifier_in, without_close

MOST_PARTS = 4
"""Identifiers are indexed in pieces of up to four parts; the same as in `messaging_words`."""


class Composer:
    """Collects parameters while it writes an expression."""

    def __init__(self, languages: Sequence[str]) -> None:
        self.params: dict[str, Any] = {}
        self._languages = [self.param(language) for language in languages]

    def param(self, value: Any) -> str:
        name = f"w{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def query(self, terms: Iterable[Term]) -> str | None:
        """The whole: every term, and none of the excluded; None where nothing is to be matched."""
        parts = []
        for term in terms:
            one = self._term(term)
            if one is not None:
                parts.append(f"!!({one})" if term.is_excluded else one)
        return " && ".join(f"({part})" for part in parts) or None

    def _term(self, term: Term) -> str | None:
        found = [self._one(alternative) for alternative in (term, *term.others)]
        return " || ".join(f"({one})" for one in found if one is not None) or None

    def _one(self, term: Term) -> str | None:
        parts = [self._close(run) for run in close_runs(term.text)]
        rest = without_close(term.text).strip() if parts else term.text
        if rest and any(char.isalnum() for char in rest):
            parts.append(self._plain(rest, term))
        return " && ".join(f"({part})" for part in parts) or None

    def _plain(self, text: str, term: Term) -> str:
        if term.is_phrase:
            # By their stems, and without words such as "is", phrases would match too much.
            return f"phraseto_tsquery('simple', {self.param(text)})"
        identifier = identifier_in(text)
        if identifier is not None and len(identifier) > 1:
            # As written, too: messages that were not indexed anew yet hold no identifiers.
            as_written = f"websearch_to_tsquery('simple', {self.param(text)})"
            return f"{self._identifier(identifier)} || {as_written}"
        return self._words(text, term)

    def _words(self, text: str, term: Term) -> str:
        word = self.param(text)
        forms = [f"websearch_to_tsquery('simple', {word})"]
        if not term.is_excluded:
            # What is excluded is excluded as it is written: not whatever shares its stem.
            forms += [
                f"plainto_tsquery({language}::regconfig, {word})" for language in self._languages
            ]
        return " || ".join(forms)

    def _identifier(self, parts: list[str]) -> str:
        """Its beginning is enough: what is still being typed is found already."""
        windows = [
            "-".join(parts[start : start + MOST_PARTS])
            for start in range(max(1, len(parts) - MOST_PARTS + 1))
        ]
        exact = [f"{self.param(quoted(one))}::tsquery" for one in windows[:-1]]
        last = f"{self.param(quoted(windows[-1]) + ':*')}::tsquery"
        return "(" + " && ".join([*exact, last]) + ")"

    def _close(self, run: str) -> str:
        """Neighbour after neighbour; a single character begins a pair or ends a run."""
        if len(run) == 1:
            return f"{self.param(quoted(run) + ':*')}::tsquery"
        pairs = [quoted(run[at : at + 2]) for at in range(len(run) - 1)]
        return f"{self.param(' <-> '.join(pairs))}::tsquery"


def quoted(lexeme: str) -> str:
    """A lexeme as tsquery writes it."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
