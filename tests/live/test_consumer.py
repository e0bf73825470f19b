"""The whole way in one process: real people, real PostgreSQL, real Redis, the real application."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
import pytest_asyncio
from django.utils import timezone

from accounts.people.models import User
from accounts.people.services import deactivate, update_person
from accounts.sessions.services import revoke_sessions_of
from accounts.tokens.models import ApiToken
from accounts.tokens.services import create_token, revoke_token
from config.asgi import application
from core.errors import NotFound
from core.metrics import metrics_page
from messaging.conversations import services as conversations
from messaging.grants import services as grants
from messaging.live import admission, consumers
from messaging.live.gateway import gateway
from messaging.messages import services as messages
from tenants.context import in_tenant
from tests.accounts.scim.calls import Provider
from tests.cast import Person
from tests.live.gateway import Client

pytestmark = pytest.mark.asyncio


class Connection(Client):
    """A socket to the application, without a network in between."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__()
        self.status = 0
        self.is_accepted = False
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._scope = {
            "type": "websocket",
            "path": "/ws/v1",
            "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
            "extensions": {"websocket.http.response": {}},
        }
        self.headers = self._scope["headers"]
        self.served: asyncio.Task[None] | None = None

    async def open(self) -> "Connection":
        self._inbox.put_nowait({"type": "websocket.connect"})
        self.served = asyncio.create_task(application(self._scope, self._inbox.get, self.send))
        await self.until(lambda: bool(self.frames or self.status) or self.closed_with is not None)
        return self

    async def send(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "websocket.accept":
            self.is_accepted = True
        elif kind == "websocket.http.response.start":
            self.status = message["status"]
        elif kind == "websocket.http.response.body":
            self._end(1006)
            self._end(1006)
        else:
            await super().send(message)
            if kind == "websocket.close":
                self._end(message["code"])
        self._changed.set()

    def say(self, frame: object) -> None:
        text = frame if isinstance(frame, str) else orjson.dumps(frame).decode()
        self._inbox.put_nowait({"type": "websocket.receive", "text": text})

    def say_bytes(self, data: bytes) -> None:
        self._inbox.put_nowait({"type": "websocket.receive", "bytes": data})

    async def hang_up(self) -> None:
        self._end(1001)
        assert self.served is not None
        await self.served

    def _end(self, code: int) -> None:
        self._inbox.put_nowait({"type": "websocket.disconnect", "code": code})


class Line:
    """Opens connections, and closes those still open in the end."""

    def __init__(self) -> None:
        self._opened: list[Connection] = []

    async def connect(self, person: Person | None = None, **headers: str) -> Connection:
        """Connect with the person's token, or with exactly these headers."""
        if person is not None:
            token = await do(lambda: person.token)
            headers = {"host": person.host, "authorization": f"Bearer {token}", **headers}
        connection = Connection(headers)
        self._opened.append(connection)
        return await connection.open()

    async def connect_browser(self, person: Person, *, origin: str | None = None) -> Connection:
        key = await do(lambda: person.client.cookies["session"].value)
        headers = {"host": f"{person.host}:8000", "cookie": f"csrftoken=x; session={key}"}
        if origin is not None:
            headers["origin"] = origin
        return await self.connect(**headers)

    async def hang_up(self) -> None:
        for connection in self._opened:
            await connection.hang_up()


async def do[T](work: Callable[[], T], *, tenant: str = "acme") -> T:
    """Do something in a thread, as a request would."""
    with in_tenant(tenant):
        return await asyncio.to_thread(work)


@pytest_asyncio.fixture
async def line(cast, real_commits) -> AsyncIterator[Line]:
    made = Line()
    yield made
    await made.hang_up()
    await gateway().stop()


async def make_room(owner: Person, *members: Person, kind: str = "private") -> uuid.UUID:
    def make() -> uuid.UUID:
        made, _ = conversations.create_conversation(
            owner.actor,
            kind=kind,
            name=f"room {uuid.uuid4().hex[:8]}",
            member_ids=[member.id for member in members],
        )
        return made.id

    return await do(make, tenant=owner.tenant)


async def post(author: Person, room: uuid.UUID, text: str = "hello") -> Any:
    def act() -> Any:
        return messages.post_message(
            author.actor, conversation_id=room, text=text, key=uuid.uuid4()
        )

    return await do(act, tenant=author.tenant)


async def test_hello_names_the_person_and_the_heads_of_their_conversations(cast, line):
    room = await make_room(cast.ana, cast.bo)
    await post(cast.ana, room)

    bo = await line.connect(cast.bo)

    (hello,) = bo.frames
    assert hello["type"] == "hello"
    assert hello["user_id"] == str(cast.bo.id)
    assert hello["heartbeat_s"] == 25
    assert hello["heads"] == {str(room): 4}
    assert hello["user_seq"] == 1
    assert hello["tenant_seq"] == 0
    assert uuid.UUID(hello["connection_id"])


async def test_a_message_reaches_members_and_nobody_else(cast, line):
    room = await make_room(cast.ana, cast.bo)
    ana, bo = await line.connect(cast.ana), await line.connect(cast.bo)
    cy, dee = await line.connect(cast.cy), await line.connect(cast.dee)

    await post(cast.ana, room, "are you there?")
    await bo.until(lambda: bo.of_type("event") != [])
    await ana.until(lambda: ana.of_type("event") != [])

    (event,) = bo.of_type("event")
    assert event["event"] == "chancery.message.created.v1"
    assert event["conversation_id"] == str(room)
    assert event["data"]["text"] == "are you there?"
    assert event == ana.of_type("event")[0]
    assert [len(cy.frames), len(dee.frames)] == [1, 1]


async def test_resume_brings_what_was_missed_and_never_a_deleted_text(cast, line):
    room = await make_room(cast.ana, cast.bo)
    posted = await post(cast.ana, room, "a secret")
    await post(cast.ana, room, "no secret")
    await do(lambda: messages.delete_message(cast.ana.actor, message_id=posted.message.id))
    bo = await line.connect(cast.bo)

    bo.say({"type": "resume", "after": {str(room): 3}, "user_after": 0})
    await bo.until(lambda: len(bo.of_type("event")) == 4)

    assert bo.seqs(str(room)) == [4, 5, 6]
    assert "a secret" not in orjson.dumps(bo.frames).decode()
    assert bo.of_type("event")[-1]["event"] == "chancery.membership.added.v1"


async def test_a_browser_needs_an_origin_of_this_host(cast, line):
    own = await line.connect_browser(cast.ana, origin="http://acme.localhost:8000")
    foreign = await line.connect_browser(cast.ana, origin="http://globex.localhost:8000")
    other_port = await line.connect_browser(cast.ana, origin="http://acme.localhost:9000")
    none = await line.connect_browser(cast.ana)

    assert own.frames[0]["user_id"] == str(cast.ana.id)
    assert [foreign.closed_with, other_port.closed_with, none.closed_with] == [4401, 4401, 4401]
    assert foreign.frames == other_port.frames == none.frames == []


# Not parametrised: each test with real commits costs a fresh database.
STRANGE_ORIGINS = [
    "null",
    "",
    "http://",
    "http://[",
    "file:///x",
    "http://acme.localhost:8000@evil",
    "http://acme.localhost:8000/",
]
STRANGE_HOSTS = [
    "",
    "nobody.localhost",
    "localhost",
    "127.0.0.1",
    "acme.localhost\x00",
    "a" * 300,
    "ä",
]
STRANGE_TOKENS = ["", "Bearer", "Bearer ", "Basic abc", "Bearer chy_" + "x" * 43, "Bearer chy_\x00"]


async def test_strange_origins_are_not_ours(cast, line):
    refused = [await line.connect_browser(cast.ana, origin=one) for one in STRANGE_ORIGINS]

    assert [one.closed_with for one in refused] == [4401] * len(STRANGE_ORIGINS)


async def test_unknown_hosts_are_answered_404_before_the_handshake(cast, line):
    refused = [await line.connect(host=one, authorization="Bearer x") for one in STRANGE_HOSTS]

    assert [one.status for one in refused] == [404] * len(STRANGE_HOSTS)
    assert not any(one.is_accepted for one in refused)


async def test_bad_tokens_are_closed_with_4401(cast, line):
    refused = [
        await line.connect(host="acme.localhost", authorization=one) for one in STRANGE_TOKENS
    ]

    assert [one.closed_with for one in refused] == [4401] * len(STRANGE_TOKENS)
    assert all(one.frames == [] for one in refused)


async def test_another_tenants_token_and_session_are_worth_nothing(cast, line):
    token = await do(lambda: cast.dee.token, tenant="globex")
    by_token = await line.connect(host="acme.localhost", authorization=f"Bearer {token}")
    key = await do(lambda: cast.dee.client.cookies["session"].value, tenant="globex")
    by_session = await line.connect(
        host="acme.localhost", origin="http://acme.localhost", cookie=f"session={key}"
    )

    assert [by_token.closed_with, by_session.closed_with] == [4401, 4401]


async def test_frames_that_are_wrong_are_answered_and_the_connection_lives(cast, line):
    ana = await line.connect(cast.ana)

    for text in ("{", "[]", '{"type": "nonsense"}', '{"type": "typing"}', "x" * 70_000):
        ana.say(text)
    ana.say_bytes(b"\x00\xff")
    ana.say({"type": "typing", "conversation_id": str(uuid.uuid4())})
    await ana.until(lambda: len(ana.of_type("error")) == 7)

    assert [frame["code"] for frame in ana.of_type("error")] == [
        "bad_json",
        "bad_frame",
        "unknown_type",
        "bad_frame",
        "too_large",
        "binary",
        "not_allowed",
    ]
    assert ana.closed_with is None


async def test_a_flood_ends_with_4429(cast, line):
    ana = await line.connect(cast.ana)

    for _ in range(200):
        ana.say({"type": "pong"})
    await ana.until(lambda: ana.closed_with is not None)

    assert ana.closed_with == 4429
    assert {frame["code"] for frame in ana.of_type("error")} == {"too_many"}


async def test_a_removed_member_hears_of_it_and_of_nothing_after_it(cast, line):
    room = await make_room(cast.ana, cast.bo)
    ana, bo = await line.connect(cast.ana), await line.connect(cast.bo)

    def act() -> None:
        conversations.remove_member(cast.ana.actor, conversation_id=room, user_id=cast.bo.id)

    await do(act)
    await post(cast.ana, room, "now that they are gone")
    await ana.until(lambda: len(ana.seqs(str(room))) == 2)
    await bo.until(lambda: bo.of_type("event") != [])

    assert [frame["event"] for frame in bo.of_type("event")] == ["chancery.membership.removed.v1"]
    assert bo.of_type("event")[0]["stream"] == "user"


async def test_an_added_member_hears_the_conversation_at_once(cast, line):
    room = await make_room(cast.ana)
    cy = await line.connect(cast.cy)

    def act() -> None:
        conversations.add_members(cast.ana.actor, conversation_id=room, user_ids=[cast.cy.id])

    await do(act)
    await cy.until(lambda: cy.of_type("ping") != [])
    await post(cast.ana, room, "welcome")
    await cy.until(lambda: cy.seqs(str(room)) != [])

    assert cy.of_type("event")[-1]["data"]["text"] == "welcome"


async def test_what_the_directory_says_of_a_group_opens_and_shuts_its_channel_on_an_open_socket(
    cast, line
):
    room = await make_room(cast.ana)
    directory = await do(lambda: Provider())
    group = (await do(lambda: directory.group("Sales")))["id"]
    named = {"path": "members", "value": [{"value": str(cast.cy.id)}]}
    grant = {"conversation_id": room, "group_id": uuid.UUID(group)}
    await do(lambda: grants.grant(cast.ana.actor, **grant))
    cy = await line.connect(cast.cy)

    def seen() -> int:
        return cast.cy.client.get(f"/api/v1/conversations/{room}/messages").status_code

    assert await do(seen) == 404
    await do(lambda: directory.patch(f"/Groups/{group}", {"op": "add", **named}))
    assert await do(seen) == 200
    await do(lambda: grants.admit(conversation_id=room))
    # What is posted before the socket has its seat is told by the head in this ping alone.
    await cy.until(lambda: cy.of_type("ping") != [])
    await post(cast.ana, room, "welcome")
    await cy.until(lambda: cy.seqs(str(room)) != [])

    await do(lambda: directory.patch(f"/Groups/{group}", {"op": "remove", **named}))
    assert await do(seen) == 404
    await post(cast.ana, room, "now that they are gone")

    def heard() -> list[tuple[str, str]]:
        return [(each["event"], each["stream"]) for each in cy.of_type("event")]

    await cy.until(lambda: ("chancery.membership.removed.v1", "user") in heard())
    assert heard().count(("chancery.message.created.v1", "conversation")) == 1
    assert "now that they are gone" not in str(cy.frames)


async def test_revoking_sessions_closes_the_browser_and_not_the_program(cast, line):
    browser = await line.connect_browser(cast.bo, origin="http://acme.localhost:8000")
    program = await line.connect(cast.bo)

    await do(lambda: revoke_sessions_of(cast.ana.actor, user_id=cast.bo.id))
    await browser.until(lambda: browser.closed_with is not None)

    assert browser.closed_with == 4403
    assert program.closed_with is None
    again = await line.connect_browser(cast.bo, origin="http://acme.localhost:8000")
    assert again.closed_with == 4401


async def test_a_token_of_some_channels_hears_those_and_nothing_else(cast, line):
    room, other = await make_room(cast.ana, cast.bo), await make_room(cast.ana, cast.bo)
    later, elsewhere = await make_room(cast.ana), await make_room(cast.ana)
    channels = {"scopes": ["read"], "conversation_ids": [room, later]}
    # Made by Ana, who sees already where Bo comes later.
    row, token = await do(lambda: create_token(cast.bo.user, by=cast.ana.actor, **channels))
    headers = {"host": cast.bo.host, "authorization": f"Bearer {token}"}
    program, bo = await line.connect(**headers), await line.connect(cast.bo)
    cy = await line.connect(cast.cy)
    cy.say({"type": "presence", "state": "active"})
    (hello,) = program.frames
    assert (hello["heads"], hello["user_seq"], hello["tenant_seq"]) == ({str(room): 3}, 0, 0)

    def act() -> None:
        for conversation_id in (elsewhere, later):
            conversations.add_members(
                cast.ana.actor, conversation_id=conversation_id, user_ids=[cast.bo.id]
            )
        update_person(cast.ana.actor, user_id=cast.cy.id, name="Cy Anew")

    await do(act)
    await program.until(lambda: program.of_type("ping") != [])
    program.say({"type": "watch", "user_ids": [str(cast.cy.id)]})
    program.say({"type": "resume", "after": {str(other): 0}, "user_after": 0})
    program.say({"type": "typing", "conversation_id": str(room)})
    for conversation_id in (other, elsewhere, room, later):
        await post(cast.ana, conversation_id, "here")
    await program.until(lambda: program.seqs(str(later)) != [])
    await bo.until(lambda: bo.seqs(str(later)) != [])

    assert {str(other), str(elsewhere)} <= {one["conversation_id"] for one in bo.of_type("event")}
    heard = program.of_type("event")
    assert {one["conversation_id"] for one in heard} == {str(room), str(later)}
    assert {one["stream"] for one in heard} == {"conversation"}
    assert "active" not in [one["state"] for one in program.of_type("presence")]
    assert [one["conversation_id"] for one in program.of_type("resync")] == [str(other)]
    assert [one["code"] for one in program.of_type("error")] == ["not_allowed"]

    await do(lambda: revoke_token(cast.bo.actor, token_id=row.id))
    await program.until(lambda: program.closed_with is not None)

    assert (program.closed_with, bo.closed_with) == (4403, None)


async def test_a_token_of_some_networks_opens_a_socket_from_there_alone(cast, line):
    _row, token = await do(
        lambda: create_token(cast.bo.user, scopes=["read"], networks=["192.0.2.0/24"])
    )
    headers = [(b"host", cast.bo.host.encode()), (b"authorization", f"Bearer {token}".encode())]

    inside = await do(lambda: admission.admit(headers, "192.0.2.7"))
    outside = [
        await do(lambda where=where: admission.admit(headers, where))
        for where in ("192.0.3.7", "", "rubbish")
    ]

    assert isinstance(inside, admission.Admission)
    assert outside == [admission.Refused.NOT_SIGNED_IN] * 3


@pytest.mark.parametrize("whose", ["token", "guest"])
async def test_what_ends_by_itself_closes_then_and_not_with_the_next_beat(
    cast, line, monkeypatch, whose
):
    in_an_hour = timezone.now() + timedelta(hours=1)

    def end() -> None:
        person = User.objects.filter(id=cast.bo.id)
        if whose == "guest":
            person.update(ends_at=in_an_hour)
        else:
            ApiToken.objects.filter(user_id=cast.bo.id).update(expires_at=in_an_hour)

    assert (await do(lambda: cast.bo.api.get("/api/v1/me"))).status_code == 200
    await do(end)
    stays = await line.connect(cast.bo)
    a_moment_before = SimpleNamespace(
        monotonic=time.monotonic, time=lambda: time.time() + 3600 - 0.2
    )
    monkeypatch.setattr(consumers, "time", a_moment_before)
    ends = await line.connect(cast.bo)
    assert ends.of_type("hello") != []

    await ends.until(lambda: ends.closed_with is not None)

    assert (ends.closed_with, stays.closed_with) == (4403, None)


async def test_a_deactivated_person_is_closed_out_everywhere(cast, line):
    browser = await line.connect_browser(cast.bo, origin="http://acme.localhost:8000")
    program = await line.connect(cast.bo)

    await do(lambda: deactivate(cast.ana.actor, user_id=cast.bo.id))
    await browser.until(lambda: browser.closed_with is not None)
    await program.until(lambda: program.closed_with is not None)

    assert [browser.closed_with, program.closed_with] == [4403, 4403]
    assert (await line.connect(cast.bo)).closed_with == 4401


async def test_a_judgement_older_than_what_was_told_is_made_again(cast, line, monkeypatch):
    room = await make_room(cast.ana)
    first = await line.connect(cast.bo)
    stale = await do(lambda: admission.admit(first.headers))
    judgements = [stale]

    def judge(headers: Any, address: str) -> Any:
        return judgements.pop() if judgements else admission.admit(headers, address)

    def add() -> None:
        conversations.add_members(cast.ana.actor, conversation_id=room, user_ids=[cast.bo.id])

    await do(add)
    await first.until(lambda: first.of_type("event") != [])
    monkeypatch.setattr(consumers, "admit", judge)
    second = await line.connect(cast.bo)

    assert judgements == []
    assert list(second.frames[0]["heads"]) == [str(room)]


async def test_metrics_name_the_tenant(cast, line):
    room = await make_room(cast.ana, cast.bo)
    bo = await line.connect(cast.bo)
    await line.connect(cast.dee)
    await post(cast.ana, room)
    await bo.until(lambda: bo.of_type("event") != [])

    shown = await do(lambda: metrics_page().text)

    assert 'chancery_live_sockets{tenant="acme"} 1.0' in shown
    assert 'chancery_live_sockets{tenant="globex"} 1.0' in shown
    assert "chancery_live_deliveries_total 1.0" in shown
    assert "chancery_live_waiting_frames 0.0" in shown
    assert "chancery_live_without_redis 0.0" in shown


async def test_people_one_does_not_know_are_no_news_for_guests(cast, line):
    eve, bo = await line.connect(cast.eve), await line.connect(cast.bo)

    def rename() -> None:
        update_person(cast.ana.actor, user_id=cast.cy.id, name="Cyril")

    await do(rename)
    await bo.until(lambda: bo.of_type("event") != [])

    assert bo.of_type("event")[0]["event"] == "chancery.user.updated.v1"
    assert eve.of_type("event") == []
    # Whoever comes later learns from the number that they missed something.
    ana, later_eve = await line.connect(cast.ana), await line.connect(cast.eve)
    assert (ana.frames[0]["tenant_seq"], later_eve.frames[0]["tenant_seq"]) == (1, 0)


async def test_too_many_sockets_of_one_person_are_refused(cast, line):
    for _ in range(gateway().hub.limits.sockets_per_user):
        await line.connect(cast.bo)

    assert (await line.connect(cast.bo)).closed_with == 4429
    assert (await line.connect(cast.ana)).closed_with is None


async def test_typing_and_presence_reach_those_who_share_a_conversation(cast, line):
    room = await make_room(cast.ana, cast.bo)
    ana, bo, cy = [await line.connect(one) for one in (cast.ana, cast.bo, cast.cy)]

    ana.say({"type": "typing", "conversation_id": str(room)})
    ana.say({"type": "presence", "state": "away"})
    await bo.until(lambda: bo.of_type("presence") != [] and bo.of_type("typing") != [])

    assert bo.of_type("typing")[0]["user_id"] == str(cast.ana.id)
    assert bo.of_type("presence")[0] == {
        "type": "presence",
        "user_id": str(cast.ana.id),
        "state": "away",
    }
    assert len(cy.frames) == 1


async def test_nobody_may_type_where_they_do_not_belong(cast, line):
    room = await make_room(cast.ana, cast.bo)
    bo, cy = await line.connect(cast.bo), await line.connect(cast.cy)

    cy.say({"type": "typing", "conversation_id": str(room)})
    cy.say({"type": "resume", "after": {str(room): 0}})
    await cy.until(lambda: cy.of_type("resync") != [])

    assert cy.of_type("error") == [{"type": "error", "code": "not_allowed"}]
    assert cy.of_type("event") == []
    assert len(bo.frames) == 1
    with pytest.raises(NotFound):
        await post(cast.cy, room)
