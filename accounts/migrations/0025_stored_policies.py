"""All kinds of policies lie in one table, each a row; the tables that held one row each go."""

from django.db import migrations, models

KINDS = ('Branding', 'JoinPolicy', 'NetworkPolicy', 'SecondFactorPolicy', 'SessionPolicy', 'SignInPolicy')

MOVE = """
INSERT INTO accounts_storedpolicy (kind, version, content, changed_at, changed_by_id)
SELECT '{app}.{kind}', version,
       to_jsonb(p) - ARRAY['singleton', 'version', 'changed_at', 'changed_by_id'],
       changed_at, changed_by_id
  FROM {app}_{kind} p
"""

FORGET = """
DELETE FROM auth_permission
 WHERE codename ~ '^(add|change|delete|view)_({kinds})$'
"""


def moves(app, kinds):
    """Move the rows, drop the tables; there is no way back, which would lose what was decided."""
    lowered = [kind.lower() for kind in kinds]
    return [
        *(migrations.RunSQL(MOVE.format(app=app, kind=kind)) for kind in lowered),
        *(migrations.DeleteModel(name=kind) for kind in kinds),
        migrations.RunSQL(FORGET.format(kinds='|'.join(lowered))),
    ]


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0024_provider_metadata'),
    ]

    operations = [
        migrations.CreateModel(
            name='StoredPolicy',
            fields=[
                ('kind', models.CharField(db_collation='C', max_length=80, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=0)),
                ('content', models.JSONField(default=dict)),
                ('changed_at', models.DateTimeField(null=True)),
                ('changed_by_id', models.UUIDField(null=True)),
            ],
        ),
        *moves('accounts', KINDS),
    ]
