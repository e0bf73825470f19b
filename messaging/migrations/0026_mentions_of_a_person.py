"""The search for what calls on somebody begins with them, and not with everything."""

from django.db import migrations, models

from tenants.operations import AddIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0025_default_channels")]

    operations = [
        AddIndexMeanwhile(
            model_name="mention",
            index=models.Index(fields=["user_id", "message_id"], name="messaging_mention_person"),
        ),
    ]
