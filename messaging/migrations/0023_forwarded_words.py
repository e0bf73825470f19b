"""What a forward quotes is found by whoever may see the message that quotes it.

The quotation is stored before its message, within the same transaction, so that the trigger finds
it. A message that forwards nothing costs a look at its own `parts`.
"""

from django.db import migrations

# 16 is `Part.FORWARD`. Both together are cut where one text is: a tsvector has limits.
SAID = """
CREATE FUNCTION messaging_said(message_id uuid, body text, parts smallint) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $said$
    SELECT CASE WHEN $3 & 16 = 0 THEN $2 ELSE $2 || E'\\n' || coalesce(
        (SELECT f.text FROM messaging_forward f WHERE f.message_id = $1), '') END
$said$
"""

KEEP = """
CREATE OR REPLACE FUNCTION messaging_keep_words() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
    NEW.words := messaging_words(
        CASE WHEN NEW.parts & 16 = 0 THEN NEW.text
             ELSE messaging_said(NEW.id, NEW.text, NEW.parts) END,
        coalesce((SELECT languages FROM messaging_searchpolicy), ARRAY['english']));
    RETURN NEW;
END
$keep$
"""

BEFORE = """
CREATE OR REPLACE FUNCTION messaging_keep_words() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
    NEW.words := messaging_words(NEW.text, coalesce(
        (SELECT languages FROM messaging_searchpolicy), ARRAY['english']));
    RETURN NEW;
END
$keep$
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0022_imported_files")]

    operations = [
        migrations.RunSQL(SAID, "DROP FUNCTION messaging_said(uuid, text, smallint)"),
        migrations.RunSQL(KEEP, BEFORE),
    ]
