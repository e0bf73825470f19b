from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    """A storage parameter: nothing is rebuilt, what is on the list is filed by the next vacuum."""

    dependencies = [("messaging", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER INDEX messaging_message_words SET (fastupdate = off)",
                    "ALTER INDEX messaging_message_words RESET (fastupdate)",
                )
            ],
            state_operations=[
                migrations.RemoveIndex("message", "messaging_message_words"),
                migrations.AddIndex(
                    "message",
                    GinIndex(fields=["words"], name="messaging_message_words", fastupdate=False),
                ),
            ],
        )
    ]
