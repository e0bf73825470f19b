"""What may be allowed at all: the fixed list of named permissions, and the sets that roles grant.

Code asks `actor.may(Permission.X)`. An organisation's own roles are further sets of the same names.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """What a person is in their organisation; an organisation's own roles add to it."""

    OWNER = "owner"
    ADMIN = "admin"
    SECURITY = "security"
    COMPLIANCE = "compliance"
    INTEGRATION = "integration"
    MEMBER = "member"
    GUEST = "guest"
    SINGLE_GUEST = "single_guest"
    BOT = "bot"


GUESTS = frozenset({Role.GUEST, Role.SINGLE_GUEST})
"""They see only the conversations they were put into; a single-channel guest has one at most."""


class Permission(StrEnum):
    """Everything that a role can allow. Names are stable: they stand in stored roles and tokens."""

    CONSOLE_OPEN = "console.open"

    PEOPLE_INVITE = "people.invite"
    PEOPLE_MANAGE = "people.manage"
    OWNERS_MANAGE = "owners.manage"
    GROUPS_MANAGE = "groups.manage"
    ROLES_MANAGE = "roles.manage"
    POLICIES_MANAGE = "policies.manage"
    ACCESS_EXPLAIN = "access.explain"
    ACCESS_REVIEW = "access.review"

    CHANNELS_CREATE_PUBLIC = "channels.create_public"
    CHANNELS_CREATE_PRIVATE = "channels.create_private"
    CHANNELS_CREATE_ANNOUNCEMENT = "channels.create_announcement"
    CHANNELS_MANAGE_ANY = "channels.manage_any"
    MENTION_EVERYBODY = "mention.everybody"
    MENTION_GROUPS = "mention.groups"
    EMOJI_ADD = "emoji.add"
    EMOJI_MANAGE = "emoji.manage"
    FILES_UPLOAD = "files.upload"
    FILES_MANAGE = "files.manage"

    INTEGRATIONS_MANAGE = "integrations.manage"
    TOKENS_CREATE = "tokens.create"
    TOKENS_MANAGE = "tokens.manage"
    SESSIONS_MANAGE = "sessions.manage"
    IDENTITY_MANAGE = "identity.manage"
    BRANDING_MANAGE = "branding.manage"

    EXPORTS_MAKE = "exports.make"
    HOLDS_MANAGE = "holds.manage"
    RETENTION_MANAGE = "retention.manage"
    DISCOVERY_READ = "discovery.read"
    AUDIT_READ = "audit.read"


IN_WORDS: Mapping[Permission, Promise] = MappingProxyType(
    {
        Permission.CONSOLE_OPEN: _("Open the organisation's console"),
        Permission.PEOPLE_INVITE: _("Invite people"),
        Permission.PEOPLE_MANAGE: _("Change and deactivate people's accounts"),
        Permission.OWNERS_MANAGE: _("Change owners' accounts, and make people owners"),
        Permission.GROUPS_MANAGE: _("Make groups and say who belongs to them"),
        Permission.ROLES_MANAGE: _("Make roles and give them"),
        Permission.POLICIES_MANAGE: _("Change policies"),
        Permission.ACCESS_EXPLAIN: _("See why somebody has or lacks access"),
        Permission.ACCESS_REVIEW: _("Run access reviews"),
        Permission.CHANNELS_CREATE_PUBLIC: _("Make public channels"),
        Permission.CHANNELS_CREATE_PRIVATE: _("Make private channels"),
        Permission.CHANNELS_CREATE_ANNOUNCEMENT: _("Make announcement channels"),
        Permission.CHANNELS_MANAGE_ANY: _("Grant, archive and restore any channel"),
        Permission.MENTION_EVERYBODY: _("Mention @channel and @here"),
        Permission.MENTION_GROUPS: _("Mention groups"),
        Permission.EMOJI_ADD: _("Add emoji"),
        Permission.EMOJI_MANAGE: _("Remove anybody's emoji"),
        Permission.FILES_UPLOAD: _("Upload files"),
        Permission.FILES_MANAGE: _("Remove anybody's files"),
        Permission.INTEGRATIONS_MANAGE: _("Set up webhooks, bots and connectors"),
        Permission.TOKENS_CREATE: _("Make tokens for oneself"),
        Permission.TOKENS_MANAGE: _("Make and end tokens of others and service accounts"),
        Permission.SESSIONS_MANAGE: _("See and end sessions of others"),
        Permission.IDENTITY_MANAGE: _("Set up identity providers and directory sync"),
        Permission.BRANDING_MANAGE: _("Change name, logo and colours"),
        Permission.EXPORTS_MAKE: _("Make exports"),
        Permission.HOLDS_MANAGE: _("Place and release legal holds"),
        Permission.RETENTION_MANAGE: _("Change how long things are kept"),
        Permission.DISCOVERY_READ: _("Search and read in discovery cases"),
        Permission.AUDIT_READ: _("Read the audit log"),
    }
)

_P = Permission
_GUEST = frozenset({_P.FILES_UPLOAD})
_MEMBER = _GUEST | {
    _P.CHANNELS_CREATE_PUBLIC,
    _P.CHANNELS_CREATE_PRIVATE,
    _P.MENTION_EVERYBODY,
    _P.MENTION_GROUPS,
    _P.EMOJI_ADD,
    _P.TOKENS_CREATE,
}
_ALL = frozenset(Permission)

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.OWNER: _ALL,
        # Reading other people's private conversations is no part of looking after accounts.
        Role.ADMIN: _ALL - {_P.OWNERS_MANAGE, _P.DISCOVERY_READ},
        Role.SECURITY: _MEMBER
        | {
            _P.CONSOLE_OPEN,
            _P.POLICIES_MANAGE,
            _P.ACCESS_EXPLAIN,
            _P.ACCESS_REVIEW,
            _P.TOKENS_MANAGE,
            _P.SESSIONS_MANAGE,
            _P.IDENTITY_MANAGE,
            _P.AUDIT_READ,
        },
        Role.COMPLIANCE: _MEMBER
        | {
            _P.CONSOLE_OPEN,
            _P.ACCESS_EXPLAIN,
            _P.ACCESS_REVIEW,
            _P.EXPORTS_MAKE,
            _P.HOLDS_MANAGE,
            _P.RETENTION_MANAGE,
            _P.DISCOVERY_READ,
            _P.AUDIT_READ,
        },
        Role.INTEGRATION: _MEMBER
        | {_P.CONSOLE_OPEN, _P.INTEGRATIONS_MANAGE, _P.TOKENS_MANAGE, _P.EMOJI_MANAGE},
        Role.MEMBER: _MEMBER,
        Role.GUEST: _GUEST,
        Role.SINGLE_GUEST: _GUEST,
        Role.BOT: _GUEST | {_P.MENTION_GROUPS},
    }
)
"""What each role of the product allows."""


def known_permissions(names: Iterable[str]) -> frozenset[Permission]:
    """The permissions among these names; names of another release count for nothing."""
    return frozenset(_KNOWN[name] for name in names if name in _KNOWN)


_KNOWN = {permission.value: permission for permission in Permission}
