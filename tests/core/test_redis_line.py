"""Redis as every request meets it: short, without stale replies, and after the answer."""

import asyncio
import contextvars
import re
import threading

import pytest
import redis

from core.redis_line import Errand, Errands, Line, checked, leave
from core.wsgi_pool import WsgiPool
from tests.core.test_wsgi_pool import OK, Exchange


class Noted:
    """What became of errands."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.replies: list[object] = []
        self.failures: list[Exception] = []

    def errand(self, *commands: tuple) -> Errand:
        return Errand(self.line, commands, self.replies.extend, self.failures.append)


def test_commands_go_together_and_replies_come_in_their_order(own_valkey):
    line = Line(own_valkey.url)

    assert line.ask([("SET", "a", "1"), ("INCR", "a"), ("GET", "a")]) == [b"OK", 2, b"2"]
    assert line.ask([]) == []


def test_what_redis_refuses_is_among_the_replies_and_the_next_ones_are_right(own_valkey):
    line = Line(own_valkey.url)

    first, refused, last = line.ask([("SET", "a", "x"), ("INCR", "a"), ("GET", "a")])

    assert (first, last) == (b"OK", b"x")
    assert isinstance(refused, redis.ResponseError)
    with pytest.raises(redis.ResponseError, match="not an integer"):
        checked([first, refused])
    assert line.ask([("GET", "a")]) == [b"x"]


def test_any_number_of_threads_may_come_and_go(own_valkey):
    line = Line(own_valkey.url)
    replies: list[object] = []

    for _ in range(150):
        thread = threading.Thread(target=lambda: replies.extend(line.ask([("PING",)])))
        thread.start()
        thread.join()

    assert replies == [b"PONG"] * 150
    (clients,) = line.ask([("INFO", "clients")])
    assert int(re.search(rb"connected_clients:(\d+)", clients)[1]) < 10


def test_a_server_that_was_started_again_is_found_at_the_first_try(own_valkey):
    line = Line(own_valkey.url)
    line.ask([("PING",)])
    own_valkey.stop()
    with pytest.raises(redis.ConnectionError):
        line.ask([("PING",)])
    with pytest.raises(redis.ConnectionError):
        line.ask([("PING",)])
    own_valkey.start()
    assert line.ask([("PING",)]) == [b"PONG"]

    own_valkey.stop()
    own_valkey.start()

    assert line.ask([("PING",)]) == [b"PONG"]


def test_a_reply_that_comes_too_late_is_not_taken_for_the_next_one(own_valkey):
    line = Line(own_valkey.url, timeout_s=0.05)
    line.ask([("SET", "late", "yes")])
    with own_valkey.frozen(), pytest.raises(redis.TimeoutError):
        line.ask([("GET", "late")])

    assert line.ask([("ECHO", "mine")]) == [b"mine"]


def test_each_thread_and_each_process_has_a_connection_of_its_own(own_valkey, monkeypatch):
    line = Line(own_valkey.url)
    ids = [line.ask([("CLIENT", "ID")])[0], line.ask([("CLIENT", "ID")])[0]]
    thread = threading.Thread(target=lambda: ids.extend(line.ask([("CLIENT", "ID")])))
    thread.start()
    thread.join()
    # As in a process that was forked off this one.
    monkeypatch.setattr("core.redis_line.os.getpid", lambda: -1)
    ids += line.ask([("CLIENT", "ID")])

    first, again, of_thread, of_fork = ids
    assert first == again
    assert len({first, of_thread, of_fork}) == 3


def test_an_errand_outside_of_a_request_runs_at_once(own_valkey):
    noted = Noted(Line(own_valkey.url))

    leave(noted.errand(("INCR", "n")))

    assert noted.replies == [1]


def test_errands_of_some_work_run_after_it_in_one_round_trip(own_valkey):
    noted, errands = Noted(Line(own_valkey.url)), Errands()

    def work() -> str:
        leave(noted.errand(("INCR", "n"), ("INCR", "n")))
        leave(noted.errand(("INCR", "n")))
        return "done"

    assert errands.of(work) == "done"
    assert noted.replies == []
    errands.run()
    assert noted.replies == [1, 2, 3]
    errands.run()
    assert noted.replies == [1, 2, 3]


def test_errands_of_work_that_fails_run_all_the_same(own_valkey):
    noted, errands = Noted(Line(own_valkey.url)), Errands()

    def work() -> None:
        leave(noted.errand(("INCR", "n")))
        raise LookupError

    with pytest.raises(LookupError):
        errands.of(work)
    errands.run()

    assert noted.replies == [1]


def test_work_that_outlives_its_request_leaves_nothing_undone(own_valkey):
    noted, errands = Noted(Line(own_valkey.url)), Errands()
    context = errands.of(contextvars.copy_context)
    errands.run()

    context.run(leave, noted.errand(("INCR", "n")))

    assert noted.replies == [1]


def test_an_errand_that_fails_is_told_so_and_harms_no_other(own_valkey):
    line = Line(own_valkey.url)
    noted, errands = Noted(line), Errands()

    def refuse(replies: object) -> None:
        raise ValueError("not understood")

    def work() -> None:
        leave(Errand(line, [("INCR", "n")], refuse, noted.failures.append))
        leave(Errand(line, [("HGET", "n", "x")], checked, noted.failures.append))
        leave(noted.errand(("INCR", "n")))

    errands.of(work)
    errands.run()

    assert noted.replies == [2]
    assert [type(failure) for failure in noted.failures] == [redis.ResponseError]


def test_errands_to_a_server_that_is_away_fail_and_raise_nothing(own_valkey):
    own_valkey.stop()
    noted = Noted(Line(own_valkey.url))

    leave(noted.errand(("PING",)))

    assert [type(failure) for failure in noted.failures] == [redis.ConnectionError]


@pytest.mark.asyncio
async def test_an_answer_does_not_wait_for_its_errands(own_valkey):
    noted, is_done = Noted(Line(own_valkey.url, timeout_s=60)), threading.Event()
    errand = noted.errand(("INCR", "n"))._replace(done=lambda replies: is_done.set())

    def app(environ, start_response):
        leave(errand)
        start_response(OK, [])
        return [b"answered"]

    with own_valkey.frozen():
        exchange = await Exchange().through(WsgiPool(app, threads=1))
        assert exchange.body == b"answered"
        assert not is_done.is_set()

    assert await asyncio.to_thread(is_done.wait, 10)
