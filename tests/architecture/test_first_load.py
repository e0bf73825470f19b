"""What a browser has to fetch before it can draw the client."""

import gzip
import json

from launch.bootstrap import BUILT

MOST_BYTES = 80_000


def scripts_of(manifest: dict, name: str, seen: set[str]) -> set[str]:
    """The files of an entry and of everything it imports before it runs."""
    if name not in seen:
        seen.add(name)
        for other in manifest[name].get("imports", ()):
            scripts_of(manifest, other, seen)
    return {manifest[each]["file"] for each in seen}


def test_the_first_load_stays_within_80_kilobytes_of_script():
    manifest = json.loads((BUILT / ".vite" / "manifest.json").read_text())

    files = scripts_of(manifest, "src/main.tsx", set())
    sizes = {file: len(gzip.compress((BUILT / file).read_bytes(), 9)) for file in files}

    assert sum(sizes.values()) <= MOST_BYTES, sizes
