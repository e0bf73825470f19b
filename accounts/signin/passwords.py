"""Refuses passwords that everybody uses and those that were stolen elsewhere.

Common ones come from Django's list, and are recognised behind a year, an exclamation mark or a zero
for an o, too. Stolen ones are looked up in a filter on disk (`manage.py build_password_filter`) or
asked of a service that learns five characters of a hash. Neither is waited for: with the filter
missing or the service away, passwords are accepted.
"""

import hashlib
import logging
import mmap
import re
import struct
import unicodedata
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tenants.context import tenant_or_none

logger = logging.getLogger("chancery.passwords")

TIMEOUT_S = 1.5
_MAGIC = b"CHYPWF1\n"
_LOOKS = str.maketrans("013457@$!", "oieastasi")
_AROUND = re.compile(r"^[\W\d_]{0,6}(.*?)[\W\d_]{0,8}$", re.DOTALL)


class EverydayPasswordValidator(CommonPasswordValidator):
    """Refuses common passwords, dressed up or not, and the organisation's own name."""

    def validate(self, password: str, user: Any = None) -> None:
        own = tenant_or_none()
        everyday = self.passwords if own is None else self.passwords | {own.replace("-", "")}
        if any(form in everyday for form in forms_of(password)):
            raise ValidationError(_("This password is too common."), code="password_too_common")


def forms_of(password: str) -> Iterator[str]:
    """The words that a password may be dressed up from."""
    plain = unicodedata.normalize("NFKC", password).casefold().strip()
    found = _AROUND.match(plain)
    for form in (plain, found[1] if found else plain):
        for word in (form, form.translate(_LOOKS)):
            letters = re.sub(r"[\W_]+", "", word)
            yield from (word, letters)
            half = len(letters) // 2
            if letters and letters[:half] == letters[half:]:
                yield letters[:half]


class StolenPasswordValidator:
    """Refuses passwords that are known to have been stolen somewhere."""

    def validate(self, password: str, user: Any = None) -> None:
        digest = hashlib.sha1(password.encode(errors="surrogatepass"), usedforsecurity=False)
        if _in_filter(digest.digest()) or _at_service(digest.hexdigest().upper()):
            words = _("This password has appeared in a data breach. Choose another one.")
            raise ValidationError(words, code="password_stolen")

    def get_help_text(self) -> str:
        return _("It must not have appeared in a data breach.")


class PasswordFilter:
    """A Bloom filter over SHA-1 digests: compact, never misses one, seldom refuses a good one."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bits = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self._bits[: len(_MAGIC)] != _MAGIC:
            raise ValueError(f"{path} is no password filter")
        self._head = len(_MAGIC) + 12
        self._size, self._hashes = struct.unpack(">QI", self._bits[len(_MAGIC) : self._head])

    def __contains__(self, digest: bytes) -> bool:
        return all(
            self._bits[self._head + place // 8] & (1 << place % 8)
            for place in _places(digest, self._size, self._hashes)
        )

    @classmethod
    def build(cls, digests: Iterator[bytes], *, expected: int, path: Path) -> int:
        """Write a filter of 16 bits a password: one good one in 2,000 is refused."""
        size, hashes, count = max(64, expected * 16), 11, 0
        bits = bytearray((size + 7) // 8)
        for digest in digests:
            count += 1
            for place in _places(digest, size, hashes):
                bits[place // 8] |= 1 << place % 8
        fresh = path.with_suffix(".new")
        fresh.write_bytes(_MAGIC + struct.pack(">QI", size, hashes) + bits)
        fresh.replace(path)
        return count


def _places(digest: bytes, size: int, hashes: int) -> Iterator[int]:
    first, second = struct.unpack(">QQ", digest[:16])
    return ((first + number * (second | 1)) % size for number in range(hashes))


@lru_cache(maxsize=2)
def _filter(path: str) -> PasswordFilter | None:
    try:
        return PasswordFilter(Path(path))
    except (OSError, ValueError) as wrong:
        logger.warning("the filter of stolen passwords cannot be read: %s", wrong)
        return None


def _in_filter(digest: bytes) -> bool:
    path = settings.CHANCERY_PASSWORD_FILTER
    found = _filter(path) if path else None
    return found is not None and digest in found


def _at_service(digest: str) -> bool:
    """Ask by the first five characters; the answer lists the rest of those that are known."""
    if not settings.CHANCERY_PASSWORD_SERVICE:
        return False
    url = settings.CHANCERY_PASSWORD_SERVICE + digest[:5]
    try:
        request = urllib.request.Request(url, headers={"Add-Padding": "true"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            text = answer.read(200_000).decode("ascii", "replace")
    except (urllib.error.URLError, OSError, ValueError) as wrong:
        logger.warning("the service of stolen passwords does not answer: %s", wrong)
        return False
    rows = (line.strip().upper().partition(":") for line in text.splitlines())
    # Padding counts 0.
    return any(rest == digest[5:] and count != "0" for rest, _colon, count in rows)
