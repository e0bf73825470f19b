"""A directory sync as identity providers do it: time and queries per call, and in all.

    .venv/bin/python -m tests.bench.directory                       10,000 people, 1,000 groups
    .venv/bin/python -m tests.bench.directory --people 500 --groups 50

Each person is looked for by userName and then made, as Okta and Entra do; each group is made and
filled by PATCH, 100 people at a time; every tenth group holds another. Then what a day brings:
titles change, people leave, come into groups and out of them, and everybody is read page by page.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from django.db import connection
from django.test import Client

from tests.bench.inside import Counter, database

PER_GROUP = 30
_AT_ONCE = 100


class Sync:
    """One sync, phase by phase."""

    def __init__(self, client: Client, people: int, groups: int) -> None:
        self.client, self.people, self.groups = client, people, groups
        self.ids: list[str] = []
        self.group_ids: list[str] = []
        self.lines: list[dict[str, Any]] = []

    def run(self) -> None:
        """All phases, in order."""
        phases = (
            self.make_people,
            self.make_groups,
            self.fill_groups,
            self.change_titles,
            self.move_people,
            self.deactivate,
            self.read_all,
        )
        for phase in phases:
            self.measure(phase)

    def measure(self, phase: Callable[[], Iterator[Any]]) -> None:
        """Time each call of a phase and count its queries."""
        took, queries, began = [], [], time.perf_counter()
        calls = phase()
        while True:
            counter, start = Counter(), time.perf_counter()
            with connection.execute_wrapper(counter):
                done = next(calls, None)
            if done is None:
                break
            took.append((time.perf_counter() - start) * 1000)
            queries.append(counter.count)
        line = {
            "phase": (phase.__doc__ or "").rstrip("."),
            "calls": len(took),
            "seconds": round(time.perf_counter() - began, 1),
            "median_ms": round(median(took), 1),
            "p95_ms": round(sorted(took)[int(len(took) * 0.95)], 1),
            "queries_median": median(queries),
            "queries_most": max(queries),
        }
        self.lines.append(line)
        print(json.dumps(line), flush=True)

    def make_people(self) -> Iterator[Any]:
        """Each person is looked for, then made."""
        for number in range(self.people):
            name = f"person{number}@corp.example"
            found = self.client.get("/scim/v2/Users", {"filter": f'userName eq "{name}"'}).json()
            assert found["totalResults"] == 0
            yield found
            body = {
                "userName": name,
                "displayName": f"Person {number}",
                "externalId": f"ext-{number}",
                "active": True,
                "emails": [{"value": name, "type": "work", "primary": True}],
                "name": {"givenName": "Person", "familyName": str(number)},
            }
            made = self.send("POST", "/Users", body)
            self.ids.append(made["id"])
            yield made

    def make_groups(self) -> Iterator[Any]:
        """Each group is made; every tenth holds the one before."""
        for number in range(self.groups):
            inner = [{"value": self.group_ids[-1]}] if number % 10 == 9 else []
            body = {"displayName": f"Group {number}", "members": inner}
            self.group_ids.append(self.send("POST", "/Groups", body)["id"])
            yield number + 1

    def fill_groups(self) -> Iterator[Any]:
        """Each group is filled by PATCH; the first holds everybody."""
        for number, group_id in enumerate(self.group_ids):
            begin = number * PER_GROUP
            chosen = [self.ids[(begin + i) % len(self.ids)] for i in range(PER_GROUP)]
            chosen = self.ids if number == 0 else chosen
            for start in range(0, len(chosen), _AT_ONCE):
                self.members(group_id, "add", chosen[start : start + _AT_ONCE])
                yield number + 1

    def change_titles(self) -> Iterator[Any]:
        """A tenth of the people get a title."""
        for id_ in self.ids[::10]:
            yield self.patch(f"/Users/{id_}", "replace", "title", "Clerk")

    def move_people(self) -> Iterator[Any]:
        """A twentieth leave a group and come into another."""
        for number, id_ in enumerate(self.ids[::20]):
            yield self.members(self.group_ids[1 + number % (self.groups - 2)], "add", [id_])
            yield self.members(self.group_ids[1 + number % (self.groups - 2)], "remove", [id_])

    def deactivate(self) -> Iterator[Any]:
        """A hundredth are deactivated."""
        for id_ in self.ids[::100]:
            yield self.patch(f"/Users/{id_}", "replace", "active", False)

    def read_all(self) -> Iterator[Any]:
        """Everybody is read, 200 at a time."""
        start = 1
        while True:
            page = self.client.get("/scim/v2/Users", {"startIndex": start, "count": 200}).json()
            yield page
            start += 200
            if start > page["totalResults"]:
                return

    def members(self, group_id: str, op: str, ids: list[str]) -> Any:
        values = [{"value": id_} for id_ in ids]
        query = "?excludedAttributes=members"
        return self.patch(f"/Groups/{group_id}{query}", op, "members", values)

    def patch(self, path: str, op: str, attribute: str, value: Any) -> Any:
        body = {"Operations": [{"op": op, "path": attribute, "value": value}]}
        return self.send("PATCH", path, body)

    def send(self, method: str, path: str, body: Any) -> Any:
        response = self.client.generic(
            method, f"/scim/v2{path}", json.dumps(body).encode(), "application/scim+json"
        )
        assert response.status_code < 300, response.content
        return response.json()


def main() -> None:
    """Run the sync and print a line per phase, then the sum."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--groups", type=int, default=1_000)
    chosen = parser.parse_args()
    with database():
        _measure(chosen.people, chosen.groups)


def _measure(people: int, groups: int) -> None:
    from accounts.scim import views
    from core.limits import Quota
    from tests.accounts.scim.calls import Provider

    # One client as fast as it can is more than the quota of a provider.
    views.QUOTA = Quota("scim", 10_000_000, 1_000_000)
    client = Provider()._client
    sync = Sync(client, people, groups)
    sync.run()
    total = sum(line["seconds"] for line in sync.lines)
    calls = sum(line["calls"] for line in sync.lines)
    print(json.dumps({"phase": "all", "calls": calls, "seconds": round(total, 1)}))


if __name__ == "__main__":
    main()
