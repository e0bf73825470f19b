"""The process for the tenant that asks without a pause, as a real process."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterable
from typing import Any

import pytest

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
    answer = Answer()
    await lane.respond({"PATH_INFO": path, "REQUEST_METHOD": "POST"}, body, answer.send)
    return answer


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


async def test_a_request_that_is_answered_after_another_broke_off_ends_the_process():
    lane = await opened(Lane(APP))
    pid = (await ask(lane, "/")).pid
    answer = Answer()

    async def break_off_meanwhile(message: dict[str, Any]) -> None:
        if not answer.sent:
            await lane.respond({"PATH_INFO": "/large"}, b"", _refuse)
        await answer.send(message)

    await lane.respond({"PATH_INFO": "/large"}, b"", break_off_meanwhile)

    assert len(answer.body) == 300_000
    assert await ended(pid)


async def _refuse(message: dict[str, Any]) -> None:
    raise ConnectionResetError


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

    async def break_off(message: dict[str, Any]) -> None:
        raise ConnectionResetError

    await lane.respond({"PATH_INFO": "/large"}, b"", break_off)
    lane._not_before = 0.0
    assert (await ask(await opened(lane), "/", b"mine")).body.startswith(b"mine ")


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


async def from_host(pool: WsgiPool, host: str, path: str = "/") -> Answer:
    answer = Answer()
    scope = {
        "type": "http",
        "method": "POST",
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

    environ = {"PATH_INFO": "/", "REQUEST_METHOD": "POST"}

    assert await lane.respond(environ, b"", Answer().send) >= 0.2


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
