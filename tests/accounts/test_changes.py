"""The console's page of changes: every change with before and after, for those who may read it."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import changes
from accounts.groups.services import create_group
from accounts.sso import services
from tenants.context import in_tenant
from tests.accounts.sso.conftest import Door
from tests.accounts.sso.idp import Idp

PAGE = "/admin/changes/"


@pytest.fixture
def door(cast) -> Door:
    return Door(cast.ana, "okta", Idp())


def test_a_change_is_shown_with_before_and_after_and_who_made_it(cast, door):
    with in_tenant("acme"):
        services.change_provider(cast.ana.actor, provider_id=door.id, name="Northwind")

    text = cast.ana.client.get(PAGE, {"object": str(door.id)}).text

    assert "identity provider: changed" in text
    assert "<td>Okta</td><td>Northwind</td>" in text
    assert "Ana" in text


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 200), ("admin", 200), ("security", 200), ("compliance", 200), ("integration", 403)],
)
def test_it_is_for_those_who_may_read_the_audit_log(cast, role, status):
    from accounts.people.models import User

    with in_tenant("acme"):
        User.objects.filter(id=cast.bo.id).update(role=role)

    assert cast.bo.client.get(PAGE).status_code == status


def test_members_and_strangers_do_not_open_it(cast):
    assert cast.bo.client.get(PAGE).status_code in (302, 403)


def test_another_organisation_sees_nothing_of_it(cast, door):
    assert "identity provider: created" in cast.ana.client.get(PAGE).text

    assert cast.dee.client.get(PAGE, {"object": str(door.id)}).context["found"] == []


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ({"person": "{ana}"}, True),
        ({"person": "{bo}"}, False),
        ({"kind": "chancery.identity_provider.created.v1"}, True),
        ({"kind": "chancery.role.created.v1"}, False),
        ({"since": "2020-01-01"}, True),
        ({"since": "2999-01-01"}, False),
        ({"until": "2999-01-01"}, True),
        ({"until": "9999-12-31"}, True),
        ({"until": "2020-01-01"}, False),
        ({"object": str(uuid4())}, False),
    ],
    ids=["ana", "bo", "kind", "other", "since", "later", "until", "end", "earlier", "object"],
)
def test_each_filter_filters(cast, door, query, is_there):
    asked = {
        name: value.format(ana=cast.ana.email, bo=cast.bo.email) for name, value in query.items()
    }

    found = cast.ana.client.get(PAGE, asked).text.split("</form>")[-1]

    assert ("identity provider: created" in found) == is_there


@pytest.mark.parametrize(
    "query",
    [
        {"person": "nobody@acme.example"},
        {"person": "\x00"},
        {"kind": "chancery.message.created.v1"},
        {"object": "x"},
        {"since": "yesterday"},
        {"before": "x"},
        {"before": "9" * 30},
        {"since": "0001-01-01", "before": "-1"},
    ],
    ids=str,
)
def test_nonsense_is_named_at_its_field_and_shows_nothing(cast, door, query):
    response = cast.ana.client.get(PAGE, query)

    assert response.status_code == 200
    assert response.context["form"].errors
    assert response.context["found"] == []


def test_secrets_are_masked_whatever_an_event_says(cast):
    assert changes._shown("secret", "between us") == changes.MASK
    assert changes._shown("secret", "set") == "set"
    assert changes._shown("api_token", ["a", "b"]) == changes.MASK
    assert changes._shown("token_id", "123") == "123"
    assert changes._shown("trust", {"secret": "x", "url": "y"}) == f"secret: {changes.MASK}, url: y"


def test_only_what_has_a_record_of_its_own_leads_to_it(cast, door):
    with in_tenant("acme"):
        create_group(cast.ana.actor, name="Engineers")

    found = cast.ana.client.get(PAGE).context["found"]

    own = {each.words: each.object_id for each in found}
    assert own["identity provider: created"] == door.id
    assert own["group: created"] is None
    assert all(name != "tenant_id" for each in found for name, _value in each.facts)


@pytest.mark.parametrize("by_object", [False, True])
def test_one_pages_on_to_the_first_change(cast, door, monkeypatch, by_object):
    monkeypatch.setattr(changes, "SHOWN", 2)
    monkeypatch.setattr(changes, "LOOKED_THROUGH", 3)
    with in_tenant("acme"):
        for number in range(5):
            services.change_provider(cast.ana.actor, provider_id=door.id, name=f"Name {number}")
    query = f"object={door.id}" if by_object else ""
    seen = []
    for _page in range(60):
        response = cast.ana.client.get(f"{PAGE}?{query}")
        seen += [each for each in response.context["found"] if each.object_id == door.id]
        query = response.context["further"]
        if not query:
            break

    names = [after for each in seen for name, _before, after in each.fields if name == "name"]
    assert names == [f"Name {number}" for number in (4, 3, 2, 1, 0)]
    assert seen[-1].words == "identity provider: created"


def test_a_page_asks_the_journal_twice_and_for_names_once(cast, door):
    with in_tenant("acme"):
        services.change_provider(cast.ana.actor, provider_id=door.id, name="Northwind")
    cast.ana.client.get(PAGE)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        cast.ana.client.get(PAGE)

    of_the_journal = [each["sql"] for each in asked if "events_entry" in each["sql"]]
    assert len(of_the_journal) == 2
    assert all("LIMIT" in sql for sql in of_the_journal)
