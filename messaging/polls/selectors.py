"""Read polls; they are a part of the message view."""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

import orjson

from core.actor import Actor
from core.errors import NotFound
from core.sealed import secret_keys
from messaging.messages.access import Do, message_for
from messaging.messages.parts import Part, part
from messaging.polls.models import Poll, PollVote
from tenants.statements import hot_rows

MOST_FACES = 20
"""Voters listed per answer; `count` counts them all."""

_POLLS = """
SELECT p.message_id, p.options::text, p.is_multiple, p.is_anonymous, p.closes_at,
       (SELECT count(DISTINCT voter_id) FROM messaging_pollvote x
         WHERE x.message_id = p.message_id),
       (SELECT jsonb_object_agg(v.option, jsonb_build_object('n', v.n, 'who', v.who))::text
          FROM (SELECT option, count(*) AS n,
                       CASE WHEN p.is_anonymous THEN NULL
                            ELSE (array_agg(voter_id ORDER BY id))[1:%s] END AS who
                  FROM messaging_pollvote x WHERE x.message_id = p.message_id
                 GROUP BY option) v)
  FROM messaging_poll p WHERE p.message_id = ANY(%s)
"""


@part(Part.POLL, "poll")
def polls_of(message_ids: Sequence[UUID]) -> dict[UUID, dict]:
    """The poll of each message with its results; one query."""
    found = {}
    for row in hot_rows(_POLLS, [MOST_FACES, list(message_ids)]):
        message_id, options, is_multiple, is_anonymous, closes_at, voters, votes = row
        votes = orjson.loads(votes or "{}")
        found[message_id] = {
            "options": [
                {
                    "text": text,
                    "count": votes.get(str(number), {}).get("n", 0),
                    "user_ids": votes.get(str(number), {}).get("who") or [],
                }
                for number, text in enumerate(orjson.loads(options))
            ],
            "is_multiple": is_multiple,
            "is_anonymous": is_anonymous,
            "closes_at": closes_at,
            "voter_count": voters,
        }
    return found


def my_vote(actor: Actor, message_id: UUID) -> list[int]:
    """Which answers the actor has given.

    Errors  NotFound by access, and where the message is no poll.
    """
    message_for(actor, message_id, Do.READ)
    poll = Poll.objects.filter(message_id=message_id).first()
    if poll is None:
        raise NotFound("poll")
    rows = PollVote.objects.filter(message_id=message_id, voter_id__in=voters_of(poll, actor))
    return sorted(rows.values_list("option", flat=True))


def voters_of(poll: Poll, actor: Actor) -> tuple[UUID, ...]:
    """Under which ids a person's votes are found; they are kept under the first."""
    assert actor.user_id is not None
    if not poll.is_anonymous:
        return (actor.user_id,)
    return tuple(hidden_id(poll, actor.user_id, secret) for secret in secret_keys())


def hidden_id(poll: Poll, person_id: UUID, secret: str) -> UUID:
    """Who stands for a person in an anonymous poll; nobody finds them without the secret."""
    said = poll.message_id.bytes + person_id.bytes
    return UUID(bytes=hmac.new(secret.encode(), said, sha256).digest()[:16])
