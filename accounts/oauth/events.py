"""What can happen with apps; secrets, codes and tokens are never written down.

Each app has a stream of its own: nobody's browser listens to it, so that a busy app is no flood of
frames.
"""

from dataclasses import dataclass, field
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("oauth_app.created", stream=StreamKind.TENANT, key="app_id")
@dataclass(frozen=True, slots=True)
class OAuthAppCreated:
    app_id: UUID
    kind: str
    grants: tuple[str, ...]
    scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    account_id: UUID | None
    after: dict[str, str] = field(default_factory=dict)


@event("oauth_app.changed", stream=StreamKind.TENANT, key="app_id")
@dataclass(frozen=True, slots=True)
class OAuthAppChanged:
    """`before` and `after` hold the fields that changed."""

    app_id: UUID
    before: dict[str, str]
    after: dict[str, str]


@event("oauth_app.secret_made", stream=StreamKind.TENANT, key="app_id")
@dataclass(frozen=True, slots=True)
class OAuthSecretMade:
    app_id: UUID
    secret_id: UUID


@event("oauth_app.secret_ended", stream=StreamKind.TENANT, key="app_id")
@dataclass(frozen=True, slots=True)
class OAuthSecretEnded:
    app_id: UUID
    secret_id: UUID


@event("oauth_app.revoked", stream=StreamKind.TENANT, key="app_id")
@dataclass(frozen=True, slots=True)
class OAuthAppRevoked:
    """It was ended, with all that people had allowed it."""

    app_id: UUID
    connections: int
    before: dict[str, str] = field(default_factory=dict)


@event("oauth_app.allowed", stream=StreamKind.TENANT, key="app_id")
@dataclass(frozen=True, slots=True)
class OAuthAppAllowed:
    """A person let it act for them, within these scopes."""

    app_id: UUID
    user_id: UUID
    scopes: tuple[str, ...]


@event("oauth_app.disallowed", stream=StreamKind.TENANT, key="app_id")
@dataclass(frozen=True, slots=True)
class OAuthAppDisallowed:
    """What a person had allowed was taken back: by them, by an admin, or since they left."""

    app_id: UUID
    user_id: UUID


@event("oauth_app.token_issued", stream=StreamKind.TENANT, key="app_id")
@dataclass(frozen=True, slots=True)
class OAuthTokenIssued:
    app_id: UUID
    token_id: UUID
    user_id: UUID
    grant: str
    scopes: tuple[str, ...]


@event("oauth_app.grant_ended", stream=StreamKind.TENANT, key="app_id")
@dataclass(frozen=True, slots=True)
class OAuthGrantEnded:
    """One family of tokens was ended. A code or refresh token that came again is a theft."""

    app_id: UUID
    user_id: UUID
    reason: str


@event("oauth_app.refused", stream=StreamKind.TENANT, key="app_id")
@dataclass(frozen=True, slots=True)
class OAuthAppRefused:
    """A security event, told once a minute: somebody claimed to be the app, without proof."""

    app_id: UUID
    reason: str
