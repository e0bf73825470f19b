"""Grants of conversations in SQL, for the one place that decides and for lists that are trimmed."""

from accounts.grants import statements

_TABLES = ("messaging_conversationusergrant", "messaging_conversationgroupgrant")


def is_granted(conversation: str, user: str) -> str:
    """A condition: this conversation is granted to this person, or to a group they are in.

    Both arguments are SQL: a column, or a placeholder; each stands in the text twice.
    """
    return statements.is_granted(*_TABLES, thing=conversation, user=user)


GRANTED_TO = statements.granted_to(*_TABLES)
"""The ids of every conversation that is granted to a person; `{user}` stands in it twice."""
