"""What settings are called is told, old and new; what people are called stays in their row."""

from typing import Any

import pytest

from accounts.branding.models import Branding
from accounts.groups.services import create_group, delete_group, update_group
from accounts.people.services import update_person
from accounts.policies.services import change
from accounts.roles.services import create_role, delete_role, update_role
from accounts.sso import services as sso
from accounts.tokens.services import create_service_account
from core.permissions import Permission
from events.models import Entry
from tests.accounts.sso.idp import Idp


def told(kind: str) -> dict[str, Any]:
    return Entry.objects.filter(type=f"chancery.{kind}.v1").latest("occurred_at").data


def test_a_group(in_acme, cast):
    group = create_group(cast.ana.actor, name="Engineers", handle="engineers")
    assert told("group.created")["after"] == {"name": "Engineers", "handle": "engineers"}

    update_group(cast.ana.actor, group_id=group.id, name="Builders", description="Who builds")
    assert (told("group.updated")["before"], told("group.updated")["after"]) == (
        {"name": "Engineers", "description": ""},
        {"name": "Builders", "description": "Who builds"},
    )

    delete_group(cast.ana.actor, group_id=group.id)
    assert told("group.deleted")["before"] == {"name": "Builders", "handle": "engineers"}


def test_a_role(in_acme, cast):
    role = create_role(cast.ana.actor, name="Helpdesk", permissions=[Permission.PEOPLE_INVITE])
    assert told("role.created")["words_after"] == {"name": "Helpdesk", "description": ""}

    update_role(cast.ana.actor, role_id=role.id, name="Front desk")
    assert told("role.updated")["words_before"] == {"name": "Helpdesk"}
    assert told("role.updated")["words_after"] == {"name": "Front desk"}

    delete_role(cast.ana.actor, role_id=role.id)
    assert told("role.deleted")["words_before"] == {"name": "Front desk", "description": ""}


def test_an_identity_provider(in_acme, cast):
    provider = sso.add_provider(
        cast.ana.actor, kind="saml", slug="okta", name="Okta", metadata=Idp().metadata()
    )
    assert told("identity_provider.created")["after"] == {"name": "Okta"}

    sso.change_provider(cast.ana.actor, provider_id=provider.id, name="Okta of Acme")
    assert told("identity_provider.changed")["before"] == {"name": "Okta"}
    assert told("identity_provider.changed")["after"] == {"name": "Okta of Acme"}

    sso.remove_provider(cast.ana.actor, provider_id=provider.id)
    assert told("identity_provider.deleted")["before"] == {"name": "Okta of Acme"}


def test_a_service_account_and_the_organisations_own_name(in_acme, cast):
    row, _token = create_service_account(cast.ana.actor, name="CRM", scopes=["read"])
    assert told("service-account.created")["after"] == {"name": "CRM"}

    change(cast.ana.actor, Branding, name="Acme", logo="iVBORw0KGgo=")
    change(cast.ana.actor, Branding, name="Acme & Sons")
    assert (told("policy.changed")["before"], told("policy.changed")["after"]) == (
        {"name": "Acme"},
        {"name": "Acme & Sons"},
    )
    assert row.user_id


def test_the_list_of_changes_reads_so(in_acme, cast):
    group = create_group(cast.ana.actor, name="Engineers")
    update_group(cast.ana.actor, group_id=group.id, name="Builders")
    delete_group(cast.ana.actor, group_id=group.id)

    page = cast.ana.client.get("/admin/changes/", {"object": str(group.id)})

    assert [(each.words, each.fields) for each in page.context["found"]] == [
        ("group: deleted", [("name", "Builders", "—"), ("handle", "—", "—")]),
        ("group: updated", [("name", "Engineers", "Builders")]),
        ("group: created", [("name", "—", "Engineers"), ("handle", "—", "—")]),
    ]


@pytest.mark.parametrize(
    ("field", "value"), [("name", "Roberta"), ("title", "Head of"), ("email", "rob@acme.example")]
)
def test_a_persons_own_stays_in_their_row(in_acme, cast, field, value):
    update_person(cast.ana.actor, user_id=cast.bo.id, **{field: value})

    assert told("user.updated")["after"] == {field: "set"}
    assert value not in str(list(Entry.objects.values_list("data", flat=True)))
