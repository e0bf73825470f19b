"""What processes cost, as the kernel counts it: CPU from `stat`, memory from `smaps_rollup`."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")

type Components = Mapping[str, Iterable[int]]
"""The root processes of each component; their descendants belong to it, too."""


def family(root: int) -> list[int]:
    """A process and all its descendants."""
    found = [root]
    for pid in found:
        with suppress(OSError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def cpu_s(components: Components) -> dict[str, float]:
    """CPU seconds that each component has used since it began, ended children included."""
    return {
        name: sum(_family_ticks(root) for root in roots) / _TICKS
        for name, roots in components.items()
    }


def pss_kib(components: Components) -> dict[str, int]:
    """Memory of each component in KiB; a page that n processes share counts as 1/n for each."""
    return {
        name: sum(_pss(pid) for root in roots for pid in family(root))
        for name, roots in components.items()
    }


def command(pid: int) -> str:
    """The command line of a process; empty when it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def _family_ticks(root: int) -> int:
    return sum(_ticks(pid) for pid in family(root))


def _ticks(pid: int) -> int:
    """A child that ended and was waited for is in its parent's third and fourth number."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15]))
    return 0


def _pss(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
