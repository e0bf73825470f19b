"""Lists of people are ordered by their names, without case and accents, and read page by page."""

from django.db import migrations, models

import accounts.people.models
from tenants.operations import AddIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0026_secrets_with_their_apps")]

    operations = [
        AddIndexMeanwhile(
            model_name="user",
            index=models.Index(
                accounts.people.models.SortedName("name"), "id", name="accounts_user_sorted_name"
            ),
        ),
    ]
