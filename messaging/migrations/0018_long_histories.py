"""Indexes for long histories: what a channel shows beside its threads, and what somebody wrote."""

from django.db import migrations, models

from tenants.operations import AddIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0017_emoji_status_and_previews")]

    operations = [
        AddIndexMeanwhile(
            model_name="message",
            index=models.Index(
                condition=models.Q(("thread_id__isnull", True), ("also_in_conversation", True), _connector="OR"),
                fields=["conversation_id", "seq"],
                name="messaging_message_shown",
            ),
        ),
        AddIndexMeanwhile(
            model_name="message",
            index=models.Index(fields=["author_id", "id"], name="messaging_message_author"),
        ),
    ]
