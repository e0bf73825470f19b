"""Scenarios A to F: what people do, and what it costs the server.

Each returns its figures by the keys of `budgets`. Those that take a target run on the product and
on the floor alike.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import cycle, islice

from tests.bench.machine import cpu_s, pss_kib
from tests.bench.size import Size
from tests.bench.stack import Stack
from tests.bench.targets import Target
from tests.bench.wire import Arrivals, HttpClient, LiveClient
from tests.bench.world import COMMON_WORD, RARE_WORDS, World

type Figures = dict[str, float]

ARRIVE_S = 30.0
CONNECTING_AT_ONCE = 20
_SAYING = "The quarterly figures are in, and the draft is ready for your comments, {mark}"


class Cost:
    """CPU seconds that a target uses while something is done, by component."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._before: dict[str, float] = {}
        self.by_component: dict[str, float] = {}

    def begin(self) -> None:
        self._before = cpu_s(self._target.components())

    def end(self) -> float:
        """Stop counting; returns the total."""
        after = cpu_s(self._target.components())
        self.by_component = {name: after[name] - self._before[name] for name in after}
        return sum(self.by_component.values())

    def per(self, many: float) -> Figures:
        """CPU in milliseconds per thing, by component; for the JSON."""
        return {name: round(1000 * used / many, 3) for name, used in self.by_component.items()}


@asynccontextmanager
async def listening(
    target: Target, people: Sequence[str], room: Callable[[int], str], arrivals: Arrivals
) -> AsyncIterator[list[LiveClient]]:
    """Sockets of these people, all open; closed at the end."""
    turn = asyncio.Semaphore(CONNECTING_AT_ONCE)

    async def connect(number: int, person: str) -> LiveClient:
        async with turn:
            handshake = target.listen(person, room(number))
            return await LiveClient.connect(target.port, handshake, arrivals.note)

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        made = [tasks.create_task(connect(*numbered)) for numbered in enumerate(people)]
    clients = [task.result() for task in made]
    try:
        yield clients
    finally:
        for client in clients:
            client.close()
        await asyncio.sleep(0.5)


async def room_of_100(target: Target, world: World, size: Size) -> tuple[Figures, Figures]:
    """A. One after the other: send, wait for the answer and for the last of the room."""
    people, arrivals = world.people[: size.room_a], Arrivals()
    cost, acks, seens = Cost(target), [], []
    async with listening(target, people, lambda _: world.room_a, arrivals):
        client = await HttpClient.connect(target.port)
        for number, person in enumerate(islice(cycle(people), size.sends_a + 20)):
            if number == 20:  # the first ones warm up
                await asyncio.sleep(size.settle_s)
                cost.begin()
            ack, seen = await _send(target, client, person, world.room_a, arrivals, len(people))
            if number >= 20:
                acks.append(ack)
                seens.append(seen)
        await asyncio.sleep(size.settle_s)
        total = cost.end()
        client.close()
    figures = {
        "A.ack_ms": 1000 * statistics.median(acks),
        "A.seen_ms": 1000 * statistics.median(seens),
        "A.cpu_ms": 1000 * total / size.sends_a,
    }
    return figures, cost.per(size.sends_a)


async def room_of_500(target: Target, world: World, size: Size) -> tuple[Figures, Figures]:
    """B. Everybody connects, is idle, and then a storm: some send as fast as they can."""
    people, arrivals = world.people[: size.room_b], Arrivals()
    cost, web = Cost(target), {"web": target.components()["web"]}
    async with listening(target, people[:3], lambda _: world.room_b, arrivals):
        await asyncio.sleep(size.settle_s)
    memory = pss_kib(web)["web"]
    cost.begin()
    async with listening(target, people, lambda _: world.room_b, arrivals):
        await asyncio.sleep(size.settle_s)
        connecting = cost.end()
        idle = pss_kib(web)["web"] - memory
        cost.begin()
        began = time.perf_counter()
        ended = await _storm(target, people, world.room_b, arrivals, size)
        await asyncio.sleep(size.settle_s)
        total = cost.end()
        after = pss_kib(web)["web"] - memory
    deliveries = size.storm * len(people)
    figures = {
        "B.connect_ms": 1000 * connecting / len(people),
        "B.idle_kib": idle / len(people),
        "B.cpu_s": 1000 * total / deliveries,
        "B.per_s": deliveries / (ended - began),
        "B.after_kib": after / len(people),
    }
    return figures, cost.per(size.storm)


async def rooms_of_20(target: Target, world: World, size: Size) -> tuple[Figures, Figures]:
    """C. Everybody in a room of their own: first at a fixed pace, then faster until it is slow."""
    each = len(world.people) // len(world.rooms_c)
    arrivals, cost = Arrivals(), Cost(target)

    def room(number: int) -> str:
        return world.rooms_c[number // each]

    async with listening(target, world.people, room, arrivals):
        clients = [await HttpClient.connect(target.port) for _ in range(64)]
        pace = _Pace(target, world, clients, arrivals, each)
        await pace.run(size.rate_c, size.rate_c)  # warms up
        await asyncio.sleep(size.settle_s)
        cost.begin()
        await pace.run(size.rate_c, size.sends_c)
        await asyncio.sleep(size.settle_s)
        total = cost.end()
        best = 0.0
        for rate in size.rates_c:
            reached, p99 = await pace.run(rate, int(rate * size.step_s))
            print(f"    {rate}/s: {reached:.0f}/s, p99 {1000 * p99:.0f} ms", flush=True)
            if p99 > 0.5 or reached < 0.9 * rate:
                break
            best = max(best, reached)
        for client in clients:
            client.close()
    return {"C.cpu_s": 1000 * total / size.sends_c, "C.per_s": best}, cost.per(size.sends_c)


async def last_page(target: Target, world: World, size: Size) -> tuple[Figures, Figures]:
    """D. The last 50 messages of a long history."""
    readers = world.people[: size.room_a]
    requests = [target.history(person, world.history) for person in readers]
    times, cost = await ask(target, requests, size.reads, size)
    figures = {"D.cpu_ms": 1000 * sum(cost.by_component.values()) / size.reads}
    return figures | {"D.ms": 1000 * statistics.median(times)}, cost.per(size.reads)


async def searches(target: Target, world: World, size: Size) -> tuple[Figures, Figures]:
    """E. A word that is in every fourth message of a long history, and words in a few."""
    readers = world.people[: size.room_a]
    common = [target.search(person, COMMON_WORD) for person in readers]
    rare = [
        target.search(person, word)
        for person, word in zip(readers, cycle(RARE_WORDS.split()), strict=False)
    ]
    common_times, _ = await ask(target, common, size.searches, size)
    rare_times, cost = await ask(target, rare, size.searches, size)
    figures = {
        "E.common_ms": 1000 * statistics.median(common_times),
        "E.rare_ms": 1000 * statistics.median(rare_times),
    }
    return figures, cost.per(size.searches)


async def start(stack: Stack, size: Size) -> Figures:
    """F. Start everything; stop the clock when a message has reached its first reader."""
    began = time.perf_counter()
    await stack.start()
    target = stack.target()
    first = await _first_delivery(target, stack.world)
    await stack.ready()
    await asyncio.sleep(size.idle_s)
    used = sum(cpu_s(stack.components()).values())
    await asyncio.sleep(size.idle_s)
    used = sum(cpu_s(stack.components()).values()) - used
    return {
        "F.start_s": first - began,
        "F.idle_mib": pss_kib(stack.everything())["everything"] / 1024,
        "F.idle_cpu": 100 * used / size.idle_s,
    }


async def _first_delivery(target: Target, world: World) -> float:
    async with asyncio.timeout(90):
        while True:
            try:
                return await _deliver_one(target, world)
            except (OSError, TimeoutError):
                await asyncio.sleep(0.05)


async def _deliver_one(target: Target, world: World) -> float:
    person, arrivals = world.people[0], Arrivals()
    handshake = target.listen(person, world.room_a)
    socket = await LiveClient.connect(target.port, handshake, arrivals.note)
    client = await HttpClient.connect(target.port)
    try:
        mark, arrival = arrivals.expect(1)
        await client.ask(target.post(person, world.room_a, _SAYING.format(mark=mark)))
        return await asyncio.wait_for(arrival.complete, 5)
    finally:
        socket.close()
        client.close()


async def _send(
    target: Target, client: HttpClient, person: str, room: str, arrivals: Arrivals, receivers: int
) -> tuple[float, float]:
    """Send one message; returns the seconds to its answer and to its last reader."""
    mark, arrival = arrivals.expect(receivers)
    request = target.post(person, room, _SAYING.format(mark=mark))
    began = time.perf_counter()
    answer = await client.ask(request)
    if answer.status not in (200, 201):
        raise RuntimeError(f"a message was refused with {answer.status}: {answer.body[:200]!r}")
    seen = await asyncio.wait_for(arrival.complete, ARRIVE_S)
    return answer.at - began, seen - began


async def _storm(
    target: Target, people: Sequence[str], room: str, arrivals: Arrivals, size: Size
) -> float:
    """Send all, several at a time, without waiting for readers; returns when all had read all."""
    work = iter(islice(cycle(people), size.storm))
    complete: list[asyncio.Future[float]] = []

    async def sender() -> None:
        client = await HttpClient.connect(target.port)
        for person in work:
            mark, arrival = arrivals.expect(len(people))
            complete.append(arrival.complete)
            answer = await client.ask(target.post(person, room, _SAYING.format(mark=mark)))
            if answer.status not in (200, 201):
                raise RuntimeError(f"a message was refused: {answer.status}")
        client.close()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(size.storm_senders):
            tasks.create_task(sender())
    async with asyncio.timeout(2 * ARRIVE_S):
        return max(await asyncio.gather(*complete))


class _Pace:
    """Sends at a fixed rate, whether or not the server keeps up, round the rooms of C."""

    def __init__(
        self,
        target: Target,
        world: World,
        clients: Sequence[HttpClient],
        arrivals: Arrivals,
        each: int,
    ) -> None:
        self._target = target
        self._world = world
        self._arrivals = arrivals
        self._each = each
        self._free: asyncio.Queue[HttpClient] = asyncio.Queue()
        for client in clients:
            self._free.put_nowait(client)
        self._number = 0

    async def run(self, rate: int, many: int) -> tuple[float, float]:
        """Send so many; returns the rate reached, and p99 of the time to the last reader."""
        began = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            work = []
            for number in range(many):
                due = began + number / rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                work.append(tasks.create_task(self._one(due)))
        done = [task.result() for task in work]
        took = max(seen for _, seen in done) - began
        times = sorted(seen - due for due, seen in done)
        return many / took, times[int(0.99 * (len(times) - 1))]

    async def _one(self, due: float) -> tuple[float, float]:
        """Counted from when it was due: a queue in front of a slow server is its slowness."""
        self._number += 1
        rooms = self._world.rooms_c
        place = self._number % len(rooms)
        person = place * self._each + (self._number // len(rooms)) % self._each
        mark, arrival = self._arrivals.expect(self._each)
        request = self._target.post(
            self._world.people[person], rooms[place], _SAYING.format(mark=mark)
        )
        client = await self._free.get()
        try:
            answer = await client.ask(request)
        finally:
            self._free.put_nowait(client)
        if answer.status not in (200, 201):
            raise RuntimeError(f"a message was refused: {answer.status}")
        return due, await asyncio.wait_for(arrival.complete, ARRIVE_S)


async def ask(
    target: Target, requests: Sequence[bytes], many: int, size: Size
) -> tuple[list[float], Cost]:
    """Ask one after the other, after a few that warm up; returns the times and the cost."""
    client, cost, times = await HttpClient.connect(target.port), Cost(target), []
    for request in requests[:10]:
        await client.ask(request)
    await asyncio.sleep(size.settle_s / 2)
    cost.begin()
    for request in islice(cycle(requests), many):
        began = time.perf_counter()
        answer = await client.ask(request)
        if answer.status != 200:
            raise RuntimeError(f"a reader was refused with {answer.status}: {answer.body[:200]!r}")
        times.append(answer.at - began)
    cost.end()
    client.close()
    return times, cost
