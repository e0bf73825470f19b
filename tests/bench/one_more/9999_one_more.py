"""A column with a default, on a table that has rows in every tenant."""

from django.db import migrations, models

from tests.bench.one_more import COLUMN, LAST


class Migration(migrations.Migration):
    dependencies = [("messaging", LAST)]
    operations = [
        migrations.AddField("message", COLUMN, models.BooleanField(db_default=False)),
    ]
