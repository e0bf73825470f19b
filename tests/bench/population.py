"""Fills the database with what the scenarios act on, in bulk, past the API. Runs in Django.

python -m tests.bench.population people SIZE   prints the world as JSON
python -m tests.bench.population tenants N     makes tenants until there are N, prints the times
python -m tests.bench.population undo          takes back what a release with one more column did
python -m tests.bench.population opening USER  prints what opening the client costs in queries
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import django

from tests.bench.one_more import COLUMN
from tests.bench.size import FULL, QUICK, Size
from tests.bench.vast import fill
from tests.bench.world import BENCH, QUIET, World, token_of

_MANY = """
WITH made AS (
    INSERT INTO messaging_conversation (id, kind, name, topic, purpose, created_at)
    SELECT gen_random_uuid(), 'public', 'many-' || n, '', '', now()
      FROM generate_series(1, %(many)s) n RETURNING id),
counted AS (INSERT INTO events_stream (id, kind, last_seq) SELECT id, 'conversation', 3 FROM made)
INSERT INTO messaging_membership (id, conversation_id, user_id, role, joined_at)
SELECT gen_random_uuid(), id, %(user)s, 'member', now() FROM made
"""


def populate(size: Size) -> World:
    """Make the two tenants with their people, tokens, rooms and history."""
    from tenants.context import in_tenant
    from tenants.services import create_tenant

    for slug in (BENCH, QUIET):
        create_tenant(slug=slug, name=slug.title())
    with in_tenant(QUIET):
        quiet = people_with_tokens(20, QUIET)
        quiet_room = room_of("quiet", quiet)
    with in_tenant(BENCH):
        people = people_with_tokens(size.people, BENCH)
        each = size.people // size.rooms_c
        world = World(
            people=people,
            room_a=room_of("a", people[: size.room_a]),
            room_b=room_of("b", people[: size.room_b]),
            rooms_c=[
                room_of(f"c-{n}", people[n * each : (n + 1) * each]) for n in range(size.rooms_c)
            ],
            history=room_of("history", people[: size.room_a]),
            quiet=quiet,
            quiet_room=quiet_room,
        )
        fill(UUID(world.history), [UUID(id_) for id_ in people[:20]], size.history)
        _give_many(UUID(people[-1]), size.many_conversations)
    _analyze()
    return world


def make_tenants(wanted: int) -> list[float]:
    """Make tenants until there are so many of the bench's; returns the seconds of each creation."""
    from tenants.context import in_public
    from tenants.models import Tenant
    from tenants.services import create_tenant

    with in_public():
        have = set(Tenant.objects.filter(slug__startswith="many-").values_list("slug", flat=True))
    times = []
    for number in range(wanted):
        slug = f"many-{number}x"
        if slug not in have:
            began = time.perf_counter()
            create_tenant(slug=slug, name=slug)
            times.append(time.perf_counter() - began)
    return times


def undo() -> int:
    """Take the column of `one_more` out of every tenant again; returns how many had it."""
    from django.db import connection

    from tenants.context import in_public

    with in_public(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema FROM information_schema.columns"
            " WHERE table_name = 'messaging_message' AND column_name = %s",
            [COLUMN],
        )
        schemas = [schema for (schema,) in cursor.fetchall()]
        for schema in schemas:
            cursor.execute(f'ALTER TABLE "{schema}".messaging_message DROP COLUMN {COLUMN}')
            cursor.execute(
                f'DELETE FROM "{schema}".django_migrations'
                " WHERE app = 'messaging' AND name LIKE '9999%'"
            )
    return len(schemas)


def opening(user_id: str) -> dict[str, float]:
    """Do what the client does when it opens; count queries and time."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tenants.context import in_tenant

    token = token_of(user_id)
    client = Client(HTTP_HOST=f"{BENCH}.localhost", HTTP_AUTHORIZATION=f"Bearer {token}")
    client.get("/api/v1/me")
    with in_tenant(BENCH), CaptureQueriesContext(connection) as queries:
        began = time.perf_counter()
        client.get("/api/v1/me").json()
        mine = client.get("/api/v1/me/conversations").json()
        first = mine["items"][0]["id"]
        client.get(f"/api/v1/conversations/{first}/messages")
        took = time.perf_counter() - began
    items = len(mine["items"])
    return {"queries": len(queries), "seconds": took, "conversations": items}


def table_count() -> int:
    """How many tables of ours a tenant has: those of our own apps."""
    from django.apps import apps
    from django.conf import settings

    own = [label for label in settings.TENANT_APPS if "." not in label]
    ours = [c for c in apps.get_app_configs() if c.name in own and c.name not in _FOREIGN]
    models = [model for c in ours for model in c.get_models(include_auto_created=True)]
    return len({model._meta.db_table for model in models})


_FOREIGN = {"guardian", "allauth"}


def people_with_tokens(many: int, tenant: str) -> list[str]:
    """People with a token each and no password: hashing a thousand would take minutes."""
    from accounts.people.models import User
    from accounts.tokens.models import ApiToken
    from accounts.tokens.services import digest_of

    users = [
        User(name=f"Person {n}", email=f"p{n}@{tenant}.example", password="!") for n in range(many)
    ]
    User.objects.bulk_create(users)
    ApiToken.objects.bulk_create(
        [ApiToken(user=user, digest=digest_of(token_of(str(user.id)))) for user in users]
    )
    return [str(user.id) for user in users]


def room_of(name: str, people: Sequence[str]) -> str:
    from core.ids import new_id
    from events.models import Stream, StreamKind
    from messaging.conversations.models import Conversation, Kind, Membership

    room = Conversation.objects.create(id=new_id(), kind=Kind.PRIVATE, name=f"room-{name}")
    Stream.objects.create(id=room.id, kind=StreamKind.CONVERSATION, last_seq=0)
    Membership.objects.bulk_create(
        [Membership(conversation=room, user_id=UUID(id_)) for id_ in people]
    )
    return str(room.id)


def _give_many(user: UUID, many: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_MANY, {"user": user, "many": many})


def _analyze() -> None:
    """What autovacuum would do in a minute anyway."""
    from django.db import connection

    from tenants.context import in_tenant

    with in_tenant(BENCH), connection.cursor() as cursor:
        for table in ("messaging_message", "messaging_membership", "events_entry"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    what, given = (*arguments, "")[:2]
    result: Any
    if what == "people":
        result = asdict(populate(QUICK if given == "quick" else FULL))
    elif what == "tenants":
        result = {"seconds": make_tenants(int(given)), "tables": table_count()}
    elif what == "undo":
        result = {"tenants": undo()}
    else:
        result = opening(given)
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
