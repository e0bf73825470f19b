"""`make bench`: measure the product and the floor in one run, print the table, write JSON.

make bench                         everything
make bench ARGS="A B500"           these scenarios (B500 is B, C50 is C)
make bench ARGS="--quick"          small numbers, in under a minute; no verdict on budgets
make bench ARGS=M                  a conversation of a million messages; making it takes minutes
make bench ARGS="T --tenants 500"  the fleet as large as the budget means it
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import uvloop

from launch.datadir import ROOT
from launch.failure import LaunchError
from tests.bench import report, scenarios, tenants
from tests.bench.scenarios import Figures
from tests.bench.size import FULL, QUICK, Size
from tests.bench.stack import Stack, free_port
from tests.bench.targets import FloorTarget, Target
from tests.bench.world import World

type Scenario = Callable[[Target, World, Size], Awaitable[tuple[Figures, Figures]]]

MEASURED: dict[str, Scenario] = {
    "A": scenarios.room_of_100,
    "B": scenarios.room_of_500,
    "C": scenarios.rooms_of_20,
    "D": scenarios.last_page,
    "E": scenarios.searches,
}
USUAL = ("F", *MEASURED, "N", "P", "T")
ALL = (*USUAL, "M")
"""M makes a million messages first, which takes minutes: only who asks for it gets it."""


class Bench:
    """One run: what was chosen, and what came of it."""

    def __init__(self, stack: Stack, size: Size, chosen: set[str], *, many_tenants: int) -> None:
        self._stack = stack
        self._size = size
        self._chosen = chosen
        self._many_tenants = many_tenants
        self.product: Figures = {}
        self.floor: Figures = {}
        self.details: dict[str, Any] = {}

    async def run(self) -> None:
        """Start, measure, and stop everything, whatever happens."""
        stack = self._stack
        self._say("preparing")
        await asyncio.to_thread(stack.prepare)
        vast = await asyncio.to_thread(stack.vast) if "M" in self._chosen else None
        try:
            await self._start()
            async with stack.floor(free_port()) as floor:
                for name, scenario in MEASURED.items():
                    if name in self._chosen:
                        await self._measure(name, scenario, floor)
                if "N" in self._chosen:
                    await self._noise(floor)
            if vast is not None:
                self._say("M")
                figures, costs = await tenants.million(stack, vast, self._size)
                self.product |= figures
                self.details["M"] = costs
            await self._tenants()
        finally:
            self._say("stopping")
            await stack.stop()

    async def _start(self) -> None:
        if "F" in self._chosen:
            self._say("F")
            self.product |= await scenarios.start(self._stack, self._size)
            return
        await self._stack.start()
        await self._stack.ready()

    async def _measure(self, name: str, scenario: Scenario, floor: FloorTarget) -> None:
        """One after the other; in turns where times are compared, which move within minutes."""
        world, size = self._stack.world, self._size
        ours: list[Figures] = []
        costs: list[Figures] = []
        floors: list[Figures] = []
        for turn in range(size.turns_a if name == "A" else 1):
            self._say(name if not turn else f"{name} again")
            figures, cost = await scenario(self._stack.target(), world, size)
            ours.append(figures)
            costs.append(cost)
            self._say(f"{name} of the floor")
            floors.append((await scenario(floor, world, size))[0])
        self.product |= _medians(ours)
        self.details[name] = _medians(costs)
        self.floor |= _medians(floors)

    async def _noise(self, floor: FloorTarget) -> None:
        """The floor shares nothing with the noisy product but the machine."""
        stack, size, world = self._stack, self._size, self._stack.world
        quiet, room = stack.quiet_target(), world.quiet_room
        self._say("N")
        self.product |= await tenants.noisy_neighbour(stack.target(), quiet, room, world, size)
        self._say("N of the floor")
        self.floor |= await tenants.noisy_neighbour(
            stack.target(), floor, world.room_a, world, size
        )

    async def _tenants(self) -> None:
        stack = self._stack
        if "P" in self._chosen:
            self._say("P")
            self.product |= await asyncio.to_thread(tenants.opening, stack)
        if "T" in self._chosen:
            self._say("T")
            self.product |= await asyncio.to_thread(tenants.many_tenants, stack, self._many_tenants)

    def _say(self, what: str) -> None:
        print(f"  {what}", flush=True)


def _medians(turns: Sequence[Figures]) -> Figures:
    return {name: statistics.median(one[name] for one in turns) for name in turns[0]}


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.split("\n")[0])
    parser.add_argument("scenarios", nargs="*", help="A B C D E F N P T M; B500 means B")
    parser.add_argument("--quick", action="store_true", help="small numbers, for a smoke")
    parser.add_argument("--tenants", type=int, metavar="N", help="how many tenants in T (25)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the figures")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="default: var/bench")
    parser.add_argument("--keep-baseline", action="store_true", help="later runs compare with this")
    parser.add_argument("--limit", type=float, default=1500, metavar="S", help="give up after")
    chosen = parser.parse_args(arguments)
    chosen.scenarios = {name[0].upper() for name in chosen.scenarios} or set(USUAL)
    if unknown := chosen.scenarios - set(ALL):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {' '.join(ALL)}")
    return chosen


async def measure(bench: Bench, limit_s: float) -> None:
    """Run the bench, within a limit of time."""
    try:
        async with asyncio.timeout(limit_s) as limit:
            await bench.run()
    except TimeoutError:
        if limit.expired():
            raise RuntimeError(f"Not done within {limit_s:.0f} s; see --limit.") from None
        raise RuntimeError("The product did not answer in time.") from None


def main(arguments: list[str]) -> int:
    chosen = parse(arguments)
    size, kind = (QUICK, "quick") if chosen.quick else (FULL, "full")
    folder = chosen.data_dir or ROOT / "var" / f"bench-{kind}"
    os.chdir(ROOT)
    stack = Stack(folder.absolute(), free_port(), size, kind)
    many_tenants = chosen.tenants or (3 if chosen.quick else 25)
    bench = Bench(stack, size, chosen.scenarios, many_tenants=many_tenants)
    began = time.monotonic()
    trouble = ""
    try:
        uvloop.run(measure(bench, chosen.limit))
    except KeyboardInterrupt:
        print("Stopped; so is everything that was started.", file=sys.stderr)
        return 130
    except (LaunchError, RuntimeError, OSError, CalledProcessError, ExceptionGroup) as wrong:
        trouble = _words(wrong)
    _report(bench, chosen, folder, time.monotonic() - began)
    if trouble:
        print(trouble, file=sys.stderr)
    return 1 if trouble else 0


def _words(wrong: Exception) -> str:
    """What went wrong first, where several things did at once."""
    while isinstance(wrong, ExceptionGroup):
        wrong = wrong.exceptions[0]
    return f"{type(wrong).__name__}: {wrong}"


def _report(bench: Bench, chosen: argparse.Namespace, folder: Path, seconds: float) -> None:
    """Show what was measured, in full or as far as it went."""
    rows = report.rows_of(bench.product, bench.floor)
    if not rows:
        return
    print("\n" + report.table(rows))
    target = chosen.json or folder / "bench-result.json"
    target.write_text(json.dumps(report.as_json(rows, bench.details, seconds), indent=2) + "\n")
    print(f"\n{seconds:.0f} s; figures and CPU by component: {target}")
    if chosen.quick:
        return
    for line in report.worse(rows):
        print(f"worse than the baseline: {line}")
    if chosen.keep_baseline:
        report.keep_baseline(rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
