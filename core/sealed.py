"""Secrets at rest, sealed for one tenant and one purpose: a copied row opens nowhere else."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_VERSION = "v1."
_NONCE_BYTES = 12


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
    if not sealed.startswith(_VERSION):
        raise Unreadable(purpose)
    raw = base64.b64decode(sealed[len(_VERSION) :])
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            box = AESGCM(_key(secret, tenant, purpose))
            return box.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None).decode()
        except InvalidTag:
            continue
    raise Unreadable(purpose)


def _key(secret: str, tenant: str, purpose: str) -> bytes:
    info = f"chancery\0{tenant}\0{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())
