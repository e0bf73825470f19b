"""When somebody looked which files were shared with them lies with the person."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0027_sorted_names")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="given_seen_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
