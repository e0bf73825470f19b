"""The index over words knows when each message was written, so that a part of it can be asked."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from messaging.messages.models import Slots
from tenants.operations import AddIndexMeanwhile

# The first 22 bits of an id, 18.6 hours, and eight of them together, on four levels.
SLOTS = """
CREATE OR REPLACE FUNCTION messaging_slots(id uuid) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $slots$
DECLARE
    b bytea := uuid_send(id);
    n integer := (get_byte(b, 0) << 14) | (get_byte(b, 1) << 6) | (get_byte(b, 2) >> 2);
BEGIN
    RETURN ARRAY[n, (1 << 28) | (n >> 3), (2 << 28) | (n >> 6), (3 << 28) | (n >> 9)];
END
$slots$
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0032_files_given_to_groups")]

    operations = [
        migrations.RunSQL(SLOTS, "DROP FUNCTION messaging_slots(uuid)"),
        AddIndexMeanwhile(
            model_name="message",
            index=GinIndex(
                "words", Slots("id"), name="messaging_message_words_slots", fastupdate=False
            ),
        ),
        migrations.RemoveIndex(model_name="message", name="messaging_message_words"),
    ]
