"""Real PostgreSQL and Redis for all tests, two organisations with their people, and fast resets.

What a test asks for decides what it gets:

    cast           the people; their test runs in a transaction that is rolled back
    in_acme        the same, and the code of the test runs inside acme (`in_globex`, `in_operators`)
    real_commits   together with `cast`: commits are real and seen by other threads and processes;
                   afterwards what it wrote is undone
    db             a rolled-back transaction without anything else

The servers live in `var/test` (CHANCERY_TEST_DIR) and are shared by all processes of a run, and by
runs at the same time; each process has a PostgreSQL database and a Redis database of its own.
"""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from _pytest.nodeid import coerce_node_id
from hypothesis import HealthCheck, settings

from tests.environment import set_up_django, tear_down

_server_url = set_up_django()

from django.utils import translation  # noqa: E402

from accounts.policies import selectors  # noqa: E402 - Django had to be set up first
from accounts.policies.selectors import forget  # noqa: E402
from core.limits import default_limiter  # noqa: E402
from tenants import hosts  # noqa: E402
from tenants.context import OPERATORS, in_tenant  # noqa: E402
from tenants.hosts import forget_hosts  # noqa: E402
from tests.cast import Cast  # noqa: E402
from tests.database import Contents, Databases  # noqa: E402
from tests.names import know_localhost  # noqa: E402
from tests.valkey import Valkey  # noqa: E402

know_localhost()

_SEEN_ONCE_IS_ENOUGH = {"races", "isolation", "core", "events"}
"""Folders whose tests never get a second try: a leak or a lost message seen once is one."""

# A run says the same as the one before it, however busy the machine is. To look for what nobody
# has thought of yet: `--hypothesis-profile=search`.
_CALM = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("search", **_CALM, max_examples=1000)
settings.register_profile("chancery", **_CALM, derandomize=True, database=None)
settings.load_profile("chancery")


def pytest_unconfigure() -> None:
    tear_down()


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker is not None and marker.kwargs.get("transaction"):
            raise pytest.UsageError(f"{item.nodeid}: use the fixture real_commits instead")
        if _SEEN_ONCE_IS_ENOUGH.intersection(item.nodeid.split("/")):
            item.add_marker(pytest.mark.flaky(reruns=0))
    yield
    for item in items:
        # pytest-xdist 3.8 names the group in an attribute that pytest 9.2 reads no more: without
        # this, tests of one group start a product of their own in each process.
        if grouped := vars(item).get("_nodeid"):
            item._id = coerce_node_id(grouped)


class _Copy:
    """The database that this process tests in."""

    def __init__(self) -> None:
        self._databases = Databases(_server_url)
        self._name = self._databases.open_copy()
        self._contents: Contents | None = None

    def remember(self) -> None:
        """Look at what is there before the first test that commits."""
        if self._contents is None:
            self._contents = self._databases.contents(self._name)

    def restore(self) -> None:
        """Undo what a test committed."""
        assert self._contents is not None
        name = self._databases.restore(self._name, self._contents)
        if name != self._name:
            self._name, self._contents = name, None

    def drop(self) -> None:
        self._databases.drop(self._name)


@pytest.fixture(scope="session")
def _copy(django_db_blocker) -> Iterator[_Copy]:
    with django_db_blocker.unblock():
        copy = _Copy()
        yield copy
        copy.drop()


@pytest.fixture(scope="session")
def django_db_setup(_copy: _Copy) -> None:
    """Take the place of pytest-django's own set-up."""


@pytest.fixture
def real_commits(_copy: _Copy, django_db_blocker) -> Iterator[None]:
    """Let the test commit, from as many threads as it likes; undo it all afterwards."""
    with django_db_blocker.unblock():
        _copy.remember()
        try:
            yield
        finally:
            _copy.restore()


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hosts and policies are cached per process, and outlive the transaction that made them; the
    language of the test client's last request stays in the thread.

    Within a test nothing is asked twice: a second that passes on a busy machine is no query more.
    """
    monkeypatch.setattr(selectors, "LOCAL_S", 60.0)
    monkeypatch.setattr(hosts, "CACHE_S", 60.0)
    forget_hosts()
    forget()
    default_limiter.cache_clear()
    translation.deactivate()
    yield
    forget_hosts()
    forget()


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A server that no other test uses, to be stopped and started at will."""
    server = Valkey(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def clean_redis() -> None:
    """Empty this process's Redis database: cache, limits and queues of earlier tests."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def cast(request: pytest.FixtureRequest, clean_redis: None) -> Cast:
    wants_commits = "real_commits" in request.fixturenames
    request.getfixturevalue("real_commits" if wants_commits else "db")
    return Cast()


@pytest.fixture
def in_acme(cast: Cast) -> Iterator[str]:
    with in_tenant("acme") as slug:
        yield slug


@pytest.fixture
def in_globex(cast: Cast) -> Iterator[str]:
    with in_tenant("globex") as slug:
        yield slug


@pytest.fixture
def in_operators(cast: Cast) -> Iterator[str]:
    with in_tenant(OPERATORS) as slug:
        yield slug
