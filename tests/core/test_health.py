"""Probes and metrics answer before any host is looked up."""

import pytest
from django.test import Client, override_settings

from core import workers
from tenants.clock import note_workers

DEAD_REDIS = "redis://127.0.0.1:1/0"


@pytest.fixture
def probe(cast) -> Client:
    return Client(HTTP_HOST="203.0.113.9")


def test_a_process_that_answers_is_alive(probe):
    response = probe.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_it_is_ready_when_database_and_redis_answer(probe):
    response = probe.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "parts": {"database": "ok", "redis": "ok"},
        "workers": {"seen_s_ago": None},
    }


def test_workers_are_reported(probe):
    note_workers()

    assert probe.get("/readyz").json()["workers"]["seen_s_ago"] in {0, 1}


@override_settings(REDIS_URL=DEAD_REDIS)
def test_without_redis_it_is_not_ready_and_says_why(cast):
    response = Client(HTTP_HOST="203.0.113.9").get("/readyz")

    assert response.status_code == 503
    assert response.json()["parts"] == {"database": "ok", "redis": "no answer"}


def test_metrics_name_the_tenant_and_the_route_but_nothing_a_stranger_invents(probe, cast):
    cast.bo.client.get("/accounts/login/")
    cast.nobody("acme").get("/nothing-like-this-here")
    cast.nobody("acme").generic("BREW", "/accounts/login/")

    text = probe.get("/metrics").text

    assert 'chancery_tenants{state="ready"} 3.0' in text
    assert 'route="/accounts/login/",status="302",tenant="acme"' in text
    assert "nothing-like-this-here" not in text
    assert "BREW" not in text


def test_metrics_are_for_this_machine_and_for_operators(cast):
    afar = {"REMOTE_ADDR": "192.0.2.4"}

    assert Client(HTTP_HOST="localhost").get("/metrics", **afar).status_code == 404
    assert cast.ana.client.get("/metrics", **afar).status_code == 404
    assert cast.op.client.get("/metrics", **afar).status_code == 200
    assert (
        Client(HTTP_HOST="x").get("/metrics", HTTP_X_FORWARDED_FOR="192.0.2.4").status_code == 404
    )


def test_the_mark_of_workers_is_forgotten_by_redis_itself(cast):
    import redis
    from django.conf import settings

    client = redis.Redis.from_url(settings.REDIS_URL)
    workers.leave_mark(client)

    assert 0 < client.ttl(workers.MARK) <= 86_400
