"""What can happen to a person's account."""

from dataclasses import dataclass, field
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("user.deactivated", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class UserDeactivated:
    user_id: UUID


@event("user.joined", stream=StreamKind.TENANT, key="tenant_id")
@dataclass(frozen=True, slots=True)
class UserJoined:
    """A person came in; `way` is mail, link, domain, request, provider, directory, or added.

    Or changed: they were let in again, or were a guest and are a member now.
    """

    tenant_id: UUID
    user_id: UUID
    way: str
    invitation_id: UUID | None = None


@event("preferences.changed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class PreferencesChanged:
    """How a person wants the product to look and speak; told to their own devices alone."""

    user_id: UUID


@event("user.updated", stream=StreamKind.TENANT, key="tenant_id")
@dataclass(frozen=True, slots=True)
class UserUpdated:
    """Somebody's name, title, picture, role or state is another one now.

    `before` and `after` hold the fields that changed: of what people are called, and of their
    addresses, only whether they are set; of programs their names (decision 0102).
    """

    tenant_id: UUID
    user_id: UUID
    before: dict[str, str | bool] = field(default_factory=dict)
    after: dict[str, str | bool] = field(default_factory=dict)
