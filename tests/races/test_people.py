"""Owners who shut each other out at one moment leave one of them, and nobody waits for ever."""

import pytest

from accounts.people.models import User
from accounts.people.services import deactivate
from core.actor import Role
from core.errors import Refusal
from tenants.context import in_tenant
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
