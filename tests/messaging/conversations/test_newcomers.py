"""Whoever joins finds colleagues: a new organisation has a channel, and joining puts people in."""

import json

import pytest
from django.core.management import call_command

from accounts.invitations import services as invitations
from accounts.people import services as people
from accounts.people.models import User
from accounts.policies import services as policies
from accounts.policies.selectors import current, forget, stored
from accounts.policies.words import told
from core.actor import Role
from core.errors import Invalid
from events.models import Entry
from events.tasks import run_entry
from messaging.conversations.models import Conversation, Membership
from messaging.conversations.policy import ChannelPolicy
from messaging.conversations.services import (
    archive_conversation,
    leave_conversation,
    restore_conversation,
    update_conversation,
)
from messaging.messages.models import Message
from tenants import services as tenants
from tenants.context import in_tenant
from tenants.hooks import NewOwner
from tests.messaging.calls import call
from tests.messaging.places import make_channel


@pytest.fixture(autouse=True)
def fresh():
    forget()
    yield
    forget()


@pytest.fixture
def general(cast, in_acme) -> Conversation:
    channel = make_channel(cast.ana, name="general")
    decide(cast, [channel.id])
    return channel


def decide(cast, channels):
    return policies.change(cast.ana.actor, ChannelPolicy, default_channels=channels)


def digest(kind: str = "chancery.user.joined.v1") -> None:
    """Run the handlers of what happened, twice each, as a worker that was killed would."""
    for _time in range(2):
        for entry in Entry.objects.filter(type=kind).order_by("stream_id", "seq"):
            assert run_entry(entry)


def add(cast, name: str = "Zoe", role: str = Role.MEMBER) -> User:
    return people.create_user(cast.ana.actor, email=f"{name}@acme.example", name=name, role=role)


def places(user: User) -> set[str]:
    rows = Membership.objects.filter(user_id=user.id)
    return set(rows.values_list("conversation__name", flat=True))


# What an organisation begins with


@pytest.mark.parametrize(("language", "name"), [("en", "general"), ("de", "allgemein")])
def test_a_new_organisation_has_a_channel_with_its_owner(cast, language, name):
    owner = NewOwner(email="o@new.example", name="Olga", password_hash="!", locale=language)

    tenants.create_tenant(slug="initech", name="Initech", owner=owner)

    with in_tenant("initech"):
        made = Conversation.objects.get()
        olga = User.objects.get()
        assert (made.kind, made.name, made.created_by_id) == ("public", name, olga.id)
        assert made.topic
        assert made.purpose
        assert list(made.memberships.values_list("user_id", "role")) == [(olga.id, "owner")]
        assert current(ChannelPolicy).default_channels == [made.id]
        assert olga.locale == language
        assert Message.objects.count() == 0


def test_the_command_makes_it_too(cast):
    call_command(
        *("create_tenant", "--slug=initech", "--name=Initech", "--owner-email=o@new.example"),
        *("--owner-password=correct-horse-staple", "--language=fr"),
    )

    with in_tenant("initech"):
        assert Conversation.objects.get().name == "général"
        assert User.objects.get().locale == "fr"


# Who comes in


def test_whoever_is_added_is_in_the_channels_and_nothing_is_said_there(cast, general):
    zoe = add(cast)

    digest()

    assert places(zoe) == {"general"}
    row = Membership.objects.get(user=zoe)
    assert (row.role, row.history_from_seq, row.read_seq) == ("member", 0, 3)
    assert Message.objects.count() == 0
    added = Entry.objects.filter(stream_id=general.id, type="chancery.membership.added.v1")
    assert added.latest("seq").data["by_id"] is None


def test_by_an_invitation_as_well(cast, general):
    _row, secret = invitations.invite(cast.ana.actor, email="zoe@far.example")

    zoe = invitations.accept_invitation(
        secret, name="Zoe", email="", password="a-phrase-of-new-words"
    )
    digest()

    assert places(zoe) == {"general"}


@pytest.mark.parametrize("role", [Role.GUEST, Role.SINGLE_GUEST, Role.BOT])
def test_guests_and_bots_are_put_nowhere(cast, general, role):
    eve = add(cast, role=role)

    digest()

    assert places(eve) == set()


def test_a_guest_who_becomes_a_member_is_put_in(cast, general):
    eve = add(cast, role=Role.GUEST)
    digest()

    people.update_person(cast.ana.actor, user_id=eve.id, role=Role.MEMBER)
    digest()

    assert places(eve) == {"general"}


def test_whoever_has_left_stays_out(cast, general):
    zoe = add(cast)
    digest()
    actor = type(cast.bo.actor)(tenant="acme", user_id=zoe.id, role=Role.MEMBER)
    leave_conversation(actor, conversation_id=general.id)

    people.update_person(cast.ana.actor, user_id=zoe.id, is_active=False)
    people.update_person(cast.ana.actor, user_id=zoe.id, is_active=True)
    digest()

    assert places(zoe) == set()


def test_whoever_was_shut_out_meanwhile_is_put_nowhere(cast, general):
    zoe = add(cast)
    people.deactivate(cast.ana.actor, user_id=zoe.id)

    digest()

    assert places(zoe) == set()


def test_a_renamed_channel_stays_one_and_an_archived_one_rests(cast, general):
    news = make_channel(cast.ana, name="news")
    decide(cast, [general.id, news.id])
    update_conversation(cast.ana.actor, conversation_id=general.id, name="everybody")
    archive_conversation(cast.ana.actor, conversation_id=news.id)
    first = add(cast, "first")
    digest()
    restore_conversation(cast.ana.actor, conversation_id=news.id)
    second = add(cast, "second")
    digest()

    assert places(first) == {"everybody"}
    assert places(second) == {"everybody", "news"}


def test_without_a_decision_nobody_is_put_anywhere(cast, in_acme):
    make_channel(cast.ana, name="general")
    zoe = add(cast)

    digest()

    assert places(zoe) == set()


# What may be decided


def test_names_and_ids_may_be_given_and_the_change_is_said_in_words(cast, general):
    news = make_channel(cast.ana, name="News")
    before = stored(ChannelPolicy)
    after = policies.changed(before, {"default_channels": ["#General", str(news.id), "news"]})

    assert after.default_channels == [general.id, news.id]
    assert told(before, after) == [
        "New people will be in: #general becomes #general, #News.",
        "This affects people who join from now on; those who are here stay where they are.",
    ]


def test_only_open_public_channels_are_accepted(cast, general):
    secret = make_channel(cast.ana, name="secret", kind="private")
    closed = make_channel(cast.ana, name="closed")
    archive_conversation(cast.ana.actor, conversation_id=closed.id)

    for wrong in (secret.id, closed.id, "secret", "nowhere", "\x00", cast.ana.id):
        with pytest.raises(Invalid) as refused:
            decide(cast, [wrong])
        assert refused.value.errors[0].field == "default_channels"

    assert stored(ChannelPolicy).default_channels == [general.id]


def test_what_was_archived_since_does_not_hinder_other_decisions(cast, general):
    archive_conversation(cast.ana.actor, conversation_id=general.id)

    changed = policies.change(cast.ana.actor, ChannelPolicy, naming="plain")

    assert changed.default_channels == [general.id]


def test_programs_and_scripts_change_it(cast, general, capsys):
    news = make_channel(cast.ana, name="news")
    path = "/policies/channel"

    shown = call(cast.ana.api).get(path).body["values"]["default_channels"]
    call_command(
        "set_policy", "channel", "--tenant=acme", '--set=default_channels=["news"]', "--json"
    )

    assert shown == [str(general.id)]
    assert json.loads(capsys.readouterr().out)["values"]["default_channels"] == [str(news.id)]
    wrong = {"values": {"default_channels": [["news"]]}}
    refused = call(cast.ana.api).post(f"{path}/preview", wrong)
    assert (refused.status, refused.body["errors"][0]["field"]) == (422, "default_channels")


def test_the_console_shows_names_and_takes_them(cast, general):
    make_channel(cast.ana, name="news")
    page = "/admin/messaging/channelpolicy/"

    form = cast.ana.client.get(page)
    assert b'value="general"' in form.content
    values = {name: field.value() for name, field in _fields(form).items()}
    review = cast.ana.client.post(page, {**values, "default_channels": "general, #news"})

    assert b"#general becomes #general, #news" in review.content
    wrong = cast.ana.client.post(page, {**values, "default_channels": "nowhere"})
    assert b"There is no public channel called nowhere." in wrong.content


def _fields(response) -> dict:
    form = response.context_data["form"]
    return {
        field.name: field
        for field in form
        if field.value() is not None and field.value() is not False
    }
