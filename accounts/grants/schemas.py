"""The shapes of grants in the REST API."""

from uuid import UUID

from ninja import Schema

from core.api import Body


class NewObjectGrant(Body):
    """One of the two."""

    user_id: UUID | None = None
    group_id: UUID | None = None


class ObjectGrantView(Schema):
    user_id: UUID | None
    group_id: UUID | None
    name: str


class ObjectGrantList(Schema):
    items: list[ObjectGrantView]
    next: None
