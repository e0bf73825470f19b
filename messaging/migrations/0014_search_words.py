"""How messages are taken apart for the search.

`words` was a generated column: its expression could only be changed by writing the whole table
anew. Its expression is dropped, which touches no row; a trigger fills it from now on, and
`search.reindex` follows with the rows that are there. Until it has, they are found as before.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.search
from django.db import migrations, models

import messaging.search.models

# What is written side by side, without spaces: kana, Han, Hangul, Thai, Lao, Khmer, Burmese.
CLOSE = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"

WORDS = rf"""
CREATE FUNCTION messaging_words(body text, languages text[]) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $words$
DECLARE
    found tsvector;
    more tsvector;
    close tsvector;
    language text;
BEGIN
    IF body IS NULL THEN
        RETURN NULL;
    END IF;
    body := left(body, 40000);
    -- Mentions are ids: nobody looks for their digits.
    IF strpos(body, '<') > 0 THEN
        body := regexp_replace(body, '<[@#&!][0-9a-z-]+>', ' ', 'g');
    END IF;
    -- Each two neighbours of what is written side by side, and the last character alone.
    IF octet_length(body) > char_length(body) AND body ~ '[{CLOSE}]' THEN
        SELECT string_agg(quote_literal(pair) || ':' || least(n, 16000), ' ' ORDER BY n)::tsvector
          INTO more
          FROM (
            SELECT c || CASE WHEN lead(run) OVER w = run THEN lead(c) OVER w ELSE '' END AS pair, n
              FROM (
                SELECT c, n, n - row_number() OVER (ORDER BY n) AS run
                  FROM unnest(string_to_array(body, NULL)) WITH ORDINALITY x(c, n)
                 WHERE c ~ '[{CLOSE}]'
              ) beside
            WINDOW w AS (ORDER BY n)
          ) pairs;
        close := coalesce(more, ''::tsvector);
        -- What stands between them are words of their own.
        body := regexp_replace(body, '[{CLOSE}]+', ' ', 'g');
    END IF;
    found := to_tsvector('simple', body);
    FOREACH language IN ARRAY languages LOOP
        found := found || to_tsvector(language::regconfig, body);
    END LOOP;
    IF strpos(body, '://') > 0 AND body ~* 'https?://[^[:space:]]' THEN
        found := found || array_to_tsvector(ARRAY['has:link']);
    END IF;
    -- Identifiers: each as a whole, in pieces of up to four parts, and by its parts.
    IF body ~ '[[:alnum:]][._@/+#-]+[[:alnum:]]' THEN
        SELECT array_to_tsvector(array_agg(DISTINCT piece)) INTO more
          FROM (
            SELECT array_to_string(parts[i:j], '-') AS piece
              FROM regexp_matches(lower(body), '[[:alnum:]]+(?:[._@/+#-]+[[:alnum:]]+)+', 'g') m(hit)
             CROSS JOIN LATERAL (
                    SELECT (regexp_split_to_array(left(hit[1], 200), '[._@/+#-]+'))[1:24] AS parts
                   ) p
             CROSS JOIN LATERAL generate_series(1, cardinality(parts)) i
             CROSS JOIN LATERAL generate_series(i, least(i + 3, cardinality(parts))) j
          ) pieces
         WHERE length(piece) > 1;
        found := found || coalesce(more, ''::tsvector);
    END IF;
    RETURN CASE WHEN close IS NULL THEN found ELSE found || close END;
END
$words$
"""

TRIGGER = """
CREATE FUNCTION messaging_keep_words() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
    NEW.words := messaging_words(NEW.text, coalesce(
        (SELECT languages FROM messaging_searchpolicy), ARRAY['english']));
    RETURN NEW;
END
$keep$;
CREATE TRIGGER messaging_message_words BEFORE INSERT OR UPDATE OF text ON messaging_message
    FOR EACH ROW EXECUTE FUNCTION messaging_keep_words()
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0013_drafts_and_scheduled")]

    operations = [
        migrations.CreateModel(
            name="SearchPolicy",
            fields=[
                ("singleton", models.BooleanField(default=True, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("changed_at", models.DateTimeField(editable=False, null=True)),
                ("changed_by_id", models.UUIDField(editable=False, null=True)),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12, choices=messaging.search.models.Language.choices),
                        blank=True,
                        default=messaging.search.models._english,
                        help_text="Words are found in all their forms in these languages, as written in others.",
                        size=None,
                        verbose_name="languages",
                    ),
                ),
                ("indexed_as", models.CharField(default="", editable=False, max_length=200)),
                ("indexing_as", models.CharField(default="", editable=False, max_length=200)),
                ("indexed_to", models.UUIDField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "search policy",
                "verbose_name_plural": "search policy",
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="searchpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("singleton", True)), name="messaging_searchpolicy_one_row"
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE messaging_message ALTER COLUMN words DROP EXPRESSION",
                    migrations.RunSQL.noop,
                ),
                migrations.RunSQL(
                    "ALTER TABLE messaging_message ALTER COLUMN words DROP NOT NULL",
                    migrations.RunSQL.noop,
                ),
                migrations.RunSQL(WORDS, "DROP FUNCTION messaging_words(text, text[])"),
                migrations.RunSQL(
                    TRIGGER,
                    "DROP TRIGGER messaging_message_words ON messaging_message;"
                    " DROP FUNCTION messaging_keep_words()",
                ),
            ],
            state_operations=[
                migrations.RemoveField("message", "words"),
                migrations.AddField(
                    "message",
                    "words",
                    django.contrib.postgres.search.SearchVectorField(editable=False, null=True),
                ),
            ],
        ),
        migrations.RunSQL(
            "CREATE INDEX messaging_file_words ON messaging_file"
            " USING gin (messaging_words(name, '{}')) WITH (fastupdate = off)"
            " WHERE deleted_at IS NULL",
            "DROP INDEX messaging_file_words",
        ),
    ]
