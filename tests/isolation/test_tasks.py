"""Every job knows whose it is: none runs without a tenant unless it is declared the service's."""

import threading

import pytest
from celery import shared_task

from accounts.people.models import User
from config.celery import app
from tenants.clock import for_each
from tenants.context import NoTenant, in_tenant, tenant_or_none
from tenants.tasks import TENANT_HEADER, PublicTask, TenantTask

app.loader.import_default_modules()
OURS = sorted(name for name in app.tasks if not name.startswith("celery."))

OF_THE_SERVICE = {"tenants.for_each", "tenants.tidy", "tenants.note_workers"}
"""Jobs outside of any tenant. Adding one here is a decision."""


@shared_task(name="tests.who_am_i")
def who_am_i() -> str:
    return User.objects.get(role="owner").name


def test_the_register_is_not_empty():
    assert {"accounts.tidy", "events.run_handlers", *OF_THE_SERVICE} <= set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_a_job_is_a_tenants_or_is_declared_the_services(name):
    task = app.tasks[name]

    if name in OF_THE_SERVICE:
        assert isinstance(task, PublicTask)
    else:
        assert isinstance(task, TenantTask)


@pytest.mark.parametrize("name", [name for name in OURS if name not in OF_THE_SERVICE])
def test_a_job_without_a_tenant_is_neither_queued_nor_run(name):
    task = app.tasks[name]

    with pytest.raises(NoTenant):
        task.apply_async()
    with pytest.raises(NoTenant):
        task()
    with pytest.raises(NoTenant):
        task.apply(throw=True)


@pytest.mark.parametrize("slug", ["t_acme", "acme; DROP", "", None, "ACME"])
def test_a_job_with_a_forged_tenant_is_not_run(cast, slug):
    with pytest.raises((NoTenant, ValueError)):
        who_am_i.apply(headers={TENANT_HEADER: slug}, throw=True)


def test_a_job_runs_in_its_own_tenant_and_leaves_the_workers_thread_as_it_was(cast):
    for slug, name in (("acme", "Ana"), ("globex", "Dee")):
        result = who_am_i.apply(headers={TENANT_HEADER: slug}, throw=True)
        assert result.get() == name
        assert tenant_or_none() is None


def test_a_job_runs_where_it_was_queued_and_not_where_its_worker_stands(cast):
    with in_tenant("globex"):
        result = who_am_i.apply(headers={TENANT_HEADER: "acme"}, throw=True)

        assert result.get() == "Ana"
        assert tenant_or_none() == "globex"


def test_jobs_side_by_side_in_one_worker_do_not_meet(cast, real_commits):
    barrier, seen = threading.Barrier(6), []

    def work(slug: str) -> None:
        from django.db import connection

        barrier.wait()
        for _ in range(10):
            result = who_am_i.apply(headers={TENANT_HEADER: slug}, throw=True)
            seen.append((slug, result.get()))
        connection.close()

    threads = [threading.Thread(target=work, args=(slug,)) for slug in ("acme", "globex") * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(seen) == {("acme", "Ana"), ("globex", "Dee")}


def test_a_queued_job_carries_the_tenant_in_which_it_was_queued(cast, monkeypatch):
    sent = []
    monkeypatch.setattr(
        "celery.app.task.Task.apply_async", lambda self, *a, **options: sent.append(options)
    )

    with in_tenant("acme"):
        who_am_i.delay()
    with in_tenant("globex"):
        who_am_i.delay()

    assert [options["headers"][TENANT_HEADER] for options in sent] == ["acme", "globex"]


def test_the_clock_queues_one_job_per_tenant_that_is_ready(cast, monkeypatch):
    from tenants import services

    services.suspend("globex")
    queued = []
    monkeypatch.setattr(
        "celery.app.task.Task.apply_async",
        lambda self, *a, **options: queued.append(options["headers"][TENANT_HEADER]),
    )

    assert for_each("accounts.tidy") == 2
    assert queued == ["acme", "operators"]
