"""Grants of conversations in SQL, for the one place that decides and for lists that are trimmed."""

from accounts.groups.closure import ABOVE_PERSON


def is_granted(conversation: str, user: str) -> str:
    """A condition: this conversation is granted to this person, or to a group they are in.

    Both arguments are SQL: a column, or a placeholder; each stands in the text twice.
    """
    return (
        "(EXISTS (SELECT FROM messaging_conversationusergrant y"
        f" WHERE y.content_object_id = {conversation} AND y.user_id = {user})"
        " OR EXISTS (SELECT FROM messaging_conversationgroupgrant y"
        f" WHERE y.content_object_id = {conversation}"
        f" AND y.group_id IN ({ABOVE_PERSON.format(user=user)})))"
    )


GRANTED_TO = (
    "SELECT y.content_object_id FROM messaging_conversationusergrant y WHERE y.user_id = {user}"
    " UNION SELECT y.content_object_id FROM messaging_conversationgroupgrant y"
    f" WHERE y.group_id IN ({ABOVE_PERSON})"
)
"""The ids of every conversation that is granted to a person; `{user}` stands in it twice."""
