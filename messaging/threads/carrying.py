"""Who follows a thread follows it to another conversation, from where they have read."""

from django.db import connection

from messaging.messages.carrying import Journey, carries
from messaging.threads.models import Follow

# The cursor stands behind the last message that it stood behind before, in the numbers of there.
_CARRIED = """
UPDATE messaging_follow f
   SET conversation_id = %(to_id)s,
       read_seq = coalesce((
           SELECT max(c.seq)
             FROM unnest(%(roots)s::uuid[], %(before)s::bigint[], %(seqs)s::bigint[])
                  AS c (root_id, before_seq, seq)
            WHERE c.root_id = f.root_id AND c.before_seq <= f.read_seq), 0)
 WHERE f.root_id = ANY(%(roots)s)
"""


@carries
def carry_follows(journey: Journey) -> None:
    """Rows of people who are not in the other conversation stay: they see nothing by them."""
    roots = [one.root_id or one.message_id for one in journey.messages]
    # In one order, as whoever goes through the followers of a thread: the other way two would wait
    # for each other.
    rows = Follow.objects.select_for_update().filter(root_id__in=roots)
    if not list(rows.order_by("user_id", "id").values_list("id", flat=True)):
        return
    params = {
        "to_id": journey.to_id,
        "roots": roots,
        "before": [one.before_seq for one in journey.messages],
        "seqs": [one.seq for one in journey.messages],
    }
    with connection.cursor() as cursor:
        cursor.execute(_CARRIED, params)
