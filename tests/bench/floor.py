"""The floor: the least that stores a message durably and shows it to everybody in a room.

No sign-in, no rights, no journal, no Redis, one process. What it costs is what the machine, uvicorn
and PostgreSQL cost; everything above that is ours to justify.
"""

import os
import uuid
from collections import defaultdict
from urllib.parse import parse_qs

import asyncpg
import orjson

rooms = defaultdict(dict)
INSERT = "INSERT INTO floor.message (room, author, text) VALUES ($1, $2, $3) RETURNING id"
PAGE = "SELECT id, author, text FROM floor.message WHERE room = $1 ORDER BY id DESC LIMIT 50"
FIND = "SELECT id, author, text FROM floor.message WHERE words @@ plainto_tsquery('simple', $1)"
state = {}


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        database = os.environ["FLOOR_DATABASE"]
        state["pool"] = await asyncpg.create_pool(database, min_size=8, max_size=8)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        return await send({"type": "lifespan.shutdown.complete"})
    query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
    if scope["type"] == "websocket":
        room = rooms[query["room"]]
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": '{"type":"hello"}'})
        room[send] = None
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return room.pop(send)
    if scope["method"] == "POST":
        said = orjson.loads((await receive())["body"])
        room, author = query["room"], uuid.UUID(query["author"])
        said["id"] = await state["pool"].fetchval(INSERT, uuid.UUID(room), author, said["text"])
        text = orjson.dumps(said).decode()
        for socket in list(rooms[room]):
            await socket({"type": "websocket.send", "text": text})
        answer = text.encode()
    else:
        find = (f"{FIND} ORDER BY id DESC LIMIT 50", query["q"]) if "q" in query else None
        found = await state["pool"].fetch(*(find or (PAGE, uuid.UUID(query["room"]))))
        answer = orjson.dumps([dict(row) for row in found], default=str)
    headers = [(b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
