"""Everybody signs in at nine o'clock: queries and CPU of each sign-in, by every way.

    .venv/bin/python -m tests.bench.signin                 10,000 people, each of whom comes
    .venv/bin/python -m tests.bench.signin --sign-ins 300  300 of them
    .venv/bin/python -m tests.bench.signin --people 400 --sign-ins 30

A third comes by password, a third by SAML, a third by OpenID Connect, each in a browser that was
never here, with all requests of the way: the page, or the way to the provider and back. Passwords
are stretched by a cheap hash, so that our own part is seen; a last line has argon2 as it is in
production. A hundred people sign in first, alone in the organisation: if one of 10,000 took more
queries than one of a hundred, the bench fails.

CPU is that of the thread which answers, and of its PostgreSQL process; a provider's part, making
and signing its answer, is left out.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from tests.bench.inside import Counter, database  # isort: skip - sets Django up

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client, override_settings

from accounts.people.models import User
from accounts.sso import services
from accounts.sso.models import ExternalIdentity
from tenants.context import in_tenant
from tests.accounts.sso.conftest import Door, ask, come
from tests.accounts.sso.idp import Idp
from tests.accounts.sso.op import Op, running_op
from tests.bench.machine import cpu_s
from tests.cast import Cast

FEW = 100
_WARM = 3
_ARGON2 = 20
_PASSWORD = "seven-words-of-a-long-phrase"
_PRODUCTION = ["django.contrib.auth.hashers.Argon2PasswordHasher"]


class Measure:
    """What the measured parts of one sign-in after the other cost."""

    def __init__(self) -> None:
        self.cpu_ms: list[float] = []
        self.queries: list[int] = []
        self._backend = {"postgres": [connection.connection.info.backend_pid]}
        self._database_s = cpu_s(self._backend)["postgres"]

    def begin(self) -> None:
        self.cpu_ms.append(0.0)
        self.queries.append(0)

    @contextmanager
    def ours(self) -> Iterator[None]:
        """A part that is our own."""
        counter, began = Counter(), time.thread_time()
        with connection.execute_wrapper(counter):
            yield
        self.cpu_ms[-1] += (time.thread_time() - began) * 1000
        self.queries[-1] += counter.count

    def line(self, people: int, way: str) -> dict[str, Any]:
        count = len(self.cpu_ms)
        database_ms = 1000 * (cpu_s(self._backend)["postgres"] - self._database_s) / count
        return {
            "people": people,
            "way": way,
            "sign_ins": count,
            "queries_median": median(self.queries),
            "queries_most": max(self.queries),
            "cpu_ms_median": round(median(self.cpu_ms), 1),
            "cpu_s": round(sum(self.cpu_ms) / 1000, 1),
            "database_cpu_ms": round(database_ms, 1),
        }


class Nine:
    """An organisation with two providers, whose people come in."""

    def __init__(self, op: Op) -> None:
        cast = Cast()
        self.door, self.op = Door(cast.ana, "okta", Idp()), op
        made = services.add_provider(
            cast.ana.actor,
            kind="oidc",
            slug="op",
            metadata_url=op.issuer,
            trust={"client_id": "client"},
            secret="between us",
        )
        self.providers = [
            self.door.provider,
            services.switch(cast.ana.actor, provider_id=made.id, state="on"),
        ]
        self.people: list[User] = []
        self.ways: dict[str, Callable[[int, Measure], Client]] = {
            "password": self.by_password,
            "saml": self.by_saml,
            "oidc": self.by_oidc,
        }

    def hire(self, until: int) -> None:
        """Have so many people in the organisation, known to both providers."""
        password = make_password(_PASSWORD)
        new = [
            User(email=address(number), name=f"Person {number}", password=password)
            for number in range(len(self.people), until)
        ]
        User.objects.bulk_create(new, batch_size=1000)
        known = [
            ExternalIdentity(provider=provider, user=user, subject=user.email or "")
            for user in new
            for provider in self.providers
        ]
        ExternalIdentity.objects.bulk_create(known, batch_size=1000)
        self.people += new
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE accounts_user, accounts_externalidentity")

    def sign_in(self, way: str, numbers: range) -> dict[str, Any]:
        """So many people come by this way, one after the other."""
        for number in range(_WARM):
            self.one(way, number, Measure())
        measure = Measure()
        for number in numbers:
            self.one(way, number, measure)
        line = measure.line(len(self.people), way)
        print(json.dumps(line), flush=True)
        return line

    def one(self, way: str, number: int, measure: Measure) -> None:
        measure.begin()
        browser = self.ways[way](number, measure)
        assert browser.get("/api/v1/me").json()["email"] == address(number)

    def by_password(self, number: int, measure: Measure) -> Client:
        browser = fresh(number)
        entered = {"login": address(number), "password": _PASSWORD}
        with measure.ours():
            browser.get("/accounts/login/")
            answer = browser.post("/accounts/login/", entered)
        assert answer.status_code == 302
        return browser

    def by_saml(self, number: int, measure: Measure) -> Client:
        browser = fresh(number)
        with measure.ours():
            asked = self.door.ask(browser)
        claims = {"email": [address(number)], "displayName": [f"Person {number}"]}
        answer = self.door.idp.answer(to=asked, name_id=address(number), claims=claims)
        with measure.ours():
            self.door.come(answer, browser)
        return browser

    def by_oidc(self, number: int, measure: Measure) -> Client:
        browser = fresh(number)
        self.op.claims = {"email": address(number), "name": f"Person {number}"}
        self.op.claims["sub"] = address(number)
        self.op.userinfo = {"sub": address(number)}
        with measure.ours():
            state = ask(browser, self.op)["state"]
            come(browser, state=state)
        return browser

    def with_argon2(self) -> None:
        """Some of them again, with what stretching a password costs in production."""
        with override_settings(PASSWORD_HASHERS=_PRODUCTION):
            ids = [user.id for user in self.people[:_ARGON2]]
            User.objects.filter(id__in=ids).update(password=make_password(_PASSWORD))
            measure = Measure()
            for number in range(len(ids)):
                self.one("password", number, measure)
        print(json.dumps(measure.line(len(self.people), "password, argon2")), flush=True)


def address(number: int) -> str:
    return f"person{number}@corp.example"


def fresh(number: int) -> Client:
    """A browser that was never here, at an address of its own."""
    high, low = divmod(number, 250)
    return Client(HTTP_HOST="acme.localhost", REMOTE_ADDR=f"10.9.{high}.{low}")


def main(arguments: list[str]) -> int:
    """Print a line per way and size; 1 where a sign-in takes more queries among many."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--sign-ins", type=int, help="how many of them come (all)")
    chosen = parser.parse_args(arguments)
    with database(), in_tenant("acme"), running_op() as op:
        return _measure(Nine(op), max(chosen.people, FEW), chosen.sign_ins or chosen.people)


def _measure(nine: Nine, people: int, sign_ins: int) -> int:
    each = max(1, min(sign_ins, people) // len(nine.ways))
    nine.hire(FEW)
    few = [nine.sign_in(way, range(min(each, FEW))) for way in nine.ways]
    nine.hire(people)
    many = [
        nine.sign_in(way, range(place * each, (place + 1) * each))
        for place, way in enumerate(nine.ways)
    ]
    nine.with_argon2()
    total = sum(line["sign_ins"] for line in many)
    cpu = round(sum(line["cpu_s"] for line in many), 1)
    print(json.dumps({"people": people, "way": "all", "sign_ins": total, "cpu_s": cpu}))
    grown = [
        line["way"]
        for before, line in zip(few, many, strict=True)
        # The median: now and then a policy is read again, since a second has passed.
        if line["queries_median"] > before["queries_median"]
    ]
    if grown:
        print(f"more queries among {people} than among {FEW}: {', '.join(grown)}", file=sys.stderr)
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
