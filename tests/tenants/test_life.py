"""Suspended, deleted, erased: what is left of a tenant, and what is not."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.errors import Conflict, NotFound
from core.ids import new_id
from events.outbox.models import OutboxItem
from integrations.slack.reports import new_report
from tenants import clock, pooler, services
from tenants.context import in_public, in_tenant
from tenants.models import Domain, Signup, SignupState, Tenant
from tenants.schemas import schema_exists


def state(slug: str) -> str:
    return Tenant.objects.get(slug=slug).state


def status(slug: str, path: str = "/accounts/login/") -> int:
    return Client(HTTP_HOST=f"{slug}.localhost").get(path).status_code


def test_a_suspended_tenant_answers_nobody_until_it_is_put_back(cast):
    assert status("acme") == 200

    services.suspend("acme")

    assert status("acme") == 404
    assert cast.ana.client.get("/").status_code == 404
    assert cast.ana.api.get("/api/v1/me").status_code == 404
    assert status("globex") == 200

    services.resume("acme")

    assert status("acme") == 200
    assert Tenant.objects.get(slug="acme").suspended_at is None


def test_its_bare_404_is_that_of_an_unknown_host(cast):
    services.suspend("acme")

    suspended = Client(HTTP_HOST="acme.localhost").get("/accounts/login/")
    unknown = Client(HTTP_HOST="never-was.localhost").get("/accounts/login/")

    assert suspended.content == unknown.content
    assert {**suspended.headers, "X-Correlation-Id": ""} == {
        **unknown.headers,
        "X-Correlation-Id": "",
    }


def test_suspending_twice_keeps_the_first_time(cast):
    first = services.suspend("acme").suspended_at

    assert services.suspend("acme").suspended_at == first


def test_a_deletion_waits_for_the_grace_period(cast):
    services.mark_for_deletion("acme")

    assert (state("acme"), status("acme")) == ("deleting", 404)
    assert services.erase_overdue() == []
    left = Tenant.objects.get(slug="acme").delete_after - timezone.now()
    assert timedelta(days=6) < left <= timedelta(days=7)

    services.keep("acme")
    assert (state("acme"), status("acme")) == ("ready", 200)


def test_keeping_a_tenant_that_was_suspended_leaves_it_suspended(cast):
    services.suspend("acme")
    services.mark_for_deletion("acme")

    services.keep("acme")

    assert state("acme") == "suspended"


def test_after_the_grace_period_everything_is_gone_and_nothing_of_others(cast, real_commits):
    for slug in ("acme", "globex"):
        _leave_traces(slug)
    services.mark_for_deletion("acme", grace=timedelta(0))

    clock.tidy()

    assert not schema_exists("t_acme")
    assert not Tenant.objects.filter(slug="acme").exists()
    assert not Domain.objects.filter(domain="acme.localhost").exists()
    assert list(Signup.objects.values_list("owner_email", flat=True)) == ["owner@globex.example"]
    assert not (Path(settings.MEDIA_ROOT) / "acme").exists()
    assert not new_report("acme").parent.exists()
    assert new_report("globex").parent.exists()
    assert list(OutboxItem.objects.values_list("tenant", flat=True)) == ["globex"]
    with in_tenant("acme"):
        assert cache.get("colour") is None
    assert (Path(settings.MEDIA_ROOT) / "globex" / "a.txt").read_text() == "globex"
    with in_tenant("globex"):
        assert cache.get("colour") == "globex"
    assert status("globex") == 200


def test_an_erased_slug_can_be_taken_again_by_others(cast, real_commits):
    browser = cast.bo.client
    services.erase("acme")

    services.create_tenant(slug="acme", name="Other people")

    with in_tenant("acme"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_user")
        assert cursor.fetchone() == (0,)
    assert browser.get("/api/v1/me").status_code == 401


def test_what_was_interrupted_can_be_run_again(cast, real_commits, monkeypatch):
    def stop(slug):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(services, "drop_schema", stop)
        with pytest.raises(KeyboardInterrupt):
            services.erase("acme")
    assert state("acme") == "deleting"

    assert services.erase_overdue() == ["acme"]
    assert not schema_exists("t_acme")


def test_a_tenant_that_cannot_be_erased_does_not_keep_the_others(cast, real_commits, monkeypatch):
    for slug in ("acme", "globex"):
        services.mark_for_deletion(slug, grace=timedelta(0))
    monkeypatch.setattr(services, "_DROP_WAITS_S", 0.1)
    with pooler._connect() as reader:
        reader.autocommit = False
        reader.execute("SELECT count(*) FROM t_acme.accounts_user")

        assert services.erase_overdue() == ["globex"]
        assert state("acme") == "deleting"

    assert services.erase_overdue() == ["acme"]


@pytest.mark.parametrize("verb", ["suspend", "resume", "mark_for_deletion", "keep", "erase"])
def test_operators_cannot_be_taken_away_nor_those_who_are_not_there(cast, verb):
    with pytest.raises(Conflict):
        getattr(services, verb)("operators")
    with pytest.raises(NotFound):
        getattr(services, verb)("never-was")

    assert state("operators") == "ready"


def test_the_commands_say_what_they_did(cast, capsys):
    call_command("suspend_tenant", "acme")
    call_command("suspend_tenant", "acme", undo=True)
    call_command("delete_tenant", "acme", json=True)

    out = capsys.readouterr().out.splitlines()
    assert out[:2] == ["acme is suspended", "acme is ready"]
    deleted = json.loads(out[2])
    assert (deleted["slug"], deleted["state"]) == ("acme", "deleting")
    assert deleted["delete_after"].endswith("Z")
    with pytest.raises(CommandError, match="no tenant"):
        call_command("suspend_tenant", "never-was")
    with pytest.raises(CommandError, match="0 to 3650"):
        call_command("delete_tenant", "acme", days=9**9)


def test_old_signups_are_forgotten(cast):
    Signup.objects.create(slug="x", created_at=timezone.now() - timedelta(days=2))
    kept = Signup.objects.create(slug="y")

    clock.tidy()

    assert list(Signup.objects.all()) == [kept]


def _leave_traces(slug: str) -> None:
    Signup.objects.create(
        id=new_id(),
        slug=slug,
        name=slug,
        owner_name="Owner",
        owner_email=f"owner@{slug}.example",
        state=SignupState.READY,
    )
    folder = Path(settings.MEDIA_ROOT) / slug
    # Tests before may have stored files of the same organisation.
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.txt").write_text(slug)
    report = new_report(slug)
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text("{}\n")
    with in_tenant(slug):
        cache.set("colour", slug)
    with in_public():
        OutboxItem.objects.create(
            entry_id=new_id(), tenant=slug, needs_handlers=False, created_at=timezone.now()
        )


def test_undoing_a_suspension_does_not_pretend_to_undo_a_deletion(cast):
    services.mark_for_deletion("acme")

    with pytest.raises(Conflict) as refusal:
        services.resume("acme")

    assert refusal.value.code == "deleting"
