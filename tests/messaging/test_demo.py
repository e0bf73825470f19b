"""The demo organisations: what `make up` shows to whoever looks in for the first time."""

import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.people.models import User
from events.models import Entry, Stream
from events.outbox.models import OutboxItem
from messaging.attention.models import Mention
from messaging.conversations.models import Conversation
from messaging.demo.services import fill_demo
from messaging.messages.models import Message
from messaging.reactions.models import Reaction
from tenants import services
from tenants.context import OPERATORS, in_tenant

PASSWORD = "chancery-demo"


@pytest.fixture
def demo(cast, real_commits) -> dict[str, str]:
    """On a database in which acme and globex are still to be made."""
    for slug in ("acme", "globex"):
        services.erase(slug)
    return fill_demo(password=PASSWORD)


def test_people_and_places_are_as_promised(demo):
    assert demo == {"operators": "kept", "acme": "created", "globex": "created"}
    with in_tenant("acme"):
        people = dict(User.objects.values_list("email", "role"))
        assert people == {
            "ana@acme.example": "owner",
            "bo@acme.example": "member",
            "cy@acme.example": "member",
            "eve@acme.example": "guest",
        }
        places = {
            (c.kind, c.name): sorted(m.user.email[:2] for m in c.memberships.all())
            for c in Conversation.objects.all()
        }
        assert places == {
            ("public", "general"): ["an", "bo", "cy"],
            ("private", "leadership"): ["an", "bo"],
            ("direct", None): ["an", "bo"],
        }
    with in_tenant("globex"):
        assert set(User.objects.values_list("name", flat=True)) == {"Dee Novak", "Ed Tanaka"}
    with in_tenant(OPERATORS):
        assert User.objects.filter(email="operator@chancery.example", role="owner").exists()


def test_the_history_holds_together(demo):
    with in_tenant("acme"):
        assert 200 < Message.objects.count() < 400
        assert Reaction.objects.count() > 50
        assert Mention.objects.count() > 3
        for stream in Stream.objects.all():
            seqs = list(Entry.objects.filter(stream_id=stream.id).values_list("seq", flat=True))
            assert sorted(seqs) == list(range(1, stream.last_seq + 1))
        for root in Message.objects.filter(reply_count__gt=0):
            replies = Message.objects.filter(thread_id=root.id)
            assert replies.count() == root.reply_count
            assert max(r.created_at for r in replies) == root.last_reply_at
        times = list(
            Message.objects.order_by("conversation_id", "seq").values_list(
                "conversation_id", "created_at"
            )
        )
        assert times == sorted(times)
        assert max(at for _, at in times) < timezone.now()
        assert min(at for _, at in times) < timezone.now() - timedelta(weeks=3)


def test_nobody_is_told_of_what_is_long_past(demo):
    assert OutboxItem.objects.count() == 0


def test_a_second_start_resets_passwords_and_nothing_else(demo, cast):
    with in_tenant("acme"):
        before = Message.objects.count()
        ana = User.objects.get(email="ana@acme.example")
        ana.set_password("something else")
        ana.name = "Ana F."
        ana.save()

    again = fill_demo(password=PASSWORD)

    assert set(again.values()) == {"kept"}
    with in_tenant("acme"):
        ana.refresh_from_db()
        assert ana.check_password(PASSWORD)
        assert ana.name == "Ana F."
        assert Message.objects.count() == before


def test_a_restart_signs_nobody_out(demo, cast):
    browser = cast.nobody("acme")
    browser.post("/accounts/login/", {"login": "bo@acme.example", "password": PASSWORD})

    fill_demo(password=PASSWORD)

    assert browser.get("/api/v1/me").json()["name"] == "Bo Lindqvist"


def test_the_command_takes_its_password_from_the_environment(cast, real_commits, monkeypatch):
    monkeypatch.setenv("CHANCERY_DEMO_PASSWORD", "another-phrase")
    started = time.monotonic()

    call_command("demo", json=True)

    assert time.monotonic() - started < 10
    with in_tenant("acme"):
        assert User.objects.get(email="ana@acme.example").check_password("another-phrase")
