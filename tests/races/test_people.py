"""Changes of people at one moment: an owner is left, and nobody waits for ever."""

from typing import Any

import pytest
from django.db import transaction

from accounts.groups import services as groups
from accounts.groups.moving import begin
from accounts.groups.services import Members
from accounts.people.models import User
from accounts.people.services import deactivate, update_person
from accounts.roles import services as roles
from core.actor import Role
from core.errors import Refusal
from events.journal import hold
from messaging.conversations.models import Membership
from messaging.conversations.services import remove_member
from messaging.grants import services as grants
from tenants.context import in_tenant
from tests.messaging.places import make_channel
from tests.races.test_removal import run, until_it_waits
from tests.races.together import at_once, errors_in

pytestmark = pytest.mark.usefixtures("real_commits")


def test_two_owners_deactivating_each_other_leave_one(cast):
    with in_tenant("acme"):
        User.objects.filter(id=cast.bo.id).update(role=Role.OWNER)
    cast.bo.__dict__["role"] = Role.OWNER
    for _ in range(6):
        with in_tenant("acme"):
            User.objects.filter(id__in=[cast.ana.id, cast.bo.id]).update(is_active=True)

        outcomes = at_once(
            "acme",
            lambda: deactivate(cast.ana.actor, user_id=cast.bo.id),
            lambda: deactivate(cast.bo.actor, user_id=cast.ana.id),
        )

        assert [error for error in errors_in(outcomes) if not isinstance(error, Refusal)] == []
        with in_tenant("acme"):
            owners = User.objects.filter(role=Role.OWNER, is_active=True)
            assert owners.count() == 1


def test_a_person_is_changed_while_they_come_into_a_group_with_a_role(cast):
    with in_tenant("acme"):
        team = groups.create_group(cast.ana.actor, name="team")
        role = roles.create_role(cast.ana.actor, name="auditor", permissions=["audit.read"])
        roles.give_role(cast.ana.actor, role_id=role.id, group_id=team.id)
    outcome: list[Any] = []

    with in_tenant("acme"):
        with transaction.atomic():
            begin(cast.ana.actor)
            thread = run(
                lambda: update_person(cast.ana.actor, user_id=cast.bo.id, title="Clerk"), outcome
            )
            until_it_waits()
            groups.add_members(cast.ana.actor, group_id=team.id, members=Members.of([cast.bo.id]))
        thread.join(30)

        assert errors_in(outcome) == []
        bo = User.objects.get(id=cast.bo.id)
        assert (bo.title, bo.granted) == ("Clerk", ["audit.read"])


def test_somebody_leaves_a_group_while_they_are_removed_from_its_channel(cast):
    with in_tenant("acme"):
        bo = Members.of([cast.bo.id])
        team = groups.create_group(cast.ana.actor, name="team", members=bo)
        room = make_channel(cast.ana, kind="private")
        grants.grant(cast.ana.actor, conversation_id=room.id, group_id=team.id)
        grants.admit(conversation_id=room.id)
    outcome: list[Any] = []

    with in_tenant("acme"):
        with transaction.atomic():
            hold(room.id)
            thread = run(
                lambda: groups.remove_members(cast.ana.actor, group_id=team.id, members=bo),
                outcome,
            )
            until_it_waits()
            remove_member(cast.ana.actor, conversation_id=room.id, user_id=cast.bo.id)
        thread.join(30)

        assert errors_in(outcome) == []
        assert not Membership.objects.filter(conversation=room, user_id=cast.bo.id).exists()
