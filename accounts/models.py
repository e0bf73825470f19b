"""Tables of the accounts app, gathered from its features for Django."""

from accounts.branding.models import Branding
from accounts.domains.models import DomainProof
from accounts.grants.models import ObjectGrant
from accounts.groups.models import Group, GroupMember
from accounts.idempotency.models import IdempotencyRecord
from accounts.invitations.models import Invitation, JoinPolicy, JoinRequest
from accounts.mfa.models import SecondFactorPolicy
from accounts.networks.models import NetworkPolicy
from accounts.oauth.models import (
    OAuthApp,
    OAuthConnection,
    OAuthGrant,
    OAuthRefreshToken,
)
from accounts.people.models import User
from accounts.policies.models import StoredPolicy
from accounts.roles.models import CustomRole, RoleAssignment
from accounts.scim.models import ScimPerson, ScimRequest, ScimToken
from accounts.sessions.models import Session, SessionPolicy
from accounts.setup.models import NotificationConfirmation, RetentionConfirmation
from accounts.signin.models import SignInPolicy
from accounts.sso.models import (
    Arrival,
    ExternalIdentity,
    IdentityProvider,
    ProviderGroupGrant,
    ProviderKey,
    ProviderPersonGrant,
    SsoSession,
)
from accounts.tokens.models import ApiToken, BotGroupGrant, BotPersonGrant, ServiceAccount

__all__ = [
    "ApiToken",
    "Arrival",
    "BotGroupGrant",
    "BotPersonGrant",
    "Branding",
    "CustomRole",
    "DomainProof",
    "ExternalIdentity",
    "Group",
    "GroupMember",
    "IdempotencyRecord",
    "IdentityProvider",
    "Invitation",
    "JoinPolicy",
    "JoinRequest",
    "NetworkPolicy",
    "NotificationConfirmation",
    "OAuthApp",
    "OAuthConnection",
    "OAuthGrant",
    "OAuthRefreshToken",
    "ObjectGrant",
    "ProviderGroupGrant",
    "ProviderKey",
    "ProviderPersonGrant",
    "RetentionConfirmation",
    "RoleAssignment",
    "ScimPerson",
    "ScimRequest",
    "ScimToken",
    "SecondFactorPolicy",
    "ServiceAccount",
    "Session",
    "SessionPolicy",
    "SignInPolicy",
    "SsoSession",
    "StoredPolicy",
    "User",
]
