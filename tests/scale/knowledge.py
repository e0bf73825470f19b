"""What PostgreSQL knows of the tables, which plans follow."""

from django.db import connection

_FORGET = """
SELECT pg_clear_relation_stats(current_schema(), c.relname),
       pg_clear_attribute_stats(current_schema(), c.relname, a.attname, false)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'i')
   AND a.attnum > 0 AND NOT a.attisdropped"""


def forget_statistics() -> None:
    """As if nobody had ever looked at the organisation's tables, or at what indexes compute."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
