"""A file is shared while it is deleted, while it is shared again, while its owner is put out."""

import pytest

from core.errors import Conflict, NotFound
from messaging.conversations.services import remove_member
from messaging.files.models import File, FilePersonGrant
from messaging.files.services import delete_file
from messaging.files.sharing import share_file
from tenants.context import in_tenant
from tests.messaging.places import journal_types, make_channel, make_message
from tests.races.together import at_once, errors_in

pytestmark = pytest.mark.usefixtures("real_commits")


@pytest.fixture
def plan(cast, real_commits) -> File:
    """Sent by Bo to Ana's closed channel."""
    message = make_message(make_channel(cast.ana, cast.bo, kind="private"), cast.bo)
    with in_tenant("acme"):
        return File.objects.create(
            conversation_id=message.conversation_id,
            message_id=message.id,
            created_by_id=cast.bo.id,
            name="plan.txt",
            content_type="text/plain",
            size_bytes=1,
            sha256=bytes(32),
            storage_name="plan",
        )


def share(cast, plan) -> bool:
    return share_file(cast.bo.actor, file_id=plan.id, user_id=cast.cy.id)


def test_what_is_deleted_meanwhile_is_shared_with_nobody(cast, plan):
    outcomes = at_once(
        "acme",
        lambda: share(cast, plan),
        lambda: delete_file(cast.bo.actor, file_id=plan.id),
    )

    assert all(isinstance(error, Conflict | NotFound) for error in errors_in(outcomes[:1]))
    assert errors_in(outcomes[1:]) == []
    with in_tenant("acme"):
        assert FilePersonGrant.objects.count() == 0


def test_sharing_at_once_is_sharing_once(cast, plan):
    outcomes = at_once("acme", *[lambda: share(cast, plan)] * 3)

    assert sorted(outcomes) == [False, False, True]
    with in_tenant("acme"):
        assert FilePersonGrant.objects.count() == 1
        assert journal_types(plan.id) == ["object_grant.given"]


def test_whoever_is_put_out_meanwhile_has_shared_it_before_or_not_at_all(cast, plan):
    outcomes = at_once(
        "acme",
        lambda: share(cast, plan),
        lambda: remove_member(
            cast.ana.actor, conversation_id=plan.conversation_id, user_id=cast.bo.id
        ),
    )

    assert errors_in(outcomes[1:]) == []
    was_shared = outcomes[0] is True
    assert was_shared or isinstance(outcomes[0], NotFound)
    with in_tenant("acme"):
        assert FilePersonGrant.objects.count() == was_shared
