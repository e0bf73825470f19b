"""Policies of messaging lie with all others; the search's trigger asks there for its languages."""

from importlib import import_module

from django.db import migrations

moves = import_module('accounts.migrations.0025_stored_policies').moves

KINDS = ('ChannelPolicy', 'EtiquettePolicy', 'FilePolicy', 'MessagePolicy', 'SearchPolicy')

KEEP = """
CREATE OR REPLACE FUNCTION messaging_keep_words() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
    NEW.words := messaging_words(
        CASE WHEN NEW.parts & 16 = 0 THEN NEW.text
             ELSE messaging_said(NEW.id, NEW.text, NEW.parts) END,
        coalesce(
            (SELECT ARRAY(SELECT jsonb_array_elements_text(p.content -> 'languages'))
               FROM accounts_storedpolicy p
              WHERE p.kind = 'messaging.searchpolicy' AND p.content ? 'languages'),
            ARRAY['english']));
    RETURN NEW;
END
$keep$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0028_file_grants_seen'),
        ('accounts', '0025_stored_policies'),
    ]

    operations = [
        migrations.RunSQL(KEEP),
        *moves('messaging', KINDS),
    ]
