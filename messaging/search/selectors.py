"""Full-text search over what the actor may see, newest first."""

import re
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Invalid
from core.paging import Page, decode_cursor, encode_cursor
from messaging.conversations.granted import GRANTED_TO
from messaging.messages.view import COLUMNS, views_of_rows

LONGEST_QUERY = 500

_BEGIN, _END = "\ue000", "\ue001"
"""Private-use characters that mark hits between the database and us; stripped from the text."""

_CUT_AT_START = re.compile(r"(^| … )([0-9a-f-]{1,36}>)")
_CUT_AT_END = re.compile(r"(<[@#][0-9a-f-]{0,36})($| … )")

_ANY_FORM = "(websearch_to_tsquery('simple', %(q)s) || websearch_to_tsquery('english', %(q)s))"
_AS_WRITTEN = "websearch_to_tsquery('simple', %(q)s)"
"""For phrases: by their stems, and without words such as "is", they would match too much."""

# Two EXISTS and not one IN over a union: only few messages match, and with the union all public
# channels of the organisation were collected first, 1.8 ms for 5,000.
_VISIBLE = """
    (EXISTS (SELECT FROM messaging_membership x
              WHERE x.conversation_id = m.conversation_id AND x.user_id = %(user_id)s
                AND x.history_from_seq <= m.seq)
     OR (%(sees_public)s AND EXISTS (SELECT FROM messaging_conversation x
              WHERE x.id = m.conversation_id AND x.kind = 'public' AND x.history = 'all'))
     OR (m.conversation_id IN ({granted})
         AND EXISTS (SELECT FROM messaging_conversation x
              WHERE x.id = m.conversation_id AND x.history = 'all')
         AND NOT EXISTS (SELECT FROM messaging_membership x
              WHERE x.conversation_id = m.conversation_id AND x.user_id = %(user_id)s)))
""".format(granted=GRANTED_TO.format(user="%(user_id)s"))


def search(
    actor: Actor,
    *,
    query: str,
    conversation_id: UUID | None = None,
    author_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[dict[str, Any]]:
    """Find messages by words, "phrases", -exclusions and `or`.

    Shape   `{message, highlights}`, newest first; highlights are pieces of the text with `hit` true
            where a word matched. What the actor may not see is trimmed in the query itself.
    Errors  Invalid where the query is empty or too long.
    """
    query = _clean(query)
    params: dict[str, Any] = {
        "q": query,
        "user_id": actor.user_id,
        "sees_public": not actor.is_guest,
        "limit": limit + 1,
    }
    wanted = _AS_WRITTEN if '"' in query else _ANY_FORM
    where = [f"m.words @@ {wanted}", "m.deleted_at IS NULL", _VISIBLE]
    if conversation_id is not None:
        where.append("m.conversation_id = %(conversation_id)s")
        params["conversation_id"] = conversation_id
    if author_id is not None:
        where.append("m.author_id = %(author_id)s")
        params["author_id"] = author_id
    if cursor:
        (params["before"],) = decode_cursor(cursor, UUID)
        where.append("m.id < %(before)s")
    rows = _fetch(wanted, where, params)
    page = rows[:limit]
    following = encode_cursor(page[-1][0]) if len(rows) > limit else None
    views = views_of_rows(page)
    return Page(
        [
            {"message": view, "highlights": pieces(mentions_whole(row[-1], view["text"]))}
            for view, row in zip(views, page, strict=True)
        ],
        following,
    )


def mentions_whole(headline: str, text: str) -> str:
    """Give a headline the rest of each mention of the text that a cut went through."""

    def from_start(cut: re.Match[str]) -> str:
        mention = re.search(rf"<[@#][0-9a-f-]*{re.escape(cut[2])}", text)
        return cut[1] + (mention[0] if mention else cut[2])

    def to_end(cut: re.Match[str]) -> str:
        mention = re.search(rf"{re.escape(cut[1])}[0-9a-f-]*>", text)
        return (mention[0] if mention else cut[1]) + cut[2]

    return _CUT_AT_END.sub(to_end, _CUT_AT_START.sub(from_start, headline))


def pieces(headline: str) -> list[dict[str, Any]]:
    """Split a marked headline into pieces that say whether they are a hit."""
    found = []
    for part in re.split(f"({_BEGIN}[^{_END}]*{_END})", headline):
        if part:
            is_hit = part.startswith(_BEGIN)
            found.append({"text": part.strip(_BEGIN + _END), "hit": is_hit})
    return found


def _fetch(wanted: str, where: list[str], params: dict[str, Any]) -> list[tuple]:
    sql = f"""
        WITH hits AS (
            SELECT m.* FROM messaging_message m
             WHERE {" AND ".join(where)}
             ORDER BY m.id DESC LIMIT %(limit)s)
        SELECT {COLUMNS},
               ts_headline('english', translate(m.text, '{_BEGIN}{_END}', ''), {wanted},
                   'StartSel={_BEGIN}, StopSel={_END}, MaxFragments=2, MaxWords=30, MinWords=12,
                    FragmentDelimiter=" … "')
          FROM hits m ORDER BY m.id DESC
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _clean(query: str) -> str:
    text = " ".join(query.split())
    if not text or "\x00" in text:
        raise Invalid.field("q", _("Say what to look for."), code="empty")
    if len(text) > LONGEST_QUERY:
        raise Invalid.field("q", _("A search has at most 500 characters."), code="too_long")
    return text
