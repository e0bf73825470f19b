"""Imported files wait to be looked at: those that are here already, too."""

from django.db import migrations, models

from tenants.operations import AddFieldOnce, AddIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0021_object_grants")]

    operations = [
        AddFieldOnce(
            model_name="file",
            name="is_unseen",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        # One statement over few rows: only imports have an external id.
        migrations.RunSQL(
            "UPDATE messaging_file SET is_unseen = true WHERE external_id IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        AddIndexMeanwhile(
            model_name="file",
            index=models.Index(
                condition=models.Q(("is_unseen", True)),
                fields=["-created_at"],
                name="messaging_file_unseen",
            ),
        ),
    ]
