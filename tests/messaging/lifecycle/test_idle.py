"""Channels that nobody writes in are warned, archived after a while, and come back when wanted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.policies import services as policies
from accounts.policies.selectors import forget
from events.models import Entry
from events.tasks import run_entry
from messaging.conversations.convert import convert_to_channel
from messaging.conversations.models import Conversation
from messaging.conversations.policy import ChannelPolicy
from messaging.conversations.services import restore_conversation, update_conversation
from messaging.lifecycle.services import see_to_idle_channels
from messaging.messages.models import Message
from tests.messaging.places import make_channel, make_direct, make_message


@pytest.fixture(autouse=True)
def decided(cast, in_acme):
    forget()
    policies.change(cast.ana.actor, ChannelPolicy, idle_days=30, warn_days=7)
    yield
    forget()


def days_pass(days: int) -> None:
    """Everything that happened lies so much longer ago."""
    for channel in Conversation.objects.all():
        channel.created_at -= timedelta(days=days)
        if channel.idle_warned_at is not None:
            channel.idle_warned_at -= timedelta(days=days)
        channel.save(update_fields=["created_at", "idle_warned_at"])
    for message in Message.objects.defer("words"):
        at = message.created_at - timedelta(days=days)
        Message.objects.filter(id=message.id).update(created_at=at)


def run_handlers(channel) -> None:
    for entry in Entry.objects.filter(stream_id=channel.id).order_by("seq"):
        assert run_entry(entry)


def lines(channel) -> list[str]:
    rows = Message.objects.filter(conversation_id=channel.id, kind="system").order_by("seq")
    return list(rows.values_list("subtype", flat=True))


def state(channel) -> tuple[bool, bool]:
    channel.refresh_from_db()
    return (channel.idle_warned_at is not None, channel.archived_at is not None)


def test_an_idle_channel_is_warned_once_and_then_archived(cast):
    channel = make_channel(cast.ana, cast.bo)
    make_message(channel, cast.bo)
    days_pass(29)
    see_to_idle_channels()
    assert state(channel) == (False, False)

    days_pass(2)
    see_to_idle_channels()
    see_to_idle_channels()
    assert (state(channel), lines(channel)) == ((True, False), ["idle"])
    told = Message.objects.get(conversation_id=channel.id, subtype="idle").text
    assert told == (timezone.localdate() + timedelta(days=7)).isoformat()

    days_pass(7)
    see_to_idle_channels()
    assert state(channel) == (False, True)
    run_handlers(channel)
    assert lines(channel) == ["idle", "archived"]


def test_a_message_keeps_it_open_and_takes_the_warning_back(cast):
    channel = make_channel(cast.ana, cast.bo)
    days_pass(31)
    see_to_idle_channels()
    make_message(channel, cast.bo, "still here")
    days_pass(8)
    see_to_idle_channels()

    assert state(channel) == (False, False)


def test_a_review_date_puts_it_off(cast):
    channel = make_channel(cast.ana)
    day = timezone.localdate() + timedelta(days=5)
    update_conversation(cast.ana.actor, conversation_id=channel.id, rules={"review_on": day})
    days_pass(60)
    see_to_idle_channels()
    assert state(channel) == (False, False)

    Conversation.objects.filter(id=channel.id).update(review_on=timezone.localdate())
    see_to_idle_channels()
    assert state(channel) == (True, False)


def test_whoever_brings_it_back_has_time_again(cast):
    channel = make_channel(cast.ana)
    days_pass(40)
    see_to_idle_channels()
    days_pass(8)
    see_to_idle_channels()
    assert state(channel) == (False, True)

    restore_conversation(cast.ana.actor, conversation_id=channel.id)
    see_to_idle_channels()

    assert state(channel) == (False, False)
    assert channel.review_on == timezone.localdate() + timedelta(days=30)


def test_direct_messages_and_organisations_that_never_decided_are_left_alone(cast):
    direct = make_direct(cast.ana, cast.bo)
    channel = make_channel(cast.ana)
    days_pass(400)
    policies.change(cast.ana.actor, ChannelPolicy, idle_days=None)
    see_to_idle_channels()
    assert state(channel) == (False, False)

    policies.change(cast.ana.actor, ChannelPolicy, idle_days=30)
    see_to_idle_channels()
    assert (state(channel), state(direct)) == ((True, False), (False, False))


def test_a_converted_group_says_so_itself(cast):
    group = make_direct(cast.ana, cast.bo, cast.cy)
    convert_to_channel(cast.bo.actor, conversation_id=group.id, name="plan")
    run_handlers(group)

    line = Message.objects.get(conversation_id=group.id, subtype="converted")
    assert (line.subtype, line.author_id) == ("converted", cast.bo.id)
