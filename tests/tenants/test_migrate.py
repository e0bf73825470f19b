"""`manage.py migrate`: all tenants, in parallel, resumable, the failing ones set aside by name."""

import json

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from kombu.exceptions import OperationalError

from tenants import fleet, hooks, levels
from tenants.context import in_public, in_tenant, schema_of, tenant_or_none
from tenants.models import Domain, Tenant, TenantState
from tenants.schemas import create_schema, migrate_tenant

LAST = ("integrations", "0001_initial")
TABLE = "integrations_slackworkspace"
"""A migration on which no other rests, and what it makes."""


def unapply(slug: str) -> None:
    """Take a schema back to before that migration, as an old tenant would be."""
    with in_tenant(slug), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")
        cursor.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", LAST)


def has_table(slug: str) -> bool:
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"{schema_of(slug)}.{TABLE}"])
        return cursor.fetchone() != (None,)


def break_it(slug: str) -> None:
    """Put something in the migration's way."""
    with in_tenant(slug), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (wrong int)")


def run(capsys, **options) -> tuple[int, dict]:
    try:
        call_command("migrate", json=True, **options)
        code = 0
    except SystemExit as ended:
        code = ended.code
    return code, json.loads(capsys.readouterr().out.strip().splitlines()[-1])


def test_nothing_to_do_asks_few_queries(cast, django_assert_max_num_queries, capsys):
    with django_assert_max_num_queries(12):
        code, report = run(capsys)

    assert (code, report["tenants"], report["current_already"]) == (0, [], 3)


def test_only_those_behind_are_named(cast):
    unapply("globex")

    assert levels.behind(["acme", "globex", "operators"]) == ["globex"]
    assert levels.missing([schema_of("globex"), "t_never_was"]) == {
        "t_globex": 1,
        "t_never_was": len(levels.expected()),
    }


@pytest.mark.parametrize("jobs", [1, 3])
def test_all_that_are_behind_are_migrated(cast, real_commits, capsys, jobs):
    for slug in ("acme", "globex", "operators"):
        unapply(slug)

    code, report = run(capsys, jobs=jobs)

    assert code == 0
    assert sorted(t["slug"] for t in report["tenants"]) == ["acme", "globex", "operators"]
    assert all(has_table(slug) for slug in ("acme", "globex", "operators"))
    assert run(capsys)[1]["tenants"] == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_tenant_that_fails_is_quarantined_and_the_others_go_on(cast, real_commits, capsys, jobs):
    for slug in ("acme", "globex"):
        unapply(slug)
    break_it("acme")

    code, report = run(capsys, jobs=jobs)

    assert code == 1
    assert {t["slug"]: t["state"] for t in report["tenants"]} == {
        "acme": "quarantined",
        "globex": "migrated",
    }
    acme = Tenant.objects.get(slug="acme")
    assert acme.state == TenantState.QUARANTINED
    assert TABLE in acme.trouble
    assert cast.nobody("acme").get("/accounts/login/").status_code == 404
    assert cast.nobody("globex").get("/accounts/login/").status_code == 200


def test_organisations_follow_the_root_domain_to_another(cast, capsys, settings):
    Domain.objects.create(
        domain="second.localhost", tenant=Tenant.objects.get(slug="acme"), is_primary=False
    )
    settings.CHANCERY_ROOT_DOMAIN = "chat.example.com"

    assert run(capsys)[0] == 0

    assert set(Domain.objects.values_list("domain", "tenant__slug")) == {
        ("chat.example.com", "operators"),
        ("acme.chat.example.com", "acme"),
        ("second.localhost", "acme"),
        ("globex.chat.example.com", "globex"),
    }
    settings.ALLOWED_HOSTS = [".chat.example.com"]
    assert Client(HTTP_HOST="acme.chat.example.com").get("/").status_code == 302


def test_what_waits_for_it_may_go_on_despite_a_quarantined_tenant(cast, real_commits, capsys):
    unapply("acme")
    break_it("acme")

    code, report = run(capsys, despite_quarantine=True)

    assert (code, [t["state"] for t in report["tenants"]]) == (0, ["quarantined"])
    with pytest.raises(SystemExit):
        call_command("migrate", check=True)


def test_a_tenant_that_was_mended_comes_out_of_quarantine(cast, real_commits, capsys):
    unapply("acme")
    break_it("acme")
    run(capsys)
    with in_tenant("acme"), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")

    code, _ = run(capsys)

    assert code == 0
    acme = Tenant.objects.get(slug="acme")
    assert (acme.state, acme.trouble) == (TenantState.READY, "")


def test_what_follows_is_queued_for_those_that_were_migrated(
    cast, real_commits, capsys, monkeypatch
):
    unapply("globex")
    queued: list[str | None] = []
    monkeypatch.setattr(hooks, "_follow_ups", [lambda: queued.append(tenant_or_none())])

    run(capsys)
    run(capsys)

    assert queued == ["globex"]


def test_without_a_broker_migrations_are_good_all_the_same(cast, real_commits, capsys, monkeypatch):
    def queue() -> None:
        raise OperationalError("nobody there")

    unapply("globex")
    monkeypatch.setattr(hooks, "_follow_ups", [queue])

    code, report = run(capsys)

    assert (code, report["tenants"][0]["state"]) == (0, "migrated")


def test_a_suspended_tenant_is_migrated_and_stays_suspended(cast, real_commits, capsys):
    from tenants import services

    services.suspend("acme")
    unapply("acme")
    break_it("acme")
    run(capsys)
    with in_tenant("acme"), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")

    run(capsys)

    assert Tenant.objects.get(slug="acme").state == TenantState.SUSPENDED
    assert has_table("acme")


def test_a_run_that_was_stopped_goes_on_where_it_was(cast, real_commits, capsys, monkeypatch):
    for slug in ("acme", "globex"):
        unapply(slug)
    migrate_one = fleet._migrate_one

    def stop_at_globex(slug, **options):
        if slug == "globex":
            raise KeyboardInterrupt
        return migrate_one(slug, **options)

    with monkeypatch.context() as patch:
        patch.setattr(fleet, "_migrate_one", stop_at_globex)
        with pytest.raises(KeyboardInterrupt):
            call_command("migrate", jobs=1, json=True)
    capsys.readouterr()

    code, report = run(capsys)

    assert (code, [t["slug"] for t in report["tenants"]]) == (0, ["globex"])


class Killed(BaseException):
    """What ends a process without a word."""


def killable() -> list[Migration]:
    """The migrations of ours that are no single transaction, in the order that they run in."""
    graph = MigrationLoader(None).graph
    plan = [graph.nodes[key] for leaf in graph.leaf_nodes() for key in graph.forwards_plan(leaf)]
    ours = set(settings.TENANT_APPS) & {"accounts", "compliance", "integrations", "messaging"}
    return [each for each in dict.fromkeys(plan) if not each.atomic and each.app_label in ours]


def shape(slug: str) -> list[tuple]:
    """Columns, constraints and indexes of a schema's tables."""
    with in_tenant(slug), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name::text, column_name::text, column_default, is_nullable::text"
            "  FROM information_schema.columns WHERE table_schema = current_schema()"
            " UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), ''"
            "  FROM pg_constraint WHERE connamespace = current_schema()::regnamespace"
            " UNION ALL SELECT tablename, indexname, replace(indexdef, schemaname || '.', ''), ''"
            "  FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1, 2, 3"
        )
        return cursor.fetchall()


def test_a_migration_may_be_killed_between_any_two_of_its_operations(
    cast, real_commits, monkeypatch
):
    create_schema("older")
    tried = []
    for migration in killable():
        key = (migration.app_label, migration.name)
        for parent in migration.dependencies:
            if parent[0] not in ("__first__", "__latest__"):
                migrate_tenant("older", *parent)
        for operation in migration.operations:
            with monkeypatch.context() as patch:
                patch.setattr(operation, "database_forwards", _killed)
                with pytest.raises(Killed):
                    migrate_tenant("older", *key)
        migrate_tenant("older", *key)
        with in_tenant("older"), connection.cursor() as cursor:
            # All of it was done, and only the note of it was not.
            cursor.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", key)
        migrate_tenant("older", *key)
        tried.append(key)
    migrate_tenant("older")

    assert len(tried) >= 6
    assert shape("older") == shape("acme")


def _killed(*args: object) -> None:
    raise Killed


def test_what_was_left_of_an_index_is_built_anew(cast, real_commits, capsys):
    with in_tenant("acme"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('messaging_message_words_slots'::regclass)")
        made = cursor.fetchone()
        cursor.execute("DROP INDEX messaging_message_words_slots")
        cursor.execute("CREATE INDEX messaging_message_words_slots ON messaging_message (seq)")
        cursor.execute("DELETE FROM django_migrations WHERE name = '0033_words_by_time'")

    code, report = run(capsys)

    assert (code, [one["slug"] for one in report["tenants"]]) == (0, ["acme"]), report
    with in_tenant("acme"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('messaging_message_words_slots'::regclass)")
        assert cursor.fetchone() == made


def test_check_changes_nothing_and_fails_where_somebody_is_behind(cast, capsys):
    call_command("migrate", check=True)
    unapply("acme")

    with pytest.raises(SystemExit):
        call_command("migrate", check=True)

    assert "acme: 1 migrations to apply" in capsys.readouterr().out
    assert not has_table("acme")


def test_one_tenant_alone(cast, real_commits, capsys):
    for slug in ("acme", "globex"):
        unapply(slug)

    run(capsys, tenant="globex")

    assert (has_table("acme"), has_table("globex")) == (False, True)
    with pytest.raises(CommandError, match="no tenant"):
        call_command("migrate", tenant="never-was")


def test_an_organisation_is_not_made_in_a_database_of_an_older_release(cast):
    with in_public(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'outbox'")

    with pytest.raises(
        CommandError, match=r"older than the program: run `manage.py migrate` first"
    ):
        call_command(
            "create_tenant",
            slug="initech",
            name="Initech",
            owner_email="bill@initech.example",
            owner_password="cover-sheets-94",
        )

    assert not Tenant.objects.filter(slug="initech").exists()


def test_tables_of_tenants_in_public_stop_everything(cast):
    with in_public(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE accounts_user (id int)")

    with pytest.raises(CommandError, match="accounts_user"):
        call_command("migrate", json=True)
