"""How people look in the REST API."""

from typing import Literal
from uuid import UUID

from ninja import Schema

from messaging.status.schemas import StatusView

RoleName = Literal[
    "owner",
    "admin",
    "security",
    "compliance",
    "integration",
    "member",
    "guest",
    "single_guest",
    "bot",
]


class UserView(Schema):
    id: UUID
    name: str
    email: str | None
    role: RoleName
    is_active: bool
    is_bot: bool
    title: str
    avatar_url: str | None
    status: StatusView | None
