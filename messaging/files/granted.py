"""Grants of single files in SQL, for the one place that decides and for lists that are trimmed."""

from accounts.grants import statements

_TABLES = ("messaging_filepersongrant", "messaging_filegroupgrant")

# What was deleted, or stands in a deleted message, is opened by nobody.
IS_GRANTED = f"""
SELECT EXISTS (
    SELECT FROM messaging_file f JOIN messaging_message m ON m.id = f.message_id
     WHERE f.id = %s AND f.deleted_at IS NULL AND m.deleted_at IS NULL
       AND {statements.is_granted(*_TABLES, thing="f.id", user="%s")})
"""
"""Whether a file, then twice a person: it can be opened, and is granted to them."""

GRANTED_TO = statements.granted_to(*_TABLES)
"""The ids of every file that is granted to a person; `{user}` stands in it twice."""
