"""What an organisation decides about its channels holds for whoever makes or renames one."""

import pytest

from accounts.policies import services as policies
from accounts.policies.selectors import forget
from accounts.policies.words import told
from core.errors import Forbidden, Invalid
from messaging.conversations.convert import convert_to_channel
from messaging.conversations.models import Conversation
from messaging.conversations.policy import ChannelPolicy
from messaging.conversations.services import create_conversation, update_conversation
from tests.messaging.calls import call
from tests.messaging.places import make_channel, make_direct


@pytest.fixture(autouse=True)
def fresh():
    forget()
    yield
    forget()


def decide(cast, **values):
    return policies.change(cast.ana.actor, ChannelPolicy, **values)


def make(person, *, kind="public", name="plans", **rules):
    return create_conversation(
        person.actor, kind=kind, name=name, member_ids=[], rules=rules or None
    )[0]


@pytest.mark.parametrize(
    ("field", "kind", "rules"),
    [
        ("public_by", "public", {}),
        ("private_by", "private", {}),
        ("announcement_by", "public", {"posting": "owners"}),
    ],
)
def test_what_admins_alone_may_make_members_do_not(cast, in_acme, field, kind, rules):
    make(cast.bo, kind=kind, name="before", **rules)
    decide(cast, **{field: "admins"})

    with pytest.raises(Forbidden) as refusal:
        make(cast.bo, kind=kind, **rules)
    make(cast.ana, kind=kind, name="by an admin", **rules)

    assert "owners and admins" in str(refusal.value.detail)
    assert Conversation.objects.count() == 2


def test_a_channel_is_not_turned_into_announcements_to_get_round_it(cast, in_acme):
    channel = make_channel(cast.bo)
    decide(cast, announcement_by="admins")

    with pytest.raises(Forbidden):
        update_conversation(cast.bo.actor, conversation_id=channel.id, rules={"posting": "owners"})

    channel.refresh_from_db()
    assert channel.posting == "everyone"


def test_announcements_that_are_there_can_be_changed(cast, in_acme):
    channel = make(cast.bo, posting="owners")
    decide(cast, announcement_by="admins")

    update_conversation(cast.bo.actor, conversation_id=channel.id, rules={"posting": "named"})

    channel.refresh_from_db()
    assert channel.posting == "named"


def test_names_begin_as_was_decided(cast, in_acme):
    old = make(cast.bo, name="old one")
    group = make_direct(cast.ana, cast.bo, cast.cy)
    decide(cast, prefixes="proj-, team-")

    for act in (
        lambda: make(cast.bo, name="plans"),
        lambda: update_conversation(cast.bo.actor, conversation_id=old.id, name="other"),
        lambda: convert_to_channel(cast.ana.actor, conversation_id=group.id, name="plans"),
    ):
        with pytest.raises(Invalid) as refusal:
            act()
        assert (refusal.value.about, refusal.value.code) == ("name", "naming")
        assert "proj-, team-" in str(refusal.value.errors[0].message)

    make(cast.bo, name="Proj-x")
    update_conversation(cast.bo.actor, conversation_id=old.id, name="old one", topic="kept")
    old.refresh_from_db()
    assert (old.name, old.topic) == ("old one", "kept")


@pytest.mark.parametrize(
    ("name", "is_plain"),
    [
        ("spring-launch-2", True),
        ("frühling", True),
        ("Spring", False),
        ("a b", False),
        ("a_b", False),
        ("-a", False),
        ("a--b", False),
    ],
)
def test_plain_names(cast, in_acme, name, is_plain):
    decide(cast, naming="plain")

    if is_plain:
        assert make(cast.bo, name=name).name == name
        return
    with pytest.raises(Invalid):
        make(cast.bo, name=name)


def test_new_channels_begin_with_the_history_that_was_decided(cast, in_acme):
    decide(cast, history="days", history_days=14)

    channel = make(cast.bo)
    other = make(cast.bo, name="other", history="all")

    assert (channel.history, channel.history_days) == ("days", 14)
    assert (other.history, other.history_days) == ("all", None)


def test_days_without_a_number_are_refused(cast, in_acme):
    for values in ({"history": "days"}, {"history_days": 3}):
        with pytest.raises(Invalid):
            decide(cast, **values)


def test_who_changes_the_policy_is_told_how_many_channels_it_concerns(cast, in_acme):
    for name in ("proj-a", "b", "c"):
        make(cast.bo, name=name)
    before = ChannelPolicy()

    sentences = told(before, policies.changed(before, {"prefixes": "proj-"}))

    assert any(sentence.startswith("2 channels") for sentence in sentences)


def test_only_who_may_changes_it_and_members_see_what_they_may(cast, in_acme):
    with pytest.raises(Forbidden):
        policies.change(cast.bo.actor, ChannelPolicy, naming="plain")
    decide(cast, public_by="admins", prefixes="team-")

    assert call(cast.bo.api).get("/channel-policy").body == {
        "may_create": {"public": False, "private": True, "announcement": False},
        "prefixes": ["team-"],
        "naming": "free",
    }
    may = call(cast.eve.api).get("/channel-policy").body["may_create"]
    assert may == {"public": False, "private": False, "announcement": False}


def test_the_console_shows_the_policy_to_admins(cast, in_acme):
    path = "/admin/messaging/channelpolicy/"

    assert cast.ana.client.get(path).status_code == 200
    assert cast.bo.client.get(path).status_code in {302, 403}
