"""Read what an organisation has decided, as often as one likes."""

import time
from threading import Lock
from typing import cast

from django.core.cache import cache

from accounts.policies import rows
from accounts.policies.models import Policy
from tenants.context import current_tenant

LOCAL_S = 1.0
"""How long a process believes what it read without asking anybody."""

SHARED_S = 15
"""How long all processes believe the version in the cache without asking the database."""

_MOST_ENTRIES = 20_000

type _Key = tuple[str, str]

_local: dict[_Key, tuple[float, Policy]] = {}
_lock = Lock()


def current[P: Policy](kind: type[P]) -> P:
    """The organisation's policy of this kind; the defaults where it never decided.

    Costs nothing for a second, then a look at its version in the shared cache, and a query only
    where that is another one. A change is seen everywhere within a second, in the process that made
    it at once. Without Redis each process asks the database once a second.

    The instance is shared: never change it.
    """
    key = (current_tenant(), rows.name_of(kind))
    now = time.monotonic()
    hit = _local.get(key)
    if hit is not None and hit[0] > now:
        return cast(P, hit[1])
    found = _still_good(hit[1], key) if hit is not None else None
    if found is None:
        found = stored(kind)
        # What is there already is newer or the same: a reader must not undo a writer's word.
        cache.add(_name(key), found.version, SHARED_S)
    with _lock:
        if len(_local) >= _MOST_ENTRIES:
            _local.clear()
        _local[key] = (now + LOCAL_S, found)
    return cast(P, found)


def stored[P: Policy](kind: type[P]) -> P:
    """The policy as the database has it at this moment, or the defaults."""
    return rows.read(kind)


def announce(kind: type[Policy], version: int) -> None:
    """Tell all processes that a policy is another one now."""
    key = (current_tenant(), rows.name_of(kind))
    forget(kind)
    cache.set(_name(key), version, SHARED_S)


def forget(kind: type[Policy] | None = None) -> None:
    """Drop what this process believes: of one kind in the tenant in hand, or of all kinds."""
    with _lock:
        if kind is None:
            _local.clear()
        else:
            _local.pop((current_tenant(), rows.name_of(kind)), None)


def _still_good(policy: Policy, key: _Key) -> Policy | None:
    version = cache.get(_name(key))
    # What this process remembers by itself while Redis is away, others may have changed.
    is_shared = getattr(cache, "is_shared", True)
    return policy if is_shared and version == policy.version else None


def _name(key: _Key) -> str:
    # The cache puts the tenant in front.
    return f"policy:{key[1]}"
