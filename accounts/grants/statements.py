"""Grants in SQL, for the places that decide and for lists that are trimmed."""

from accounts.groups.closure import ABOVE_PERSON


def is_granted(people: str, groups: str, *, thing: str, user: str) -> str:
    """A condition: this thing is granted to this person, or to a group they are in.

    `people` and `groups` are the two tables of its kind; `thing` and `user` are SQL, a column or a
    placeholder, each of which stands in the text twice.
    """
    return (
        f"(EXISTS (SELECT FROM {people} y"
        f" WHERE y.content_object_id = {thing} AND y.user_id = {user})"
        f" OR EXISTS (SELECT FROM {groups} y"
        f" WHERE y.content_object_id = {thing}"
        f" AND y.group_id IN ({ABOVE_PERSON.format(user=user)})))"
    )


def granted_to(people: str, groups: str) -> str:
    """The ids of everything of a kind that is granted to a person; `{user}` stands in it twice."""
    return (
        f"SELECT y.content_object_id FROM {people} y WHERE y.user_id = {{user}}"
        f" UNION SELECT y.content_object_id FROM {groups} y"
        f" WHERE y.group_id IN ({ABOVE_PERSON})"
    )
