"""Addresses that are good for one person, one file and a few minutes."""

import hmac
import time
from urllib.parse import urlencode
from uuid import UUID

from django.utils.crypto import salted_hmac

from tenants.context import current_tenant

LINK_PATH = "/files/get/"
GOOD_FOR_S = 300
_SALT = "messaging.files.link"


def link_to(file_id: UUID, *, person_id: UUID, version: int) -> tuple[str, int]:
    """An address for the bytes of a version as this person may see them, and when it ends."""
    expires = int(time.time()) + GOOD_FOR_S
    query = {"as": person_id, "version": version, "expires": expires}
    signature = _signature(file_id, person_id, version, expires)
    return f"{LINK_PATH}{file_id}?{urlencode(query | {'signature': signature})}", expires


def is_good(file_id: UUID, person_id: UUID, version: int, expires: int, signature: str) -> bool:
    """Say whether an address is one of ours, for this tenant, and has not ended."""
    good = hmac.compare_digest(_signature(file_id, person_id, version, expires), signature)
    return good and expires >= time.time()


def _signature(file_id: UUID, person_id: UUID, version: int, expires: int) -> str:
    words = [current_tenant(), str(file_id), str(person_id), str(version), str(expires)]
    return salted_hmac(_SALT, "\n".join(words), algorithm="sha256").hexdigest()
