"""What was given to a group is new to its people until they have looked.

What was given before has no time, and is known to them.
"""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0028_given_files_seen"),
        ("messaging", "0031_keys_of_authors"),
    ]

    operations = [
        migrations.AddField(
            model_name="filegroupgrant",
            name="given_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="filegroupgrant",
            name="given_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, null=True
            ),
        ),
    ]
