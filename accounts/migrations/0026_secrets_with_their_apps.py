"""The secrets of an app, two at most, lie with it: nothing ever asks for them otherwise."""

from django.db import migrations, models

MOVE = """
UPDATE accounts_oauthapp a SET kept_secrets = s.kept
  FROM (SELECT app_id, jsonb_agg(jsonb_build_object(
                   'id', id, 'digest', encode(digest, 'hex'), 'hint', hint,
                   'created_at', created_at, 'last_used_at', last_used_at) ORDER BY id) AS kept
          FROM accounts_oauthsecret GROUP BY app_id) s
 WHERE s.app_id = a.id
"""

FORGET = """
DELETE FROM auth_permission WHERE codename ~ '^(add|change|delete|view)_oauthsecret$'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0025_stored_policies'),
    ]

    operations = [
        migrations.AddField(
            model_name='oauthapp',
            name='kept_secrets',
            field=models.JSONField(default=list, editable=False),
        ),
        # There is no way back: it would lose them.
        migrations.RunSQL(MOVE),
        migrations.DeleteModel(name='OAuthSecret'),
        migrations.RunSQL(FORGET),
    ]
