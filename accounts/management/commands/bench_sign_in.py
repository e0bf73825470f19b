"""`manage.py bench_sign_in`: how long it takes to sign everybody in, and by how many queries."""

import secrets
import statistics
import time
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.people.models import User
from core.commands import ChanceryCommand
from tenants.context import in_tenant
from tenants.hosts import domain_name
from tenants.services import create_tenant, erase

_PASSWORD = "a-phrase-for-the-bench"  # noqa: S105 - of people who live for a minute


class Command(ChanceryCommand):
    help = (
        "Make an organisation with so many people, sign each in through the whole stack in this"
        " process, print time and queries, and erase the organisation."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=10_000)
        parser.add_argument("--threads", type=int, default=2)

    def act(self, **options: Any) -> dict[str, Any]:
        slug = f"bench-{secrets.token_hex(4)}"
        settings.ALLOWED_HOSTS = ["*"]
        settings.ACCOUNT_RATE_LIMITS = {}
        create_tenant(slug=slug, name="Bench")
        try:
            return self._measured(slug, options["people"], options["threads"])
        finally:
            erase(slug)

    def _measured(self, slug: str, count: int, threads: int) -> dict[str, Any]:
        hashed = make_password(_PASSWORD)
        with in_tenant(slug):
            User.objects.bulk_create(
                [
                    User(email=f"p{number}@bench.example", name=f"Person {number}", password=hashed)
                    for number in range(count)
                ],
                batch_size=1000,
            )
        with CaptureQueriesContext(connection) as queries:
            _sign_in(slug, 0)
        begun = time.perf_counter()
        with ThreadPoolExecutor(threads, initializer=connections.close_all) as pool:
            taken = list(pool.map(lambda number: _sign_in(slug, number), range(count)))
        whole_s = time.perf_counter() - begun
        took, cpu = [each for each, _ in taken], [each for _, each in taken]
        hash_ms, own_ms = _hash_cpu_ms(hashed)
        return {
            "people": count,
            "threads": threads,
            "seconds": round(whole_s, 1),
            "sign_ins_per_second": round(count / whole_s, 1),
            "median_ms": round(statistics.median(took) * 1000, 1),
            "p95_ms": round(sorted(took)[int(count * 0.95)] * 1000, 1),
            "queries_each": len(queries),
            # Of this process; the database's part is not in it. argon2 works in threads of its own.
            "cpu_ms_hash": round(hash_ms, 1),
            "cpu_ms_rest": round(statistics.median(cpu) * 1000 - own_ms, 1),
        }


def _hash_cpu_ms(hashed: str) -> tuple[float, float]:
    """What looking at one password costs alone: in all threads, and in the one that asks."""
    whole, own = [], []
    for _ in range(5):
        begun, own_begun = time.process_time(), time.thread_time()
        check_password(_PASSWORD, hashed)
        whole.append(time.process_time() - begun)
        own.append(time.thread_time() - own_begun)
    return statistics.median(whole) * 1000, statistics.median(own) * 1000


def _sign_in(slug: str, number: int) -> tuple[float, float]:
    """Sign one person in; the seconds it took, and those of this thread's CPU."""
    host = domain_name(slug)
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    browser = Client(HTTP_HOST=host, REMOTE_ADDR=address)
    begun, cpu_begun = time.perf_counter(), time.thread_time()
    answer = browser.post(
        "/accounts/login/", {"login": f"p{number}@bench.example", "password": _PASSWORD}
    )
    took, cpu = time.perf_counter() - begun, time.thread_time() - cpu_begun
    if answer.status_code != 302:
        raise RuntimeError(f"person {number} was answered {answer.status_code}")
    return took, cpu
