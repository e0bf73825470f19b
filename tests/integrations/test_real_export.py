"""A real export, where one is at hand, against an independent count.

The data is the IRC disentanglement corpus (Kummerfeld et al., ACL 2019), CC BY 4.0, laid out as a
Slack export.
"""

import json
import os
import zipfile
from pathlib import Path

import pytest
from django.db.models import Sum

from accounts.people.models import User
from core.actor import system_actor
from integrations.slack.services import import_export
from messaging.conversations.models import Conversation, Membership
from messaging.messages.models import Message

FOLDER = Path(os.environ.get("CHANCERY_TEST_EXPORT_DIR") or "../shared/data")
EXPORT = FOLDER / "slack-export-irc-dev.zip"

pytestmark = pytest.mark.skipif(not EXPORT.is_file(), reason=f"{EXPORT} is not here")


@pytest.fixture(scope="module")
def truth():
    """Every record of the export, read in the simplest way there is."""
    with zipfile.ZipFile(EXPORT) as source:
        days = [name for name in source.namelist() if "/" in name]
        people = json.loads(source.read("users.json"))
        return people, sorted(
            (record for name in days for record in json.loads(source.read(name))),
            key=lambda record: record["ts"],
        )


def test_a_real_export_comes_over_whole(in_acme, truth):
    people, records = truth

    result = import_export(system_actor("acme"), EXPORT)

    rows = Message.objects.filter(conversation_id=Conversation.objects.get().id).order_by("seq")
    authors = {record.get("user") or record["username"] for record in records}
    replies = [
        record for record in records if record.get("thread_ts", record["ts"]) != record["ts"]
    ]
    threads = {record["thread_ts"] for record in replies}
    assert result["messages"] == {
        "in_file": len(records),
        "created": len(records),
        "already_there": 0,
        "quarantined": 0,
    }
    assert list(rows.values_list("seq", flat=True)) == list(range(1, len(records) + 1))
    assert rows.values("author_id").distinct().count() == len(authors)
    assert rows.exclude(thread_id=None).count() == len(replies)
    assert rows.filter(reply_count__gt=0).count() == len(threads)
    assert rows.aggregate(all=Sum("reply_count"))["all"] == len(replies)
    assert Membership.objects.count() == len(people)
    assert User.objects.exclude(external_id=None).count() == len(authors | set(ids(people)))
    created = [round(row.timestamp() * 1e6) for row in rows.values_list("created_at", flat=True)]
    assert created == [int(record["ts"].replace(".", "")) for record in records]


def ids(people):
    return [person["id"] for person in people]
