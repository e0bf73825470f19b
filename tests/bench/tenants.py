"""Scenarios of many tenants (T), of a noisy one (N), of thousands of conversations (P), and of one
with a million messages (M)."""

import asyncio
import json
import statistics
import time
from dataclasses import asdict
from itertools import cycle

from tests.bench.noise import noise
from tests.bench.scenarios import ARRIVE_S, Figures, ask
from tests.bench.size import Size
from tests.bench.stack import Stack
from tests.bench.targets import ProductTarget, Target
from tests.bench.vast import asked_of
from tests.bench.wire import HttpClient
from tests.bench.world import Vast, World

NOISE = 8
"""Connections on which the noisy tenant asks without a pause."""


def many_tenants(stack: Stack, wanted: int) -> Figures:
    """T. Make tenants until there are so many; migrate with nothing to do, then with a column."""
    made = json.loads(stack.run(["-m", "tests.bench.population", "tenants", str(wanted)]))
    figures: Figures = {"T.tables": made["tables"]}
    if made["seconds"]:
        figures["T.create_s"] = statistics.median(made["seconds"])
    figures["T.migrate_s"] = _migrating(stack) * 500 / wanted
    try:
        column_s = _migrating(stack, "--settings=tests.bench.one_more_settings")
    finally:
        undone = json.loads(stack.run(["-m", "tests.bench.population", "undo"]))
    if undone["tenants"] < wanted:
        raise RuntimeError(f"only {undone['tenants']} tenants of {wanted} got the column")
    return figures | {"T.column_s": column_s * 500 / wanted}


def _migrating(stack: Stack, *arguments: str) -> float:
    began = time.perf_counter()
    stack.run(["manage.py", "migrate", *arguments])
    return time.perf_counter() - began


def opening(stack: Stack) -> Figures:
    """P. The person with thousands of conversations opens the client."""
    person = stack.world.people[-1]
    done = json.loads(stack.run(["-m", "tests.bench.population", "opening", person]))
    return {"P.queries": done["queries"], "P.seconds": done["seconds"]}


async def million(stack: Stack, vast: Vast, size: Size) -> tuple[Figures, Figures]:
    """M. What people ask of a conversation of a million messages, request by request."""
    target = stack.vast_target()
    given = json.dumps(asdict(vast))
    read = json.loads(
        await asyncio.to_thread(stack.run, ["-m", "tests.bench.vast", "reads", given])
    )
    figures: Figures = {"M.rows": max(one["rows"] for one in read.values())}
    costs: Figures = {}
    print(f"    {'':26} queries    rows  CPU ms  p50 ms")
    for name, (person, path) in asked_of(vast).items():
        times, cost = await ask(target, [target.get(person, path)], size.vast_reads, size)
        cpu_ms = 1000 * sum(cost.by_component.values()) / size.vast_reads
        p50_ms = 1000 * statistics.median(times)
        counted = read[name]
        print(
            f"    {name:26} {counted['queries']:7} {counted['rows']:7} {cpu_ms:7.2f} {p50_ms:7.2f}",
            flush=True,
        )
        costs[name] = round(cpu_ms, 3)
        if name in _FIGURES:
            figures[_FIGURES[name]] = cpu_ms
    return figures, costs


_FIGURES = {
    "last page": "M.page",
    "page at a number": "M.around",
    "place at a date": "M.date",
    "permalink": "M.permalink",
    "unread": "M.unread",
    "sidebar": "M.sidebar",
    "common word": "M.common",
    "common word in it": "M.common_in",
    "rare word": "M.rare",
    "rare word in it": "M.rare_in",
    "common word, an outsider": "M.outsider",
}


async def noisy_neighbour(
    noisy: ProductTarget, quiet: Target, room: str, world: World, size: Size
) -> Figures:
    """N. People of a quiet tenant post now and then, while another one asks without a pause.

    Calm and noise take turns, since the machine itself is now quicker and now slower.
    """
    calm: list[float] = []
    troubled: list[float] = []
    answered = 0
    for _ in range(size.noise_rounds):
        calm += await _post_now_and_then(quiet, room, world, size.noise_s)
        times, answers = await _beside_noise(noisy, quiet, room, world, size)
        troubled, answered = troubled + times, answered + answers
    before, after = _p95(calm), _p95(troubled)
    per_s = answered / (size.noise_rounds * size.noise_s)
    print(
        f"    p95 {1000 * before:.1f} ms calm, {1000 * after:.1f} ms beside the noise"
        f" of {per_s:.0f} answers a second"
    )
    return {"N.shift": max(0.0, 100 * (after / before - 1))}


async def _beside_noise(
    noisy: ProductTarget, quiet: Target, room: str, world: World, size: Size
) -> tuple[list[float], int]:
    clients = [
        [noisy.history(person, world.history) for person in world.people[number : number + 50]]
        for number in range(NOISE)
    ]
    async with noise(noisy.port, clients) as answered:
        times = await _post_now_and_then(quiet, room, world, size.noise_s)
    return times, answered[0]


async def _post_now_and_then(
    target: Target, room: str, world: World, seconds: float
) -> list[float]:
    """Post twenty times a second; returns the seconds to each answer."""
    client, times = await HttpClient.connect(target.port), []
    ends = time.perf_counter() + seconds
    for person in cycle(world.quiet):
        began = time.perf_counter()
        if began > ends:
            break
        request = target.post(person, room, "A quiet word.")
        answer = await asyncio.wait_for(client.ask(request), ARRIVE_S)
        if answer.status not in (200, 201):
            raise RuntimeError(f"a quiet word was refused with {answer.status}")
        times.append(answer.at - began)
        await asyncio.sleep(max(0.0, began + 0.05 - time.perf_counter()))
    client.close()
    return times


def _p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * (len(times) - 1))]
