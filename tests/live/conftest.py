"""A real Valkey of our own, and a gateway on it."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.live.gateway import World, make_world
from tests.valkey import Valkey


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    server = Valkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest_asyncio.fixture
async def world(valkey: Valkey) -> AsyncIterator[World]:
    made = await make_world(valkey)
    yield made
    await made.hub.close()
