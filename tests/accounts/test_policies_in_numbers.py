"""Each policy says in words what a change will do, and to how many people, before it is saved."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.branding.models import Branding
from accounts.invitations.models import JoinPolicy
from accounts.mfa.models import SecondFactorPolicy
from accounts.people.models import User
from accounts.policies import services, words
from accounts.policies.models import Policy
from accounts.policies.selectors import stored
from accounts.policies.values import kinds
from accounts.roles.services import create_role, give_role
from accounts.signin.models import SignInPolicy
from core.permissions import Permission
from messaging.conversations.policy import ChannelPolicy
from messaging.etiquette.models import EtiquettePolicy
from messaging.files.models import FilePolicy
from messaging.messages.models import MessagePolicy
from tests.messaging.places import make_channel

FIELDS = [(name, field) for name, kind in kinds().items() for field in sorted(kind.choice_names())]
HOW_MANY = re.compile(r"\b\d+ (person|people|member|members)\b")

OTHERWISE: dict[tuple[str, str], Any] = {
    ("branding", "colour"): {"colour": "#9c2f1f"},
    ("branding", "logo"): {"logo": "iVBORw0KGgo="},
    ("channel", "history"): {"history": "days", "history_days": 30},
    ("channel", "history_days"): {"history": "days", "history_days": 30},
    ("channel", "idle_days"): {"idle_days": 30},
    ("network", "networks"): {"networks": ["10.0.0.0/8"]},
    ("search", "languages"): {"languages": ["english", "german"]},
    ("session", "idle_minutes"): {"idle_minutes": 30},
    ("session", "absolute_hours"): {"absolute_hours": 8},
}
"""Of fields whose other value does not follow from their type."""


def otherwise(cast: Any, name: str, field: str, now: Policy) -> dict[str, Any]:
    """Values with which this field is another one."""
    if (name, field) in OTHERWISE:
        return OTHERWISE[name, field]
    if field == "break_glass_id":
        return {field: cast.ana.id}
    if field == "default_channels":
        return {field: [make_channel(cast.ana, name="news").id]}
    shape, value = now._meta.get_field(field), getattr(now, field)
    if isinstance(shape, models.BooleanField):
        return {field: not value}
    if isinstance(shape, ArrayField):
        keys = [key for key, _words in shape.base_field.flatchoices]
        return {field: value[:-1] if len(value) > 1 else [*value, keys[0]]}
    if shape.flatchoices:
        return {field: next(key for key, _words in shape.flatchoices if key != value)}
    if isinstance(shape, models.IntegerField):
        return {field: (value or 8) + 1}
    assert isinstance(shape, models.CharField), f"{name}.{field}: how is it changed?"
    return {field: "x"}


def told(kind: type[Policy], **given: Any) -> list[str]:
    """What is said of a change, without the lines that name the old and the new value."""
    before = stored(kind)
    after = services.changed(before, given)
    changed = [
        name for name in kind.choice_names() if getattr(before, name) != getattr(after, name)
    ]
    assert changed
    return words.told(before, after)[len(changed) :]


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_every_field_says_how_many_people_or_why_it_cannot(in_acme, cast, name, field):
    kind = kinds()[name]

    sentences = told(kind, **otherwise(cast, name, field, stored(kind)))

    if field in kind.nobody:
        assert str(kind.nobody[field]) in sentences
    else:
        assert any(map(HOW_MANY.search, sentences)), sentences


def test_what_is_said_to_concern_nobody_is_a_field():
    for kind in kinds().values():
        assert set(kind.nobody) <= set(kind.choice_names()), kind


def test_who_may_make_channels_is_counted_with_the_organisations_own_roles_by_one_query(
    in_acme, cast, django_assert_num_queries
):
    role = create_role(
        cast.ana.actor, name="Heralds", permissions=[Permission.CHANNELS_CREATE_ANNOUNCEMENT]
    )
    for person in (cast.bo, cast.eve):
        give_role(cast.ana.actor, role_id=role.id, user_id=person.id)
    User.objects.create(name="Robot", role="member", is_bot=True)
    User.objects.create(name="Gone", role="member", is_active=False)
    after = services.changed(
        stored(ChannelPolicy), {"public_by": "admins", "announcement_by": "roles"}
    )

    with django_assert_num_queries(1):
        sentences = list(map(str, after.consequences(ChannelPolicy())))

    assert sentences == [
        "1 person may then make public channels; now it is 3.",
        "2 people may then make announcement channels; now it is 3.",
    ]


def test_a_channel_that_idles_is_counted_by_its_people(in_acme, cast):
    channel = make_channel(cast.ana, cast.bo, name="old")
    channel.created_at = timezone.now() - timedelta(days=90)
    channel.save(update_fields=["created_at"])

    assert told(ChannelPolicy, idle_days=30) == [
        "1 channels have been idle that long and will be warned within a day.",
        "2 people are in channels that nobody has written in for that long.",
    ]


@pytest.mark.parametrize(
    ("moved_by", "count"),
    [("nobody", "0 people"), ("managers", "2 people"), ("everyone", "4 people")],
)
def test_who_may_move_messages_is_counted(in_acme, cast, moved_by, count):
    make_channel(cast.bo, name="of-bo")

    assert f"{count} may then move messages to other channels." in told(
        ChannelPolicy, moved_by=moved_by
    )


@pytest.mark.parametrize(
    ("kind", "given", "sentence"),
    [
        (
            Branding,
            {"name": "Acme"},
            "4 people see it before signing in, and so does anyone who opens the address.",
        ),
        (
            EtiquettePolicy,
            {"shows_receipts": False},
            "4 people no longer see whether messages were read.",
        ),
        (EtiquettePolicy, {"shows_previews": False}, "This affects 4 people."),
        (EtiquettePolicy, {"confirm_above": 5}, "This affects 4 people."),
        (MessagePolicy, {"tells_joins": False}, "This affects 4 people."),
        (FilePolicy, {"most_file_mb": 5}, "This affects 4 people."),
        (FilePolicy, {"shares_with_guests": True}, "This affects 1 person."),
        (FilePolicy, {"shares_outside": False}, "This affects 3 people."),
        (JoinPolicy, {"invitation_days": 3}, "This affects 1 person."),
        (JoinPolicy, {"members_invite": True}, "2 members may invite others then."),
        (
            SignInPolicy,
            {"requires_verified_email": True},
            "4 people have not proved their addresses yet.",
        ),
    ],
    ids=str,
)
def test_the_number_is_exact_without_bots_and_those_who_left(in_acme, cast, kind, given, sentence):
    User.objects.create(name="Robot", role="member", is_bot=True)
    User.objects.create(name="Gone", role="member", is_active=False)
    ended = timezone.now() - timedelta(days=1)
    User.objects.create(name="Past", role="guest", ends_at=ended)

    assert sentence in told(kind, **given)


def test_whoever_is_left_with_the_identity_provider_is_counted(in_acme, cast):
    User.objects.filter(id__in=[cast.bo.id, cast.cy.id]).update(password="!none")

    sentences = told(SignInPolicy, methods=["password", "sso"])

    assert sentences == ["2 people can then sign in through an identity provider only."]


def test_nobody_needing_a_second_factor_any_more_is_counted(in_acme, cast):
    services.change(cast.ana.actor, SecondFactorPolicy, roles=["member"])

    assert told(SecondFactorPolicy, roles=[])[1:] == ["This affects 2 people."]
