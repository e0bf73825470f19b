"""The console's page of changes: every change with before and after, for those who may read it."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import changes
from accounts.groups.services import Members, add_members, create_group, update_group
from accounts.invitations.models import JoinPolicy
from accounts.people.models import User
from accounts.people.services import update_person
from accounts.policies.services import change
from accounts.sessions.models import SessionPolicy
from accounts.sessions.services import revoke_sessions_of
from accounts.sso import services
from events.models import Entry
from messaging.grants.services import grant, take_grant
from tenants.context import in_tenant
from tests.accounts.sso.conftest import Door
from tests.accounts.sso.idp import Idp
from tests.messaging.places import make_channel, make_message

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
        group = create_group(cast.ana.actor, name="Engineers")
        change(cast.ana.actor, SessionPolicy, idle_minutes=60)
        update_person(cast.ana.actor, user_id=cast.bo.id, title="Cook")

    found = cast.ana.client.get(PAGE).context["found"]

    own = {each.words: each.object_id for each in found}
    assert own["identity provider: created"] == door.id
    assert own["group: created"] == group.id
    assert own["policy: changed"] is None
    assert own["user: updated"] is None
    assert all(told.label != "tenant id" for each in found for told in each.facts)


def shown(person, **query: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What the page lists: in words, with the facts beside before and after."""
    found = person.client.get(PAGE, query).context["found"]
    return [(each.words, [(told.label, told.text) for told in each.facts]) for each in found]


def test_a_groups_changes_are_found_by_the_group_also_where_others_tell_of_it(cast):
    with in_tenant("acme"):
        group = create_group(cast.ana.actor, name="Engineers")
        create_group(cast.ana.actor, name="Sales")
        add_members(cast.ana.actor, group_id=group.id, members=Members.of([cast.bo.id]))
        update_group(cast.ana.actor, group_id=group.id, name="Builders", handle="builders")
        room = make_channel(cast.ana, name="works", kind="private")
        grant(cast.ana.actor, conversation_id=room.id, group_id=group.id)

    assert shown(cast.ana, object=str(group.id)) == [
        ("grant: given", [("group", "Builders"), ("channel", "#works")]),
        ("group: updated", [("changed", "handle, name"), ("group", "Builders")]),
        ("group membership: added", [("group", "Builders"), ("people", "Bo")]),
        ("group: created", [("group", "Builders")]),
    ]
    page = cast.ana.client.get(PAGE, {"object": str(group.id)})
    assert "Only changes of Builders." in page.text
    assert [each.fields for each in page.context["found"]][1] == [
        ("name", "Engineers", "Builders"),
        ("handle", "—", "builders"),
    ]


def test_a_policys_changes_are_found_by_the_policy(cast):
    with in_tenant("acme"):
        change(cast.ana.actor, SessionPolicy, idle_minutes=60)
        change(cast.ana.actor, JoinPolicy, by_request=True)

    found = cast.ana.client.get(PAGE, {"policy": "accounts.sessionpolicy"}).context["found"]

    assert [each.fields for each in found] == [[("idle minutes", "—", "60")]]
    (policy,) = found[0].facts
    assert (policy.text, policy.query) == (
        "how long people stay signed in",
        "policy=accounts.sessionpolicy",
    )
    page = cast.ana.client.get(PAGE, {"kind": "chancery.policy.changed.v1"})
    assert len(page.context["found"]) == 2
    # Readers of a screen tell them apart.
    assert len(set(re.findall(r'role="region" aria-label="([^"]+)"', page.text))) == 2


def test_what_is_done_to_a_person_is_told_and_signing_out_is_not(cast):
    cast.bo.client.get("/api/v1/me")
    with in_tenant("acme"):
        update_person(cast.ana.actor, user_id=cast.bo.id, role="admin", name="Bob")
        revoke_sessions_of(cast.ana.actor, user_id=cast.bo.id)
    cast.cy.client.post("/accounts/logout/")

    found = cast.ana.client.get(PAGE, {"object": str(cast.bo.id)}).context["found"]

    assert [each.words for each in found] == ["session: revoked", "user: updated"]
    assert found[1].fields == [("name", "set", "set to another one"), ("role", "member", "admin")]
    assert "session: revoked" not in [words for words, _ in shown(cast.ana, object=str(cast.cy.id))]
    with in_tenant("acme"):
        assert "Bob" not in str(Entry.objects.get(type="chancery.user.updated.v1").data)


def test_a_channel_that_the_reader_may_not_know_of_has_no_name(cast):
    with in_tenant("acme"):
        User.objects.filter(id=cast.bo.id).update(role="compliance")
        room = make_channel(cast.ana, name="secret-plans", kind="private")
        grant(cast.ana.actor, conversation_id=room.id, user_id=cast.cy.id)

    assert "secret-plans" in cast.ana.client.get(PAGE).text
    assert "secret-plans" not in cast.bo.client.get(PAGE).text
    assert "secret-plans" not in cast.bo.client.get(PAGE, {"object": str(room.id)}).text


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
    assert names == [*(f"Name {number}" for number in (4, 3, 2, 1, 0)), "Okta"]
    assert seen[-1].words == "identity provider: created"


@pytest.mark.parametrize(("at_once", "looked_through"), [(2, 3), (1, 2), (3, 50), (50, 2)])
def test_all_of_a_group_is_found_once_however_the_pages_fall(
    cast, in_acme, monkeypatch, at_once, looked_through
):
    monkeypatch.setattr(changes, "SHOWN", at_once)
    monkeypatch.setattr(changes, "LOOKED_THROUGH", looked_through)
    ana = cast.ana.actor
    room = make_channel(cast.ana, name="works", kind="private")
    group = create_group(ana, name="Engineers")
    for number in range(4):
        update_group(ana, group_id=group.id, name=f"Engineers {number}")
        grant(ana, conversation_id=room.id, group_id=group.id)
        make_message(room, cast.ana, "in between")
        take_grant(ana, conversation_id=room.id, group_id=group.id)
    seen, query = [], f"object={group.id}"
    for _page in range(100):
        response = cast.ana.client.get(f"{PAGE}?{query}")
        seen += [(each.at, each.words) for each in response.context["found"]]
        query = response.context["further"]
        if not query:
            break

    assert sorted(words for _at, words in seen) == sorted(
        ["group: created", *(["group: updated", "grant: given", "grant: taken"] * 4)]
    )
    assert len(set(seen)) == len(seen)


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
