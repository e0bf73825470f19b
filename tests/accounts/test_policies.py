"""What an organisation decides: read everywhere at once, shown before it is done."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import models
from django.utils import timezone

from accounts.invitations.models import JoinPolicy
from accounts.policies import rows, selectors, services
from accounts.policies.models import StoredPolicy
from accounts.policies.selectors import current
from accounts.policies.values import kinds
from accounts.sessions.models import Session, SessionPolicy
from core.actor import Actor, Role
from core.errors import Conflict, Forbidden, Invalid
from events.models import Entry
from tenants.context import in_tenant
from tests.races.together import at_once, errors_in

PAGE = "/admin/accounts/sessionpolicy/"


def changes() -> list[dict]:
    rows = Entry.objects.filter(type="chancery.policy.changed.v1").order_by("seq")
    return [row.data for row in rows]


def test_who_never_decided_has_the_defaults(in_acme, cast):
    assert current(SessionPolicy).idle_minutes is None
    assert StoredPolicy.objects.count() == 0


def test_a_change_is_read_at_once_and_told_with_before_and_after(in_acme, cast):
    assert current(SessionPolicy).idle_minutes is None

    services.change(cast.ana.actor, SessionPolicy, idle_minutes=30)
    services.change(cast.ana.actor, SessionPolicy, idle_minutes=30)

    assert current(SessionPolicy).idle_minutes == 30
    assert [(row["policy"], row["before"], row["after"]) for row in changes()] == [
        ("accounts.sessionpolicy", {"idle_minutes": None}, {"idle_minutes": 30})
    ]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.GUEST])
def test_members_and_guests_decide_nothing(in_acme, cast, role):
    actor = Actor(tenant="acme", user_id=cast.bo.id, role=role)

    with pytest.raises(Forbidden):
        services.change(actor, SessionPolicy, idle_minutes=30)

    assert (StoredPolicy.objects.count(), changes()) == (0, [])


@pytest.mark.parametrize(
    "values",
    [
        {"idle_minutes": 14},
        {"idle_minutes": -1},
        {"idle_minutes": 10**12},
        {"idle_minutes": "soon"},
        {"idle_minutes": "\x00"},
        {"version": 7},
        {"singleton": False},
        {"nonsense": 1},
    ],
)
def test_what_cannot_be_is_refused_by_its_field(in_acme, cast, values):
    with pytest.raises(Invalid) as refusal:
        services.change(cast.ana.actor, SessionPolicy, **values)

    assert [error.field for error in refusal.value.errors] == list(values)
    assert (current(SessionPolicy).idle_minutes, changes()) == (None, [])


def test_another_organisation_decides_for_itself(cast):
    with in_tenant("acme"):
        services.change(cast.ana.actor, SessionPolicy, idle_minutes=30)
        assert current(SessionPolicy).idle_minutes == 30
    with in_tenant("globex"):
        assert current(SessionPolicy).idle_minutes is None


def test_reading_again_costs_no_query(in_acme, cast, django_assert_num_queries):
    current(SessionPolicy)

    with django_assert_num_queries(0):
        current(SessionPolicy)


def test_another_process_sees_a_change_by_its_version(in_acme, cast, monkeypatch):
    monkeypatch.setattr(selectors, "LOCAL_S", 0.0)
    here = current(SessionPolicy)
    # As another process would: its own memory is not ours.
    remembered = dict(selectors._local)
    services.change(cast.ana.actor, SessionPolicy, idle_minutes=45)
    selectors._local.update(remembered)

    assert here.idle_minutes is None
    assert current(SessionPolicy).idle_minutes == 45


def test_without_redis_the_database_is_asked(in_acme, cast, monkeypatch):
    monkeypatch.setattr(selectors, "LOCAL_S", 0.0)
    current(SessionPolicy)
    monkeypatch.setattr(type(cache._connections["default"]), "is_shared", False)
    StoredPolicy.objects.create(kind="accounts.sessionpolicy", content={"idle_minutes": 20})

    assert current(SessionPolicy).idle_minutes == 20


@pytest.mark.parametrize("kind", kinds().values(), ids=kinds())
def test_every_policy_is_read_as_it_was_written(in_acme, cast, kind):
    """Dates, ids and lists of them as well: the row keeps JSON."""
    held = rows.hold(kind)
    samples = {
        models.DateTimeField: datetime(2026, 11, 1, 9, 30, 15, 123456, UTC),
        models.UUIDField: cast.bo.id,
        models.CharField: "a",
        models.TextField: "a",
        models.BooleanField: True,
        models.IntegerField: 7,
    }
    for field in kind.content_fields():
        base = getattr(field, "base_field", field)
        sample = next(given for sort, given in samples.items() if isinstance(base, sort))
        setattr(held, field.name, sample if base is field else [sample, sample])
    rows.write(held)

    read = selectors.stored(kind)
    assert {field.name: getattr(read, field.name) for field in kind.content_fields()} == {
        field.name: getattr(held, field.name) for field in kind.content_fields()
    }
    assert kind.check() == []


def test_a_field_that_came_later_has_its_default_and_one_that_went_is_no_more(in_acme, cast):
    StoredPolicy.objects.create(
        kind="accounts.joinpolicy", version=3, content={"by_request": True, "once": [1]}
    )

    joining = selectors.stored(JoinPolicy)
    assert (joining.version, joining.by_request, joining.invitation_days) == (3, True, 14)

    services.change(cast.ana.actor, JoinPolicy, invitation_days=30)
    row = StoredPolicy.objects.get(kind="accounts.joinpolicy")
    assert (row.version, row.changed_by_id) == (4, cast.ana.id)
    assert row.content == {
        "by_domain": False,
        "by_request": True,
        "members_invite": False,
        "invitation_days": 30,
    }


def test_policies_are_asked_for_by_their_selectors_alone(in_acme):
    with pytest.raises(TypeError, match="selectors"):
        SessionPolicy.objects.count()


def test_two_first_changes_at_once_are_both_kept(cast, real_commits):
    outcomes = at_once(
        "acme",
        lambda: services.change(cast.ana.actor, SessionPolicy, idle_minutes=30),
        lambda: services.change(cast.ana.actor, SessionPolicy, absolute_hours=8),
    )

    assert errors_in(outcomes) == []
    with in_tenant("acme"):
        policy = selectors.stored(SessionPolicy)
        assert (policy.idle_minutes, policy.absolute_hours, policy.version) == (30, 8, 2)
        assert len(changes()) == 2


def test_who_has_seen_an_older_version_changes_nothing(in_acme, cast):
    services.change(cast.ana.actor, SessionPolicy, idle_minutes=30)

    with pytest.raises(Conflict):
        services.change(cast.ana.actor, SessionPolicy, if_version=0, idle_minutes=60)

    assert current(SessionPolicy).idle_minutes == 30


def test_the_console_says_what_will_happen_before_it_does(in_acme, cast):
    assert cast.bo.client.get("/api/v1/me").status_code == 200
    Session.objects.update(last_used_at=timezone.now() - timedelta(hours=2))
    assert cast.ana.client.get(PAGE).status_code == 200

    shown = cast.ana.client.post(PAGE, {"idle_minutes": "60", "absolute_hours": "", "review": "1"})

    assert "Minutes without use: nothing becomes 60." in shown.text
    assert "1 person is signed out somewhere at once." in shown.text
    assert current(SessionPolicy).idle_minutes is None

    saved = cast.ana.client.post(
        PAGE, {"idle_minutes": "60", "absolute_hours": "", "version": "0", "save": "1"}
    )
    assert saved.status_code == 302
    assert current(SessionPolicy).idle_minutes == 60
    assert cast.bo.client.get("/api/v1/me").status_code == 401


def test_the_console_shows_again_what_somebody_changed_meanwhile(in_acme, cast):
    services.change(cast.ana.actor, SessionPolicy, idle_minutes=30)

    shown = cast.ana.client.post(
        PAGE, {"idle_minutes": "60", "absolute_hours": "", "version": "0", "save": "1"}
    )

    assert "Somebody changed this policy while you were looking" in shown.text
    assert current(SessionPolicy).idle_minutes == 30


def test_the_console_marks_what_cannot_be(in_acme, cast):
    shown = cast.ana.client.post(PAGE, {"idle_minutes": "3", "review": "1"})

    assert "errorlist" in shown.text
    assert cast.bo.client.get(PAGE).status_code in {302, 403}
