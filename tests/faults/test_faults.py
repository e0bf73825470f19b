"""Processes and servers die in the middle of work. What was acknowledged is there, once.

Each test ends with every connected client knowing what the database knows.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.faults.listener import Listener
from tests.faults.product import Product, Web, timed
from tests.launch.waiting import eventually

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(180),
    pytest.mark.xdist_group("faults"),
]


@dataclass
class Room:
    """A channel of Ana and Bo, with Ana listening at both web processes while Bo writes."""

    product: Product
    id: str
    listeners: list[Listener]
    acknowledged: set[str] = field(default_factory=set)

    def post(self, web: Web, key: str, text: str = "x") -> httpx.Response:
        with self.product.api("bo", web) as api:
            answer = api.post(f"/conversations/{self.id}/messages", json={"text": text, "key": key})
        if answer.is_success:
            self.acknowledged.add(key)
        return answer

    def stored(self) -> tuple[int, list[str]]:
        """The last number, and the keys of all messages in order."""
        with self.product.database() as database:
            (last,) = database.execute(
                "SELECT last_seq FROM events_stream WHERE id = %s", [self.id]
            ).fetchone()
            rows = database.execute(
                "SELECT seq, key FROM messaging_message WHERE conversation_id = %s ORDER BY seq",
                [self.id],
            ).fetchall()
        seqs = [seq for seq, _ in rows]
        assert seqs == list(range(last - len(seqs) + 1, last + 1)), "a gap, or a duplicate"
        return last, [str(key) for _, key in rows]

    def check_whole(self, *, within_s: float) -> None:
        """Nothing acknowledged is lost, nothing is doubled, and everybody was told all of it."""
        last, keys = self.stored()
        assert set(keys) >= self.acknowledged
        assert max(Counter(keys).values(), default=1) == 1
        for listener in self.listeners:
            if listener.closed is None:
                assert listener.reaches(last, within_s=within_s), (listener.last, last)
                first = listener.hello["heads"][self.id]
                assert listener.seqs == list(range(first + 1, last + 1))
                assert listener.keys == keys[-len(listener.keys) :]


@pytest.fixture
def room(product: Product) -> Iterator[Room]:
    with product.api("ana", product.one) as api:
        bo = api.get("/users", params={"q": "Bo"}).json()["items"][0]["id"]
        body = {"kind": "public", "name": str(uuid4()), "member_ids": [bo]}
        made = api.post("/conversations", json=body)
        assert made.status_code == 201
    id_ = made.json()["id"]
    listeners = [Listener(product, "ana", web, id_) for web in (product.one, product.two)]
    yield Room(product, id_, listeners)
    for listener in listeners:
        listener.close()


def test_a_message_reaches_everybody(room):
    for web in (room.product.one, room.product.two):
        assert room.post(web, str(uuid4())).status_code == 201

    room.check_whole(within_s=5)


def test_the_web_process_is_killed_between_commit_and_publish(room):
    product = room.product
    room.post(product.one, str(uuid4()))

    key = _kill_before_it_publishes(room)

    assert room.listeners[1].reaches(room.stored()[0], within_s=15)
    # A client that did not hear of its success sends once more.
    assert room.post(product.two, key).status_code == 200
    room.check_whole(within_s=5)
    with product.database() as database:
        assert eventually(lambda: _outbox(database) == 0)


def _kill_before_it_publishes(room: Room) -> str:
    """Post by a process that is killed as soon as the message is stored, while nobody is told.

    Returns the message's key. Its sender may have been answered: others are told after that.
    """
    product, key = room.product, str(uuid4())

    def post() -> None:
        with suppress(httpx.TransportError):
            room.post(product.one, key)

    product.valkey.hold_writes()
    poster = threading.Thread(target=post)
    poster.start()
    with product.database() as database:
        assert eventually(lambda: _is_stored(database, key))
    product.one.kill()
    poster.join()
    product.valkey.go_on()
    product.one.start()
    return key


def test_a_worker_is_killed_in_the_middle_of_a_handler(room):
    product = room.product
    ana = room.listeners[0].hello["user_id"]
    with product.database() as database:
        before = _mentions(database, ana)
    with product.database() as lock, lock.transaction():
        # The handler writes its row and then waits for Ana's stream, which is ours.
        lock.execute("SELECT * FROM events_stream WHERE id = %s FOR UPDATE", [ana])
        assert room.post(product.one, str(uuid4()), f"<@{ana}> look").status_code == 201
        with product.database() as database:
            assert eventually(lambda: _is_waiting(database))
        product.worker.kill()

    with product.database() as database:
        assert _mentions(database, ana) == before
        product.worker.start()
        assert eventually(lambda: _outbox(database) == 0, within_s=60)
        assert _mentions(database, ana) == (before[0] + 1, before[1] + 1)
    room.check_whole(within_s=5)


def test_valkey_is_away_for_ten_seconds_and_posting_goes_on(room):
    product = room.product
    webs = cycle([product.one, product.two])
    product.valkey.stop()
    over = time.monotonic() + 10
    durations = []
    while time.monotonic() < over:
        web, key = next(webs), str(uuid4())
        answer, took_s = timed(lambda: room.post(web, key))  # noqa: B023
        assert answer.status_code == 201
        durations.append(took_s)
        threading.Event().wait(0.1)
    product.valkey.start()

    assert max(durations) < 1.0
    assert len(durations) > 20
    room.check_whole(within_s=20)
    assert [listener.closed for listener in room.listeners] == [None, None]
    assert room.post(product.one, str(uuid4())).status_code == 201
    room.check_whole(within_s=5)
    with product.database() as database:
        assert eventually(lambda: _outbox(database) == 0)


def test_valkey_hangs_and_posting_goes_on(room):
    product = room.product
    room.post(product.one, str(uuid4()))
    with product.valkey.frozen():
        durations = []
        for web in (product.one, product.two) * 4:
            answer, took_s = timed(lambda: room.post(web, str(uuid4())))  # noqa: B023
            assert answer.status_code == 201
            durations.append(took_s)

    assert max(durations) < 1.0
    room.check_whole(within_s=20)


def test_the_queue_is_lost_with_valkey_and_the_relay_is_killed(room):
    product = room.product
    ana = room.listeners[0].hello["user_id"]
    with product.database() as database:
        before = _mentions(database, ana)
    product.worker.kill()
    assert room.post(product.one, str(uuid4()), f"<@{ana}> one").status_code == 201
    with product.database() as database:
        assert eventually(lambda: _queued(database) == 1)
    product.relay.kill()
    product.valkey.stop()
    assert room.post(product.two, str(uuid4()), f"<@{ana}> two").status_code == 201
    product.valkey.start()

    product.relay.start()
    product.worker.start()

    with product.database() as database:
        assert eventually(lambda: _outbox(database) == 0, within_s=60)
        assert _mentions(database, ana) == (before[0] + 2, before[1] + 2)
    room.check_whole(within_s=20)


def test_postgresql_is_restarted_at_once_in_the_middle_of_posting(room):
    product = room.product
    statuses: list[int] = []
    over = threading.Event()

    def write(web: Web) -> None:
        while not over.is_set():
            key = str(uuid4())
            while not over.is_set():
                answer = room.post(web, key)
                statuses.append(answer.status_code)
                if answer.is_success:
                    break
                over.wait(0.2)

    writers = [threading.Thread(target=write, args=[web]) for web in (product.one, product.two) * 2]
    for writer in writers:
        writer.start()
    assert eventually(lambda: len(room.acknowledged) >= 40)

    product.restart_database_at_once()

    assert eventually(lambda: _works(product))
    # Whoever was cut off has tried again by then; from there on nothing fails.
    known = len(room.acknowledged)
    assert eventually(lambda: len(room.acknowledged) >= known + 40)
    after = len(statuses)
    assert eventually(lambda: len(statuses) > after + 40)
    over.set()
    for writer in writers:
        writer.join(30)
    assert set(statuses) <= {200, 201, 503}
    assert "Internal Server Error" not in product.logs()
    assert set(statuses[after:]) <= {200, 201}
    room.check_whole(within_s=30)


def _is_stored(database: psycopg.Connection, key: str) -> bool:
    found = database.execute("SELECT 1 FROM messaging_message WHERE key = %s", [key])
    return found.fetchone() is not None


def _outbox(database: psycopg.Connection) -> int:
    return database.execute("SELECT count(*) FROM outbox_outboxitem").fetchone()[0]


def _queued(database: psycopg.Connection) -> int:
    """How many entries wait for a worker to finish with them."""
    rows = database.execute("SELECT count(*) FROM outbox_outboxitem WHERE queued_at IS NOT NULL")
    return rows.fetchone()[0]


def _mentions(database: psycopg.Connection, user_id: str) -> tuple[int, int]:
    """Rows of a person's mentions, and how often they were told of one."""
    row = database.execute(
        "SELECT (SELECT count(*) FROM messaging_mention WHERE user_id = %(id)s),"
        " (SELECT count(*) FROM events_entry WHERE stream_id = %(id)s"
        "   AND type = 'chancery.mention.created.v1')",
        {"id": user_id},
    )
    return row.fetchone()


def _is_waiting(database: psycopg.Connection) -> bool:
    return bool(
        database.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        ).fetchone()[0]
    )


def _works(product: Product) -> bool:
    try:
        with product.database() as database:
            return database.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False
