"""A revoked session, and a person who is shut out, lose their open sockets within two seconds."""

import asyncio
import time
from collections.abc import Callable, Iterator

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from accounts.people.services import deactivate
from accounts.sessions.models import Session
from accounts.sessions.services import revoke_session, revoke_sessions_of
from tenants.context import in_tenant
from tests.cast import Person
from tests.live.test_server import WAIT_S, Server

REVOKED, AT_MOST_S = 4403, 2.0


@pytest.fixture
def server(cast, real_commits) -> Iterator[Server]:
    made = Server()
    yield made
    made.kill()


async def open_socket(server: Server, person: Person, key: str) -> ClientConnection:
    client = await connect(
        f"ws://{person.host}:{server.port}/ws/v1",
        host="127.0.0.1",
        port=server.port,
        origin=f"http://{person.host}:{server.port}",
        additional_headers={"Cookie": f"session={key}"},
        open_timeout=WAIT_S,
    )
    hello = orjson.loads(await asyncio.wait_for(client.recv(), WAIT_S))
    assert hello["type"] == "hello"
    return client


def closed_by(
    server: Server, person: Person, act: Callable[[], object]
) -> tuple[int | None, float]:
    """The close code of the person's socket, and how long it took after the act."""
    key = person.client.cookies["session"].value

    async def live_through_it() -> tuple[int | None, float]:
        client = await open_socket(server, person, key)
        begun = time.perf_counter()
        await asyncio.to_thread(act)
        try:
            while True:
                await asyncio.wait_for(client.recv(), WAIT_S)
        except ConnectionClosed:
            return client.close_code, time.perf_counter() - begun

    return asyncio.run(live_through_it())


@pytest.mark.parametrize("how", ["one", "all", "deactivated"])
def test_open_sockets_close_within_two_seconds(cast, server, how):
    def act() -> None:
        with in_tenant("acme"):
            if how == "one":
                row = Session.objects.get(user_id=cast.bo.id)
                revoke_session(cast.bo.actor, session_id=row.id)
            elif how == "all":
                revoke_sessions_of(cast.ana.actor, user_id=cast.bo.id)
            else:
                deactivate(cast.ana.actor, user_id=cast.bo.id)

    code, took_s = closed_by(server, cast.bo, act)

    assert code == REVOKED
    assert took_s < AT_MOST_S
