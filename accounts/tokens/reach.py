"""How far a token reaches: its scopes, its channels, the networks it may be used from."""

import ipaddress
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Forbidden, Invalid

SENSITIVE = "sensitive"
"""The scope by which a token does what people are asked for anew who they are."""

MOST_CHANNELS = 200
MOST_NETWORKS = 50
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

ADMINISTRATION = frozenset(
    {
        "access",
        "assignments",
        "domains",
        "grants",
        "groups",
        "identity-providers",
        "invitations",
        "oauth-apps",
        "policies",
        "reviews",
        "roles",
        "service-accounts",
    }
)
"""What is changed under these addresses takes the scope `admin`, not `write`."""

_IN_CHANNEL = re.compile(r"/api/v1/conversations/([0-9a-fA-F-]{36})(?:/.*)?")
_BY_ITS_CHANNEL = re.compile(r"/api/v1/(?:messages|files)/.+")
"""Of these the conversation is asked for its right; everything else is out of reach."""


def scope_for(method: str | None, path: str) -> str:
    """The scope that a request takes."""
    if method in _SAFE:
        return "read"
    first = path.removeprefix("/api/v1/").partition("/")[0]
    return "admin" if first in ADMINISTRATION else "write"


def check_reach(actor: Actor, method: str | None, path: str) -> None:
    """Refuse a request beyond the token's scopes or channels.

    Errors  Forbidden (`scope`).
    """
    scope = scope_for(method, path)
    if not actor.has_scope(scope):
        words = _("This token lacks the scope %(scope)s.") % {"scope": scope}
        raise Forbidden("scope", words, code="scope")
    if actor.conversation_ids is not None and not _is_in_channels(actor, method, path):
        words = _("This token reaches only its own channels.")
        raise Forbidden("scope", words, code="scope")


def _is_in_channels(actor: Actor, method: str | None, path: str) -> bool:
    assert actor.conversation_ids is not None
    if found := _IN_CHANNEL.fullmatch(path):
        try:
            return UUID(found[1]) in actor.conversation_ids
        except ValueError:
            return False
    is_who_am_i = path == "/api/v1/me" and method in _SAFE
    return is_who_am_i or _BY_ITS_CHANNEL.fullmatch(path) is not None


type Seen = Callable[[UUID, Collection[UUID]], Collection[UUID]]
"""A person's id and ids of channels: those of them that the person may know of."""


def _none_seen(user_id: UUID, conversation_ids: Collection[UUID]) -> Collection[UUID]:
    return ()


_seen: Seen = _none_seen


def find_channels_with(seen: Seen) -> None:
    """Fill the port: tell which channels somebody may know of."""
    global _seen
    _seen = seen


def clean_channels(
    ids: Collection[UUID], *, people: Iterable[UUID | None], before: Collection[UUID] = ()
) -> list[UUID] | None:
    """Channels that any of these people may know of, each once; None for all of them.

    Those named `before` may stay, whoever sees them.
    Errors  Invalid names `conversation_ids`; the same for one that does not exist.
    """
    if len(ids) > MOST_CHANNELS:
        raise Invalid.field("conversation_ids", _("Name at most 200 channels."))
    left = set(ids) - set(before)
    for user_id in {one for one in people if one is not None} if left else ():
        left -= set(_seen(user_id, left))
    if left:
        raise Invalid.field("conversation_ids", _("Name only channels that you can see."))
    return sorted(set(ids)) or None


def clean_networks(networks: Iterable[str]) -> list[str] | None:
    """Networks such as 192.0.2.0/24 in their short form; None for everywhere.

    Errors  Invalid names `networks`.
    """
    clean = []
    for network in networks:
        try:
            clean.append(str(ipaddress.ip_network(str(network).strip(), strict=False)))
        except ValueError as wrong:
            words = _("Give addresses or networks such as 192.0.2.0/24.")
            raise Invalid.field("networks", words) from wrong
    if len(clean) > MOST_NETWORKS:
        raise Invalid.field("networks", _("Name at most 50 networks."))
    return clean or None


def is_from(address: str, networks: Sequence[str] | None) -> bool:
    """Say whether an address lies in one of these networks; no networks are everywhere."""
    if not networks:
        return True
    try:
        where = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(where, ipaddress.IPv6Address) and where.ipv4_mapped is not None:
        where = where.ipv4_mapped
    return any(where in ipaddress.ip_network(network) for network in networks)
