"""Collects the texts to translate and compiles the catalogues, without GNU gettext.

    python -m launch.messages            collect from all sources into locale/, then compile
    python -m launch.messages --compile  compile what is not compiled yet; each start does that
    python -m launch.messages --check    say what is not collected or not translated, and fail

Python is read as a syntax tree, templates by Django's own reader, the client by the reader in
`messaging/web/i18n/strings.ts`. docs/decisions/0070 says why.
"""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib

from launch.bootstrap import ROOT, WEB, find_node

LOCALE = ROOT / "locale"
APPS = (
    "accounts",
    "compliance",
    "config",
    "core",
    "events",
    "integrations",
    "messaging",
    "tenants",
)
# What only engineers read, word by word beside a provider's log or in a terminal: the protocols of
# single sign-on, and commands. Left in English, in which it is looked up.
LEFT_IN_ENGLISH = re.compile(r"accounts/sso/(saml|oidc)/|accounts/sso/fetch|/management/commands/")
PLURALS = {
    "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3"
    " : n%100>=11 && n%100<=99 ? 4 : 5;",
    "de": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=3; plural=n == 1 ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;",
    "fr": "nplurals=3; plural=(n == 0 || n == 1) ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;",
    "ja": "nplurals=1; plural=0;",
}
"""The languages besides English. Forms stand in the order of CLDR's categories, as Django's do."""

SINGLE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
# What Django's reader makes of a template's tags: calls of gettext among a desert of X.
TEMPLATE_CALL = re.compile(r"(?:^|\s)(_|gettext|ngettext|pgettext)\((?=u?['\"])")


@dataclass
class Text:
    """One text to translate, and the files it stands in."""

    id: str
    plural: str | None = None
    context: str | None = None
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> tuple[str, str]:
        return self.context or "", self.id


Texts = dict[tuple[str, str], Text]


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        complaints = list(check())
        print("\n".join(complaints))
        return 1 if complaints else 0
    if "--compile" not in arguments:
        for domain, texts in collected().items():
            for language in PLURALS:
                renew(path_of(language, domain), language, texts)
    compile_all()
    return 0


def path_of(language: str, domain: str) -> Path:
    """Where a catalogue lies."""
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.po"


def collected() -> dict[str, Texts]:
    """All texts to translate: `django` for the server, `djangojs` for the client."""
    return {"django": gather(server_texts()), "djangojs": gather(client_texts())}


def gather(found: Iterator[Text]) -> Texts:
    """One entry per text, wherever it stands; the plural form once found stays."""
    texts: Texts = {}
    for text in found:
        known = texts.setdefault(text.key, text)
        known.files |= text.files
        known.plural = known.plural or text.plural
    return texts


# --- what stands in the sources -------------------------------------------------------------------


def server_texts() -> Iterator[Text]:
    """The texts in Python and in templates."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*")):
            if "node_modules" in path.parts or "static" in path.parts:
                continue
            name = str(path.relative_to(ROOT))
            if LEFT_IN_ENGLISH.search(name):
                continue
            if path.suffix == ".py" and "migrations" not in path.parts:
                yield from python_texts(path.read_text(), name)
            elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
                yield from template_texts(path.read_text(), name)


def python_texts(source: str, name: str) -> Iterator[Text]:
    """The literals given to gettext and its relatives."""
    for node in ast.walk(ast.parse(source, name)):
        if isinstance(node, ast.Call):
            function = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            yield from _text_of(function, [_literal(part) for part in node.args], name)


def template_texts(source: str, name: str) -> Iterator[Text]:
    """The texts of translate and blocktranslate tags."""
    from django.utils.translation.template import templatize

    read = templatize(source, origin=name)
    for found in TEMPLATE_CALL.finditer(read):
        call = _call_at(read, found.start(1))
        yield from python_texts(call, name)


def _call_at(text: str, start: int) -> str:
    """The shortest text from `start` to a closing bracket that reads as a call."""
    end = start
    while (end := text.find(")", end) + 1) > 0:
        candidate = text[start:end].replace(" % (", " , (")
        try:
            ast.parse(candidate)
        except SyntaxError:
            continue
        return candidate
    raise ValueError(f"no call in {text[start : start + 60]!r}")


def _literal(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _text_of(function: str | None, args: list[str | None], name: str) -> Iterator[Text]:
    first, second = [*args, None, None][:2]
    if first is None or first == "":
        return
    if function in SINGLE:
        yield Text(first, files={name})
    elif function in PLURAL and second is not None:
        yield Text(first, plural=second, files={name})
    elif function in IN_CONTEXT and second is not None:
        yield Text(second, context=first, files={name})


def client_texts() -> Iterator[Text]:
    """The texts that the client's sources give to t, tn and te."""
    for found in read_client()["strings"]:
        yield Text(found["id"], plural=found["plural"], files={f"messaging/web/{found['file']}"})


def read_client() -> dict:
    """What the client's reader finds: `strings` to translate, and those that `escaped` it."""
    folder, _ = find_node()
    done = subprocess.run(
        [f"{folder}/node", "i18n/strings.ts"], cwd=WEB, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


# --- catalogues -----------------------------------------------------------------------------------


def renew(path: Path, language: str, texts: Texts) -> None:
    """Write a catalogue with exactly these texts; what was translated stays translated."""
    before = polib.pofile(str(path)) if path.exists() else polib.POFile()
    known = {(entry.msgctxt or "", entry.msgid): entry for entry in before if not entry.obsolete}
    after = polib.POFile(wrapwidth=100)
    after.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    for key in sorted(texts, key=lambda key: (key[1], key[0])):
        after.append(entry_for(texts[key], known.get(key), language))
    path.parent.mkdir(parents=True, exist_ok=True)
    written = str(after)
    if not path.exists() or path.read_text() != written:
        path.write_text(written)


def entry_for(text: Text, known: polib.POEntry | None, language: str) -> polib.POEntry:
    """The catalogue's entry of a text, with its translation where there is one."""
    entry = polib.POEntry(msgid=text.id, msgctxt=text.context)
    if re.search(r"%\(\w+\)[sd]", text.id):
        entry.flags = ["python-format"]
    if text.plural is None:
        entry.msgstr = known.msgstr if known and not known.msgid_plural else ""
        return entry
    forms = int(re.search(r"nplurals=(\d)", PLURALS[language])[1])  # type: ignore[index]
    given = known.msgstr_plural if known else {}
    entry.msgid_plural = text.plural
    entry.msgstr_plural = {form: given.get(form, "") for form in range(forms)}
    return entry


def compile_all() -> None:
    """Compile each catalogue that is newer than what was made of it."""
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        made = path.with_suffix(".mo")
        if made.exists() and made.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        fresh = made.with_suffix(".new")
        fresh.write_bytes(polib.pofile(str(path)).to_binary())
        fresh.replace(made)


NAMED = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def check() -> Iterator[str]:
    """What is wrong with the catalogues: a text missing, left over, untranslated or misnamed."""
    for domain, texts in collected().items():
        for language in PLURALS:
            where = f"{language}/{domain}"
            path = path_of(language, domain)
            entries = {}
            if path.exists():
                entries = {
                    (each.msgctxt or "", each.msgid): each for each in polib.pofile(str(path))
                }
            for _, msgid in texts.keys() - entries.keys():
                yield f"{where}: not collected: {msgid!r}"
            for _, msgid in entries.keys() - texts.keys():
                yield f"{where}: stands in no source: {msgid!r}"
            for key in texts.keys() & entries.keys():
                yield from (f"{where}: {words}" for words in wrong_with(entries[key]))


def wrong_with(entry: polib.POEntry) -> Iterator[str]:
    """A translation that is missing, or that names other values than its source."""
    forms = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not all(forms):
        yield f"not translated: {entry.msgid!r}"
        return
    if entry.fuzzy:
        yield f"fuzzy: {entry.msgid!r}"
    named = {name for found in NAMED.findall(entry.msgid + entry.msgid_plural) for name in found}
    for form in forms:
        given = {name for found in NAMED.findall(form) for name in found}
        # A form for one or two may leave the number out: "a reply", "two replies".
        if given - named or (named - given) - ({"count"} if entry.msgid_plural else set()) - {""}:
            yield f"other values than {entry.msgid!r}: {form!r}"


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(main(sys.argv[1:]))
