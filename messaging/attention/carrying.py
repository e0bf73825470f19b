"""Mentions go along: they count where the message stands now."""

from django.db import connection

from messaging.attention.handlers import called_on
from messaging.attention.models import Mention
from messaging.messages.carrying import Journey, carries
from messaging.messages.models import Message

_CARRIED = """
UPDATE messaging_mention x SET conversation_id = %s, seq = now.seq
  FROM unnest(%s::uuid[], %s::bigint[]) AS now (id, seq)
 WHERE x.message_id = now.id
"""


@carries
def carry_mentions(journey: Journey) -> None:
    """Who is named and is there is called on there; everybody and groups are not called anew.

    Nobody is told once more. Rows of people who are not there are seen by nobody and stay.
    """
    numbers = {one.message_id: one.seq for one in journey.messages}
    rows: dict = {}
    for row in Mention.objects.filter(message_id__in=numbers):
        rows.setdefault(row.message_id, {})[row.user_id] = row
    more = []
    for message in Message.objects.defer("words").filter(id__in=numbers):
        there = rows.get(message.id, {})
        wanted = called_on(message, set(there), is_new=False)
        if None in there and None not in wanted:
            there.pop(None).delete()
        more += [
            Mention(
                conversation_id=journey.to_id,
                user_id=user_id,
                seq=numbers[message.id],
                message_id=message.id,
                author_id=message.author_id,
            )
            for user_id in sorted(wanted - there.keys(), key=str)
        ]
    with connection.cursor() as cursor:
        cursor.execute(_CARRIED, [journey.to_id, list(numbers), list(numbers.values())])
    Mention.objects.bulk_create(more)
