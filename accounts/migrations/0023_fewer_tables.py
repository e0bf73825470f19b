"""Grants of providers and service accounts lie in one table; Django's own rights of people go.

Nothing ever asked for those: what somebody may do comes from roles.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MOVE = """
INSERT INTO accounts_objectgrant (user_id, provider_id)
SELECT DISTINCT user_id, content_object_id FROM accounts_providerpersongrant;
INSERT INTO accounts_objectgrant (group_id, provider_id)
SELECT DISTINCT group_id, content_object_id FROM accounts_providergroupgrant;
INSERT INTO accounts_objectgrant (user_id, bot_id)
SELECT DISTINCT user_id, content_object_id FROM accounts_botpersongrant;
INSERT INTO accounts_objectgrant (group_id, bot_id)
SELECT DISTINCT group_id, content_object_id FROM accounts_botgroupgrant;
"""

FORGET = """
DELETE FROM auth_permission WHERE codename IN ('look_after_bot', 'look_after_provider')
"""


def proxy(name, words, plural):
    return migrations.CreateModel(
        name=name,
        fields=[],
        options={
            'verbose_name': words,
            'verbose_name_plural': plural,
            'proxy': True,
            'indexes': [],
            'constraints': [],
        },
        bases=('accounts.objectgrant',),
    )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0022_names'),
    ]

    operations = [
        migrations.CreateModel(
            name='ObjectGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.group')),
                ('provider', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.identityprovider')),
                ('bot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('group__isnull', True), ('user__isnull', False)), models.Q(('group__isnull', False), ('user__isnull', True)), _connector='OR'), name='accounts_objectgrant_one_holder'),
                    models.CheckConstraint(condition=models.Q(models.Q(('bot__isnull', True), ('provider__isnull', False)), models.Q(('bot__isnull', False), ('provider__isnull', True)), _connector='OR'), name='accounts_objectgrant_one_thing'),
                    models.UniqueConstraint(fields=('user', 'group', 'provider', 'bot'), name='accounts_objectgrant_unique', nulls_distinct=False),
                ],
            },
        ),
        # There is no way back: it would lose them.
        migrations.RunSQL(MOVE),
        migrations.DeleteModel(name='BotGroupGrant'),
        migrations.DeleteModel(name='BotPersonGrant'),
        migrations.DeleteModel(name='ProviderGroupGrant'),
        migrations.DeleteModel(name='ProviderPersonGrant'),
        migrations.RunSQL(FORGET),
        proxy('BotGroupGrant', 'service account that a group looks after', 'service accounts that groups look after'),
        proxy('BotPersonGrant', 'service account that a person looks after', 'service accounts that people look after'),
        proxy('ProviderGroupGrant', 'identity provider that a group looks after', 'identity providers that groups look after'),
        proxy('ProviderPersonGrant', 'identity provider that a person looks after', 'identity providers that people look after'),
        migrations.AlterModelOptions(
            name='identityprovider',
            options={'ordering': ['name', 'id'], 'verbose_name': 'identity provider', 'verbose_name_plural': 'identity providers'},
        ),
        migrations.AlterModelOptions(
            name='user',
            options={'verbose_name': 'person', 'verbose_name_plural': 'people'},
        ),
        migrations.RemoveField(model_name='user', name='groups'),
        migrations.RemoveField(model_name='user', name='is_superuser'),
        migrations.RemoveField(model_name='user', name='user_permissions'),
    ]
