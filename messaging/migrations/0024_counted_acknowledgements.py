from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0023_forwarded_words")]

    operations = [
        migrations.AddField(
            model_name="priority", name="asked_count", field=models.IntegerField(null=True)
        ),
        migrations.AddField(
            model_name="priority", name="given_count", field=models.IntegerField(null=True)
        ),
    ]
