"""A message's key is its author's in all conversations, so that what was moved is found by it."""

from django.db import migrations, models

from tenants.operations import AddUniqueMeanwhile, RemoveConstraintOnce

# Each but the oldest message with a key that its author has used more than once gets a new key: it
# was acknowledged long ago. The index that goes below finds them in its order.
APART = """
UPDATE messaging_message m SET key = gen_random_uuid()
  FROM (SELECT key, author_id, min(id::text)::uuid AS first
          FROM messaging_message
         WHERE author_id IS NOT NULL
         GROUP BY key, author_id
        HAVING count(*) > 1) twice
 WHERE m.key = twice.key AND m.author_id = twice.author_id AND m.id <> twice.first
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0030_pieces_in_a_loop")]

    operations = [
        migrations.RunSQL(APART, migrations.RunSQL.noop),
        # Begins with the name of the old one, by which code of before tells what was sent twice.
        AddUniqueMeanwhile(
            model_name="message",
            constraint=models.UniqueConstraint(
                fields=("key", "author_id"), name="messaging_message_key_unique_of_author"
            ),
        ),
        RemoveConstraintOnce(model_name="message", name="messaging_message_key_unique"),
    ]
