"""Full-text search over what the actor may see."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.policies.selectors import current
from core.actor import Actor
from core.errors import Words
from core.paging import decode_cursor, encode_cursor
from messaging.conversations.granted import GRANTED_TO
from messaging.conversations.history import LOOKED_INTO
from messaging.files.access import opens_granted
from messaging.files.granted import GRANTED_TO as FILES_GRANTED_TO
from messaging.files.selectors import COLUMNS as FILE_COLUMNS
from messaging.files.selectors import shared_view
from messaging.messages.view import views_of_rows
from messaging.search.filters import LINK, conditions, zone_of
from messaging.search.found import FILES, PATIENCE_S, THREADS, Sought
from messaging.search.models import SearchPolicy
from messaging.search.plain import literal_pattern, literal_spans, marked_spans, pieces, plain
from messaging.search.query import Query, Term, parse
from messaging.search.words import Composer, quoted
from tenants.statements import TookTooLong, given_up_after, hot_rows

type Sort = Literal["newest", "relevant"]

_BEGIN, _END = "\ue000", "\ue001"
"""Private-use characters that mark hits between the database and us; stripped from the text."""

# What `message_for` says of one message, for many. EXISTS and no IN over a union: only few messages
# match, and with the union all public channels of the organisation were collected first, 1.8 ms for
# 5,000.
_VISIBLE = f"""
    (EXISTS (SELECT FROM messaging_membership x
              WHERE x.conversation_id = m.conversation_id AND x.user_id = %(user_id)s
                AND x.history_from_seq <= m.seq)
     OR (EXISTS (SELECT FROM messaging_conversation x
              WHERE x.id = m.conversation_id
                AND ((%(sees_public)s AND x.kind = 'public')
                     OR (x.kind <> 'direct' AND x.id IN ({GRANTED_TO.format(user="%(user_id)s")})))
                AND {LOOKED_INTO})
         AND NOT EXISTS (SELECT FROM messaging_membership x
              WHERE x.conversation_id = m.conversation_id AND x.user_id = %(user_id)s)))
"""

_FILES_GRANTED = FILES_GRANTED_TO.format(user="%(user_id)s")
_TELLING = frozenset({"in", "has", "is", "mentions"})


class Hits(NamedTuple):
    """A page of hits, and what has to be said about the search itself."""

    items: list[dict[str, Any]]
    next: str | None
    hints: list[dict[str, Words]]


def search(
    actor: Actor,
    *,
    query: str,
    conversation_id: UUID | None = None,
    author_id: UUID | None = None,
    sort: Sort = "newest",
    cursor: str | None = None,
    limit: int = 50,
) -> Hits:
    """Find messages by words, "phrases", -exclusions, `or` and filters such as `from:`.

    Shape   `{message, highlights}`, newest first, or the best of the newest 300 first; highlights
            are pieces of the text, without Markdown, with `hit` true where something matched. What
            the actor may not see is trimmed in the query itself.
    Errors  Invalid names `q` where it says nothing, too much, or something that cannot be.
    """
    zone = zone_of(actor) if ":" in query else None
    said = parse(query, today=timezone.now().astimezone(zone).date())
    if said.is_empty:
        return Hits([], None, _told(said))
    composer = Composer(current(SearchPolicy).languages)
    wanted = composer.query(said.terms)
    where, params = ["m.deleted_at IS NULL"], composer.params
    params |= {"user_id": actor.user_id, "sees_public": not actor.is_guest}
    if wanted is not None:
        # SELECT: it is made once, and the same plan serves for all words.
        wanted = f"(SELECT {wanted})"
        where.append(f"m.words @@ {wanted}")
    if zone is not None:
        more, values = conditions(actor, said, zone=zone)
        where += more
        params |= values
    if author_id is not None:
        where.append("m.author_id = %(author_id)s")
        params["author_id"] = author_id
    if conversation_id is not None:
        where.append("m.conversation_id = %(conversation_id)s")
        params["conversation_id"] = conversation_id
    sought = Sought(actor, where, _VISIBLE, params, wanted)
    _begin(sought, said)
    if sort == "relevant" and wanted is not None:
        rows, following = sought.best(cursor, limit)
    else:
        rows, following = sought.newest(cursor, limit)
    views = views_of_rows(rows)
    shown = _highlights([_said(view) for view in views], said)
    items = [
        {"message": view, "highlights": pieces_} for view, pieces_ in zip(views, shown, strict=True)
    ]
    return Hits(items, following, _told(said) + ([_cut(query)] if sought.is_cut else []))


def search_files(actor: Actor, *, query: str, cursor: str | None = None, limit: int = 50) -> Hits:
    """Find files by words of their names, or the beginnings of these; newest first.

    Those that were granted by themselves, too, without the place where they stand.

    Errors  Invalid names `q`.
    """
    zone = zone_of(actor) if ":" in query else None
    said = parse(query, today=timezone.now().astimezone(zone).date())
    if said.is_empty:
        return Hits([], None, _told(said))
    composer = Composer(())
    names = [_beginning(composer, term) for term in said.wanted]
    params = composer.params
    placed, visible = "true", _VISIBLE
    # What else is in its message, and where that stands, is not told by what finds a granted file.
    if opens_granted(actor) and _TELLING.isdisjoint(one.name for one in said.filters):
        placed, visible = _VISIBLE, f"({_VISIBLE} OR f.id IN ({_FILES_GRANTED}))"
    where = ["f.deleted_at IS NULL", "m.deleted_at IS NULL", visible]
    if names:
        where.append(f"messaging_words(f.name, '{{}}') @@ ({' && '.join(names)})")
    if zone is not None:
        more, values = conditions(actor, said, zone=zone)
        where += more
        params |= values
    if cursor:
        (params["before"],) = decode_cursor(cursor, UUID)
        where.append("f.id < %(before)s")
    params |= {"user_id": actor.user_id, "sees_public": not actor.is_guest, "limit": limit + 1}
    try:
        with given_up_after(PATIENCE_S), connection.cursor() as database:
            database.execute(
                f"SELECT {FILE_COLUMNS}, m.conversation_id, m.seq, m.thread_id, {placed}"
                " FROM messaging_file f"
                f" JOIN messaging_message m ON m.id = f.message_id WHERE {' AND '.join(where)}"
                " ORDER BY f.id DESC LIMIT %(limit)s",
                params,
            )
            rows = database.fetchall()
    except TookTooLong:
        return Hits([], None, [*_told(said), _cut(query)])
    following = encode_cursor(rows[limit - 1][0]) if len(rows) > limit else None
    return Hits([_file_hit(row) for row in rows[:limit]], following, _told(said))


def _file_hit(row: Sequence) -> dict[str, Any]:
    *columns, is_placed = row
    return shared_view(columns if is_placed else [*columns[:-3], None, None, None])


def _said(view: dict[str, Any]) -> str:
    """The words of a message, and below them those that it passes on."""
    quoted_ = view["forward"]["text"] if "forward" in view else ""
    return "\n· ".join(part for part in (view["text"], quoted_) if part)


def _told(said: Query) -> list[dict[str, Words]]:
    return [{"text": text, "message": words} for text, words in said.hints]


def _cut(query: str) -> dict[str, Words]:
    """Say that a search was given up."""
    words = _("Not everything could be searched in time. Add a word, a date or a channel.")
    return {"text": query, "message": words}


def _begin(sought: Sought, said: Query) -> None:
    """Say where to look first: by what the search says most narrowly."""
    params = sought.params
    if "conversation_id" in params:
        sought.within = "conversation_id"
    elif isinstance(params.get("in_is"), UUID):
        sought.within = "in_is"
    sought.author = next((name for name in ("author_id", "from_is") if name in params), None)
    if sought.wanted is not None and said.wanted:
        sought.words.append(f"m.words @@ {sought.wanted}")
    asked = {(one.name, one.value) for one in said.filters if not one.is_excluded}
    sought.calls_on_one = ("mentions", "me") in asked
    if ("has", "link") in asked:
        sought.words.append(LINK)
    if ("has", "file") in asked:
        sought.ids.append(FILES)
    if ("is", "thread") in asked:
        sought.ids.append(THREADS)
    for name, operator in (("since_id", ">="), ("until_id", "<")):
        if name in params:
            sought.bound("m.id", operator, name)


def _highlights(texts: list[str], said: Query) -> list[list[dict[str, Any]]]:
    """What each text shows: words in all their forms are marked by the database, the rest here."""
    bare = [plain(text.replace(_BEGIN, "").replace(_END, "")) for text in texts]
    terms = [Term(one.text, one.is_phrase) for term in said.wanted for one in (term, *term.others)]
    languages = current(SearchPolicy).languages or ["simple"]
    composer = Composer(languages)
    # Any of them marks: what is shown was found already.
    found = [one for one in (composer.query([term]) for term in terms) if one is not None]
    pattern = literal_pattern(terms)
    spans = [literal_spans(text, pattern) for text in bare]
    if bare and found:
        options = f"HighlightAll=true, StartSel={_BEGIN}, StopSel={_END}"
        wanted = " || ".join(f"({one})" for one in found)
        marks = ", ".join(
            f"ts_headline({composer.param(language)}::regconfig, one.body, {wanted}, '{options}')"
            for language in languages
        )
        params = {**composer.params, "bodies": bare}
        rows = hot_rows(
            f"SELECT {marks} FROM unnest(%(bodies)s::text[]) WITH ORDINALITY one(body, n)"
            " ORDER BY n",
            params,
        )
        for own, row in zip(spans, rows, strict=True):
            for marked in row:
                own.extend(marked_spans(marked, _BEGIN, _END))
    return [pieces(text, own) for text, own in zip(bare, spans, strict=True)]


def _beginning(composer: Composer, term: Term) -> str:
    """For names: each word's beginning is enough."""
    words = [word for word in term.text.lower().split() if any(char.isalnum() for char in word)]
    whole = composer.query([Term(term.text, term.is_phrase)])
    ends = "".join(char for char in words[-1] if char.isalnum()) if words else ""
    if term.is_phrase or not ends or whole is None:
        return f"({whole})"
    return f"({whole} || {composer.param(quoted(ends) + ':*')}::tsquery)"
