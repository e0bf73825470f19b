"""What can happen with identity providers.

Each provider has a stream of its own: nobody's browser listens to it, so that a flood of refused
answers is no flood of frames.
"""

from dataclasses import dataclass, field
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("identity_provider.created", stream=StreamKind.TENANT, key="provider_id")
@dataclass(frozen=True, slots=True)
class IdentityProviderCreated:
    provider_id: UUID
    kind: str
    slug: str = ""
    after: dict[str, str] = field(default_factory=dict)


@event("identity_provider.changed", stream=StreamKind.TENANT, key="provider_id")
@dataclass(frozen=True, slots=True)
class IdentityProviderChanged:
    """`before` and `after` hold the fields that changed; of secrets and keys only fingerprints."""

    provider_id: UUID
    before: dict[str, str]
    after: dict[str, str]


@event("identity_provider.metadata_failed", stream=StreamKind.TENANT, key="provider_id")
@dataclass(frozen=True, slots=True)
class ProviderMetadataFailed:
    """Its metadata could not be read again; the console says why. What was known before counts."""

    provider_id: UUID


@event("identity_provider.deleted", stream=StreamKind.TENANT, key="provider_id")
@dataclass(frozen=True, slots=True)
class IdentityProviderDeleted:
    provider_id: UUID
    slug: str = ""
    before: dict[str, str] = field(default_factory=dict)


@event("identity_provider.key_made", stream=StreamKind.TENANT, key="provider_id")
@dataclass(frozen=True, slots=True)
class ProviderKeyMade:
    provider_id: UUID
    key_id: UUID


@event("identity_provider.key_retired", stream=StreamKind.TENANT, key="provider_id")
@dataclass(frozen=True, slots=True)
class ProviderKeyRetired:
    provider_id: UUID
    key_id: UUID


@event("sso.refused", stream=StreamKind.TENANT, key="provider_id")
@dataclass(frozen=True, slots=True)
class SsoRefused:
    """A security event: somebody brought an answer that is not good."""

    provider_id: UUID
    arrival_id: UUID
    reason: str


@event("sso.signed_in", stream=StreamKind.TENANT, key="provider_id")
@dataclass(frozen=True, slots=True)
class SsoSignedIn:
    provider_id: UUID
    arrival_id: UUID
    user_id: UUID
    is_new: bool


@event("sso.linked", stream=StreamKind.TENANT, key="provider_id")
@dataclass(frozen=True, slots=True)
class SsoLinked:
    """A person's account and their identity at a provider belong together from now on."""

    provider_id: UUID
    user_id: UUID


@event("sso.signed_out", stream=StreamKind.TENANT, key="provider_id")
@dataclass(frozen=True, slots=True)
class SsoSignedOut:
    """A provider ended sessions here."""

    provider_id: UUID
    user_id: UUID
    sessions: int
