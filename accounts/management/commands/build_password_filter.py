"""`manage.py build_password_filter`: make the filter of stolen passwords from a list of them."""

import hashlib
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from accounts.signin.passwords import PasswordFilter
from core.commands import ChanceryCommand
from core.errors import Invalid

_SHA1 = re.compile(r"([0-9a-fA-F]{40})(?::\d+)?")


class Command(ChanceryCommand):
    help = (
        "Make the filter that CHANCERY_PASSWORD_FILTER names, from a file with one password or one"
        " SHA-1 digest (as HASH or HASH:COUNT) a line."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="FILE")
        parser.add_argument("target", metavar="FILTER")

    def act(self, **options: Any) -> dict[str, Any]:
        source, target = Path(options["source"]), Path(options["target"])
        try:
            with source.open("rb") as file:
                lines = sum(1 for _line in file)
            count = PasswordFilter.build(_digests(source), expected=max(1, lines), path=target)
        except OSError as wrong:
            raise Invalid.field("source", f"{wrong.filename}: {wrong.strerror}") from wrong
        return {"passwords": count, "filter": str(target), "bytes": target.stat().st_size}


def _digests(path: Path) -> Iterator[bytes]:
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            text = line.rstrip("\r\n")
            if found := _SHA1.fullmatch(text):
                yield bytes.fromhex(found[1])
            elif text:
                raw = text.encode("utf-8", "surrogateescape")
                yield hashlib.sha1(raw, usedforsecurity=False).digest()
