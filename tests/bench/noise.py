"""The clients of a noisy tenant, in a process of their own: they are not the quiet one's clients.

In one event loop with them, the quiet tenant's answers would wait until the noise is read, and the
figure would be about the bench.
"""

import asyncio
import base64
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle

from tests.bench.wire import HttpClient


@asynccontextmanager
async def noise(port: int, clients: Sequence[Sequence[bytes]]) -> AsyncIterator[list[int]]:
    """Ask without a pause on a connection for each of `clients`, each its requests in turn.

    Gives a list that holds the number of answers once it has ended.
    """
    answered: list[int] = []
    asked = [[base64.b64encode(one).decode() for one in requests] for requests in clients]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.noise", stdin=PIPE, stdout=PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps({"port": port, "clients": asked}).encode() + b"\n")
        # That a program starts here is no noise of the tenant's.
        await process.stdout.readline()
        yield answered
    finally:
        # The end of its input tells it to stop; it says how many answers it got.
        told, _ = await process.communicate()
        answered.append(int(told or 0))


async def _ask(port: int, requests: list[bytes], quiet_again: asyncio.Event) -> int:
    client, answers = await HttpClient.connect(port), 0
    for request in cycle(requests):
        if quiet_again.is_set():
            break
        await client.ask(request)
        answers += 1
    client.close()
    return answers


async def _main() -> None:
    given = json.loads(sys.stdin.readline())
    quiet_again = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, quiet_again.set)
    print("begins", flush=True)
    answers = await asyncio.gather(
        *(
            _ask(given["port"], [base64.b64decode(one) for one in requests], quiet_again)
            for requests in given["clients"]
        )
    )
    print(sum(answers))


if __name__ == "__main__":
    asyncio.run(_main())
