"""Scenarios of many tenants (T), of a noisy one (N), and of thousands of conversations (P)."""

import asyncio
import json
import statistics
import time
from itertools import cycle

from tests.bench.scenarios import ARRIVE_S, Figures
from tests.bench.size import Size
from tests.bench.stack import Stack
from tests.bench.targets import ProductTarget
from tests.bench.wire import HttpClient
from tests.bench.world import World

NOISE = 8
"""Connections on which the noisy tenant asks without a pause."""


def many_tenants(stack: Stack, wanted: int) -> Figures:
    """T. Make tenants until there are so many; then migrate all where nothing is to be done."""
    made = json.loads(stack.run(["-m", "tests.bench.population", "tenants", str(wanted)]))
    figures: Figures = {"T.tables": made["tables"]}
    if made["seconds"]:
        figures["T.create_s"] = statistics.median(made["seconds"])
    began = time.perf_counter()
    stack.run(["manage.py", "migrate"])
    took = time.perf_counter() - began
    return figures | {"T.migrate_s": took * 500 / wanted}


def opening(stack: Stack) -> Figures:
    """P. The person with thousands of conversations opens the client."""
    person = stack.world.people[-1]
    done = json.loads(stack.run(["-m", "tests.bench.population", "opening", person]))
    return {"P.queries": done["queries"], "P.seconds": done["seconds"]}


async def noisy_neighbour(
    noisy: ProductTarget, quiet: ProductTarget, world: World, size: Size
) -> Figures:
    """N. People of a quiet tenant post now and then, while another one asks without a pause."""
    calm = await _post_now_and_then(quiet, world, size.noise_s)
    quiet_again = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for number in range(NOISE):
            tasks.create_task(_make_noise(noisy, world, number, quiet_again))
        troubled = await _post_now_and_then(quiet, world, size.noise_s)
        quiet_again.set()
    print(f"    p95 {1000 * calm:.1f} ms calm, {1000 * troubled:.1f} ms beside the noise")
    return {"N.shift": max(0.0, 100 * (troubled / calm - 1))}


async def _post_now_and_then(target: ProductTarget, world: World, seconds: float) -> float:
    """Post ten times a second; returns the p95 of the time to the answer."""
    client, times = await HttpClient.connect(target.port), []
    ends = time.perf_counter() + seconds
    for person in cycle(world.quiet):
        began = time.perf_counter()
        if began > ends:
            break
        request = target.post(person, world.quiet_room, "A quiet word.")
        answer = await asyncio.wait_for(client.ask(request), ARRIVE_S)
        times.append(answer.at - began)
        await asyncio.sleep(max(0.0, began + 0.1 - time.perf_counter()))
    client.close()
    return sorted(times)[int(0.95 * (len(times) - 1))]


async def _make_noise(
    target: ProductTarget, world: World, number: int, quiet_again: asyncio.Event
) -> None:
    client = await HttpClient.connect(target.port)
    people = world.people[number : number + 50]
    for person in cycle(people):
        if quiet_again.is_set():
            break
        await client.ask(target.history(person, world.history))
    client.close()
