"""The process for the tenant that asks without a pause, as a real process."""

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Iterable
from typing import Any

import pytest
import uvicorn

from core.lane import Lane, LaneGone
from core.pace import Pace
from core.wsgi_pool import WsgiPool
from tests.core.lane_app import application

pytestmark = pytest.mark.asyncio

APP = "tests.core.lane_app:application"


class Answer:
    """What was sent back, as an ASGI server would see it."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return self.sent[0]["status"]

    @property
    def pid(self) -> int:
        return int(dict(self.sent[0]["headers"])[b"x-pid"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])


async def opened(lane: Lane) -> Lane:
    async with asyncio.timeout(20):
        while not lane.is_open:
            lane.wake()  # as each request does
            await asyncio.sleep(0.01)
    return lane


async def ask(lane: Lane, path: str, body: bytes = b"") -> Answer:
    answer, made = Answer(), await lane.answer(posted(path), body)
    assert made is not None
    await made.send_to(answer.send)
    return answer


def posted(path: str) -> dict[str, Any]:
    return {"PATH_INFO": path, "REQUEST_METHOD": "POST"}


async def ended(pid: int) -> bool:
    async with asyncio.timeout(10):
        while True:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return True
            await asyncio.sleep(0.01)


async def test_requests_are_answered_by_another_process_that_is_nicer_than_ours():
    lane = await opened(Lane(APP))

    answer = await ask(lane, "/", b"hello")

    assert answer.status == 200
    assert answer.body.startswith(b"hello ")
    assert answer.pid != os.getpid()
    assert os.getpriority(os.PRIO_PROCESS, answer.pid) > os.getpriority(os.PRIO_PROCESS, 0)


async def test_an_answer_of_many_pieces_arrives_whole_and_in_order():
    lane = await opened(Lane(APP))

    answers = await asyncio.gather(*(ask(lane, "/large") for _ in range(5)))

    whole = b"".join(bytes([number]) * 50_000 for number in range(6))
    assert [answer.body == whole for answer in answers] == [True] * 5


async def test_a_process_that_dies_is_told_of_and_replaced():
    lane = await opened(Lane(APP))
    pid = (await ask(lane, "/")).pid

    with pytest.raises(LaneGone):
        await ask(lane, "/die")

    assert not lane.is_open
    assert await ended(pid)
    lane._not_before = 0.0
    assert (await ask(await opened(lane), "/")).pid != pid


async def test_whoever_waits_for_a_place_is_told_when_the_process_dies():
    lane = await opened(Lane(APP, places=1))

    async with asyncio.timeout(10):
        told = await asyncio.gather(
            *(ask(lane, "/die" if number == 0 else "/") for number in range(4)),
            return_exceptions=True,
        )

    assert [type(answer) for answer in told] == [LaneGone] * 4


async def test_a_request_that_is_cut_off_ends_the_process_after_those_beside_it():
    lane = await opened(Lane(APP))
    pid = (await ask(lane, "/")).pid
    assert lane._free is not None
    async with asyncio.timeout(10):
        while lane._free.qsize() < 2:  # the one that has just answered rests
            await asyncio.sleep(0.01)
        beside, cut_off = (asyncio.create_task(lane.answer(posted("/slow"), b"")) for _ in "ab")
        while not lane._free.empty():
            await asyncio.sleep(0)

    cut_off.cancel()

    answer = await beside
    assert answer is not None
    assert answer.is_whole
    assert await ended(pid)


async def test_no_place_waits_for_a_client_that_takes_nothing():
    lane = await opened(Lane(APP, places=2))
    pid = (await ask(lane, "/")).pid
    never = asyncio.Event()

    async def take_nothing(message: dict[str, Any]) -> None:
        await never.wait()

    made = [await lane.answer(posted("/large"), b"") for _ in range(2)]
    stalled = [asyncio.create_task(each.send_to(take_nothing)) for each in made if each]
    async with asyncio.timeout(10):
        assert (await ask(lane, "/", b"mine")).body.startswith(b"mine ")

    assert len(stalled) == 2
    assert not any(task.done() for task in stalled)
    for task in stalled:
        task.cancel()
    assert (await ask(lane, "/")).pid == pid


async def test_two_stalled_clients_of_a_noisy_tenant_leave_the_lane_to_it():
    """Over real sockets: more of an answer than all buffers on the way hold is taken by nobody."""
    pool = WsgiPool(application, threads=4, lane=await opened(Lane(APP, places=2)))
    make_loud(pool)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(pool, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    address = listening.getsockname()

    stalled = [await posted_over(address, "/huge") for _ in range(2)]
    for reader, _ in stalled:
        async with asyncio.timeout(20):
            assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    async with asyncio.timeout(20):
        reader, writer = await posted_over(address, "/")
        head = await reader.readuntil(b"\r\n\r\n")

    assert b"x-pid:" in head
    assert f"x-pid: {os.getpid()}\r\n".encode() not in head
    for _, each in [*stalled, (reader, writer)]:
        each.close()
    server.should_exit = True
    await asyncio.wait_for(serving, 20)


def make_loud(pool: WsgiPool) -> None:
    """Have one tenant be noisy, and another about, for as long as any test lasts."""
    now = asyncio.get_running_loop().time()
    pool._noise.used("loud.example", 1e9, now)
    pool._noise.arrives("calm.example", now + 60)


async def posted_over(
    address: tuple[str, int], path: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(*address, limit=4096)
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: loud.example\r\nContent-Length: 0\r\n\r\n".encode()
    )
    return reader, writer


@pytest.mark.parametrize("path", ["/file", "/stream"])
async def test_a_download_is_made_by_the_servers_own_threads(path):
    pool = WsgiPool(application, threads=4, lane=await opened(Lane(APP)))
    make_loud(pool)

    small = await from_host(pool, "loud.example", method="GET")
    download = await from_host(pool, "loud.example", path, method="GET")

    assert small.pid != os.getpid()
    assert download.pid == os.getpid()
    assert len(download.body) == 5_000_000


async def test_an_answer_that_breaks_off_ends_and_leaves_the_lane_to_others():
    lane = await opened(Lane(APP, places=1))
    pid = (await ask(lane, "/")).pid

    async with asyncio.timeout(10):
        answer = await ask(lane, "/break")

    assert answer.body == b"x" * 100_000
    assert answer.sent[-1]["more_body"], "the server sees that it is not whole"
    assert await ended(pid)
    lane._not_before = 0.0
    assert (await ask(await opened(lane), "/")).status == 200


async def test_an_application_that_cannot_be_loaded_leaves_the_lane_closed():
    lane = Lane("tests.core.lane_app:missing")

    lane.wake()
    assert lane._starting is not None
    await asyncio.wait_for(lane._starting, 20)

    assert not lane.is_open


async def test_a_client_that_breaks_off_does_not_leave_its_answer_to_the_next():
    lane = await opened(Lane(APP))

    pid = (await ask(lane, "/")).pid

    async def break_off(message: dict[str, Any]) -> None:
        raise ConnectionResetError

    made = await lane.answer(posted("/large"), b"")
    assert made is not None
    await made.send_to(break_off)
    following = await ask(lane, "/", b"mine")
    assert following.body.startswith(b"mine ")
    assert following.pid == pid


async def test_the_pool_hands_over_the_noisy_tenant_alone():
    pool = WsgiPool(application, threads=4, lane=await opened(Lane(APP)))
    now = asyncio.get_running_loop().time()
    pool._noise.used("loud.example", 0.9, now)

    loud, calm = await from_host(pool, "loud.example"), await from_host(pool, "calm.example")
    loud_again = await from_host(pool, "loud.example")

    assert loud.pid == os.getpid(), "nobody else was about yet"
    assert calm.pid == os.getpid()
    assert loud_again.pid != os.getpid()


async def test_whoever_watches_the_server_is_nobody_to_be_disturbed():
    pool = WsgiPool(application, threads=4, lane=await opened(Lane(APP)))
    pool._noise.used("loud.example", 0.9, asyncio.get_running_loop().time())

    await from_host(pool, "127.0.0.1:8000", "/readyz")

    assert (await from_host(pool, "loud.example")).pid == os.getpid()


async def test_a_lane_that_dies_in_the_middle_is_a_503():
    pool = WsgiPool(application, threads=4, lane=await opened(Lane(APP)))
    pool._noise.used("loud.example", 0.9, asyncio.get_running_loop().time())
    await from_host(pool, "calm.example")

    cut_off = await from_host(pool, "loud.example", "/die")

    assert cut_off.status == 503
    assert (b"retry-after", b"1") in cut_off.sent[0]["headers"]


async def from_host(pool: WsgiPool, host: str, path: str = "/", *, method: str = "POST") -> Answer:
    answer = Answer()
    scope = {
        "type": "http",
        "method": method,
        "http_version": "1.1",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", host.encode())],
        "server": ("127.0.0.1", 8000),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    await pool(scope, receive, answer.send)
    return answer


async def test_the_process_ends_with_the_one_that_started_it():
    lane = await opened(Lane(APP))
    pid = (await ask(lane, "/")).pid
    os.kill(pid, signal.SIGINT)
    assert (await ask(lane, "/")).pid == pid, "Ctrl-C is for the server"

    assert lane._free is not None
    lane._close(lane._free, await lane._free.get())

    assert await ended(pid)


async def test_a_place_rests_after_its_work():
    rested: list[float] = []

    class Slow(Pace):
        def rest_s(self, worked_s: float, now: float) -> float:
            rested.append(worked_s)
            return 0.2

    lane = await opened(Lane(APP, places=1, pace=Slow()))
    began = asyncio.get_running_loop().time()

    for _ in range(3):
        await ask(lane, "/")

    assert asyncio.get_running_loop().time() - began >= 0.4
    assert len(rested) == 3


async def test_a_rest_counts_as_use_so_that_whoever_rests_stays_in_the_lane():
    class Slow(Pace):
        def rest_s(self, worked_s: float, now: float) -> float:
            return 0.2

    lane = await opened(Lane(APP, places=1, pace=Slow()))

    answer = await lane.answer(posted("/"), b"")

    assert answer is not None
    assert answer.held_s >= 0.2


async def test_until_the_lane_is_open_the_noisy_tenant_has_one_thread():
    working, most = 0, 0
    counting = threading.Lock()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        nonlocal working, most
        with counting:
            working += 1
            most = max(most, working)
        time.sleep(0.02)
        with counting:
            working -= 1
        return application(environ, start_response)

    lane = Lane("tests.core.lane_app:missing")
    pool = WsgiPool(app, threads=8, lane=lane)
    pool._noise.used("loud.example", 5.0, asyncio.get_running_loop().time())
    await from_host(pool, "calm.example")

    answers = await asyncio.gather(*(from_host(pool, "loud.example") for _ in range(6)))

    assert {answer.status for answer in answers} == {200}
    assert most == 1


async def test_until_the_lane_is_open_the_noisy_tenant_rests_too():
    class Slow(Pace):
        def rest_s(self, worked_s: float, now: float) -> float:
            return 0.2

    lane = Lane("tests.core.lane_app:missing", pace=Slow())
    pool = WsgiPool(application, threads=8, lane=lane)
    began = asyncio.get_running_loop().time()
    pool._noise.used("loud.example", 5.0, began)
    await from_host(pool, "calm.example")

    answers = await asyncio.gather(*(from_host(pool, "loud.example") for _ in range(3)))

    assert {answer.status for answer in answers} == {200}
    assert asyncio.get_running_loop().time() - began >= 0.4


async def test_a_tenant_is_the_same_however_its_host_is_written():
    pool = WsgiPool(application, threads=4, lane=await opened(Lane(APP)))
    pool._noise.used("loud.example", 0.9, asyncio.get_running_loop().time())
    await from_host(pool, "calm.example")

    for written in ("LOUD.example", "loud.example:8000", "loud.example."):
        assert (await from_host(pool, written)).pid != os.getpid()
