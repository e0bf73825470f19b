"""An import can be killed at any moment; the next run ends where one clean run would have."""

import os
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import orjson
import pytest
from django.conf import settings
from django.db import connection

from accounts.people.models import User
from events.models import Entry, Stream
from messaging.conversations.models import Conversation, Membership
from messaging.files.models import File
from messaging.messages.models import Message
from messaging.reactions.models import Reaction
from tenants.context import in_tenant
from tests.integrations import exports

ROOT = Path(__file__).parent.parent.parent
MODELS = (User, Conversation, Membership, Message, Reaction, File, Stream, Entry)
PEOPLE = [f"U{number:08d}" for number in range(400)]
PER_DAY = 400

pytestmark = pytest.mark.timeout(400)
WAIT_S = 200


def test_a_run_after_kills_at_any_moment_equals_one_clean_run(cast, real_commits, tmp_path):
    path = busy_export(tmp_path / "busy.zip")
    clean = start("globex", path, "--batch", "700")

    for reached in (0, 300, 1200):
        kill_when(start("acme", path, "--batch", "50"), lambda at=reached: how_far("acme") > at)
    assert start("acme", path).wait(WAIT_S) == 0
    assert clean.wait(WAIT_S) == 0

    assert how_far("acme") == 6 * PER_DAY + 1
    assert rows("acme") == rows("globex")


def test_a_large_export_needs_little_memory(cast, real_commits, tmp_path):
    path = tmp_path / "large.zip"
    size = large_export(path)
    small = exports.write(tmp_path / "small.zip")

    base_kb = most_memory_kb(small)
    used_kb = most_memory_kb(path)

    assert size > 80_000_000
    assert used_kb - base_kb < 60_000


def start(tenant, path, *options):
    command = [sys.executable, "-m", "django", "import_slack", "--tenant", tenant, str(path)]
    return subprocess.Popen(
        [*command, *options],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill_when(process, reached):
    """Kill -9 as soon as a state is reached; a run that ends before is a failure of the test."""
    deadline = time.monotonic() + WAIT_S
    while not reached():
        assert process.poll() is None, "the import ended before it could be killed"
        assert time.monotonic() < deadline
    process.kill()
    process.wait()


def how_far(tenant):
    """A number that grows through every stage: people come first, then messages."""
    with in_tenant(tenant):
        return int(User.objects.filter(external_id__isnull=False).exists()) + (
            Message.objects.count()
        )


def rows(tenant):
    """The contents of all tables that an import writes, without the cast."""
    with in_tenant(tenant):
        return {
            model: list(
                (model.objects.exclude(external_id=None) if model is User else model.objects)
                .order_by("pk")
                .values()
            )
            for model in MODELS
        }


def busy_export(path):
    """Three channels of two days, with threads across days, reactions and a file now and then."""
    members = {"users.json": [exports.user(one, f"Person {one}") for one in PEOPLE]}
    members["channels.json"] = [
        exports.channel(f"C0000000{number}", f"room-{number}", PEOPLE) for number in range(3)
    ]
    for number in range(3):
        for day in range(2):
            name = f"room-{number}/2023-11-{14 + day}.json"
            members[name] = [busy_message(day * 86_400 + at) for at in range(PER_DAY)]
    members["__uploads/F0PICTURE1/cat.png"] = exports.PICTURE
    return exports.write(path, members)


def busy_message(at):
    more = {}
    if at % 5 == 1:
        more["thread_ts"] = exports.ts(at // 3 * 2 - at // 3 * 2 % 5)
    if at % 7 == 0:
        more["reactions"] = [{"name": "eyes", "users": PEOPLE[at % 50 : at % 50 + 3]}]
    if at % 100 == 0:
        more["files"] = [{"id": "F0PICTURE1", "name": "cat.png", "mimetype": "image/png"}]
    return exports.message(at, f"<@{PEOPLE[at % 400]}> {at}", PEOPLE[at % 399], **more)


def large_export(path):
    """One huge day, many ordinary ones, and a channel where a build server posts its tables.

    Returns how much it unpacks to.
    """
    words = " ".join(f"{number} words" for number in range(100))
    members = {
        "users.json": exports.USERS,
        "channels.json": exports.CHANNELS,
        "general/2023-11-14.json": [
            exports.message(at / 100, f"{at} {words}") for at in range(50_000)
        ],
    }
    for day in range(1, 13):
        members[f"general/2023-12-{day:02d}.json"] = [
            exports.message(86_400 * (day + 20) + at / 100, f"{at} {words}") for at in range(3_000)
        ]
    table = [{"title": f"step {number}", "value": words} for number in range(100)]
    for day in range(1, 16):
        members[f"old-project/2023-12-{day:02d}.json"] = [
            exports.message(86_400 * day + at, "built", attachments=[{"fields": table}])
            for at in range(60)
        ]
    size = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for name, value in members.items():
            raw = orjson.dumps(value)
            size += len(raw)
            target.writestr(name, raw)
    return size


def most_memory_kb(path):
    """The largest resident size of a dry run; `ru_maxrss` would begin with that of the tests."""
    process = start("acme", path, "--dry-run")
    most_kb = 0
    while process.poll() is None:
        most_kb = peak_kb(process.pid) or most_kb
        time.sleep(0.02)
    assert process.returncode == 0
    return most_kb


def peak_kb(pid):
    """The largest resident size of a process so far; None once it has ended."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else None


def environment():
    found = connection.settings_dict
    query = "&".join(
        f"{key}={found[key.upper()]}" for key in ("host", "port") if found[key.upper()]
    )
    login = f"{found['USER']}:{found['PASSWORD']}@" if found["USER"] else ""
    return os.environ | {
        "CHANCERY_ENV": "test",
        "CHANCERY_SECRET_KEY": settings.SECRET_KEY,
        "CHANCERY_DATA_DIR": str(settings.CHANCERY_DATA_DIR),
        "CHANCERY_ROOT_DOMAIN": settings.CHANCERY_ROOT_DOMAIN,
        "DATABASE_URL": f"postgresql://{login}/{found['NAME']}?{query}",
        "REDIS_URL": settings.REDIS_URL,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
