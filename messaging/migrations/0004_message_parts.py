from django.db import migrations, models


class Migration(migrations.Migration):
    """The mask of what a message carries; those that have files so far are marked in one statement."""

    dependencies = [("messaging", "0003_private_names_may_repeat")]

    operations = [
        migrations.AddField(
            "message", "parts", models.SmallIntegerField(default=0, db_default=0)
        ),
        migrations.RunSQL(
            "UPDATE messaging_message SET parts = parts | 1"
            " WHERE id IN (SELECT message_id FROM messaging_file)",
            migrations.RunSQL.noop,
        ),
    ]
