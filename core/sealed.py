"""Secrets at rest, sealed for one tenant and one purpose: a copied row opens nowhere else."""

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

_VERSION = "v1."
_NONCE_BYTES = 12
_AT_ONCE = 500


class Unreadable(ValueError):
    """It was sealed elsewhere, for something else, by a key that is gone, or was tampered with."""


def seal(text: str, *, tenant: str, purpose: str) -> str:
    """Encrypt a secret for storage."""
    nonce = os.urandom(_NONCE_BYTES)
    box = AESGCM(_key(settings.SECRET_KEY, tenant, purpose))
    return _VERSION + base64.b64encode(nonce + box.encrypt(nonce, text.encode(), None)).decode()


def unseal(sealed: str, *, tenant: str, purpose: str) -> str:
    """Decrypt what `seal` made; keys that were replaced count while they stand as fall-backs.

    Errors  Unreadable.
    """
    for secret in secret_keys():
        text = _opened(sealed, secret, tenant, purpose)
        if text is not None:
            return text
    raise Unreadable(purpose)


def secret_keys() -> tuple[str, ...]:
    """The key of this installation, then those it has replaced."""
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def _opened(sealed: str, secret: str, tenant: str, purpose: str) -> str | None:
    if not sealed.startswith(_VERSION):
        return None
    try:
        raw = base64.b64decode(sealed[len(_VERSION) :])
        box = AESGCM(_key(secret, tenant, purpose))
        return box.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None).decode()
    except (InvalidTag, ValueError):
        return None


def _key(secret: str, tenant: str, purpose: str) -> bytes:
    info = f"chancery\0{tenant}\0{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())


# --- after the key was replaced -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many secrets a key that was replaced had sealed, and how many no key opens."""

    done: int = 0
    unreadable: int = 0

    def __add__(self, other: "Resealed") -> "Resealed":
        return Resealed(self.done + other.done, self.unreadable + other.unreadable)


type Resealer = Callable[[], Resealed]

_resealers: dict[str, Resealer] = {}


def reseals(what: str) -> Callable[[Resealer], Resealer]:
    """Register who seals a kind of secret anew; runs in each tenant, and may run again."""

    def register(make: Resealer) -> Resealer:
        _resealers[what] = make
        return make

    return register


def reseal_all() -> dict[str, Resealed]:
    """Seal what the tenant in hand keeps by the key that counts now, by kind of secret."""
    return {what: make() for what, make in sorted(_resealers.items())}


def resealed(sealed: str, *, tenant: str, purpose: str) -> str:
    """The same secret, sealed by the key that counts now; unchanged where it is already.

    Errors  Unreadable.
    """
    if _opened(sealed, settings.SECRET_KEY, tenant, purpose) is not None:
        return sealed
    return seal(unseal(sealed, tenant=tenant, purpose=purpose), tenant=tenant, purpose=purpose)


def reseal_rows(rows: QuerySet[Any], field: str, renew: Callable[[Any], Any]) -> Resealed:
    """Store what `renew` makes of a field of each row, a few hundred in a transaction.

    What opens with no key stays as it is.
    """
    total = Resealed()
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), _AT_ONCE):
        with transaction.atomic():
            some = rows.filter(pk__in=ids[start : start + _AT_ONCE]).order_by("pk")
            for row in some.select_for_update(of=("self",)):
                total += _renewed(row, field, renew)
    return total


def _renewed(row: Any, field: str, renew: Callable[[Any], Any]) -> Resealed:
    before = getattr(row, field)
    try:
        after = renew(before)
    except Unreadable:
        return Resealed(unreadable=1)
    if after == before:
        return Resealed()
    setattr(row, field, after)
    row.save(update_fields=[field])
    return Resealed(done=1)
