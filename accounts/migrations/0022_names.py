from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0021_oauth_addresses"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="apitoken",
            options={"verbose_name": "access token", "verbose_name_plural": "access tokens"},
        ),
    ]
