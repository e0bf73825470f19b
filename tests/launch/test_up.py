"""`make up` as a person runs it: up, in use, stopped, killed, up again."""

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from launch.child import is_running
from launch.datadir import ROOT, read_json
from launch.failure import LaunchError
from launch.outside import refuse_unusable, refuse_version
from launch.servers import Servers, servers
from launch.up import compiled, welcome
from tests.launch.places import descendants, free_port, without_servers
from tests.launch.waiting import eventually

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("up")]
START_S = 120  # on a busy machine; by itself it is a tenth of that


class Product:
    """`make up` without make's set-up, which the tests have had already."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.port = free_port()
        self.data_dir = data_dir
        self.output = data_dir / "said"
        self._said_before = self._runs() if self.output.exists() else 0
        with self.output.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "launch.up"],
                cwd=ROOT,
                env=without_servers()
                | {"PORT": str(self.port), "CHANCERY_DATA_DIR": str(data_dir)}
                | environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    def said(self) -> str:
        return self.output.read_text()

    def _runs(self) -> int:
        return self.said().count("Chancery runs.")

    def is_up(self) -> bool:
        return eventually(
            lambda: self._runs() > self._said_before or self.process.poll() is not None,
            within_s=START_S,
        ) and (self.process.poll() is None)

    def status(self, host: str, path: str) -> int:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Host": f"{host}:{self.port}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code

    def answers(self) -> bool:
        try:
            return self.status("localhost", "/healthz") == 200
        except OSError:
            return False

    def pids(self) -> list[int]:
        """Everything that runs because of it, the embedded servers included."""
        keeper = (read_json(self.data_dir / "run" / "servers.json") or {})["keeper"]["pid"]
        return [*descendants(self.process.pid), keeper, *descendants(keeper)]

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@pytest.fixture
def up(data_dir: Path) -> Iterator[Callable[..., Product]]:
    started: list[Product] = []

    def start(**environment: str) -> Product:
        started.append(Product(data_dir, **environment))
        return started[-1]

    yield start
    for product in started:
        product.stop()


def test_it_comes_up_serves_stops_and_keeps_its_data(up):
    product = up()
    assert product.is_up(), product.said()
    for words in (f"http://acme.localhost:{product.port}/", "ana@acme.example", "chancery-demo"):
        assert words in product.said()
    assert product.status("localhost", "/healthz") == 200
    assert product.status("localhost", "/readyz") == 200
    assert product.status("localhost", "/") == 200
    assert product.status("acme.localhost", "/accounts/login/") == 200
    assert product.status("nobody.localhost", "/") == 404
    pids = product.pids()
    assert len(pids) > 5

    assert product.stop() == 0

    assert not any(is_running(pid) for pid in pids)
    assert "acme: created" in product.said()

    again = up()
    assert again.is_up(), again.said()
    assert again.said().count("acme: created") == 1


def test_killed_outright_it_leaves_nothing_running_and_comes_up_again(up):
    product = up()
    assert product.is_up(), product.said()
    pids = product.pids()

    os.kill(product.process.pid, signal.SIGKILL)
    product.process.wait(20)

    assert eventually(lambda: not any(is_running(pid) for pid in pids), within_s=40)
    again = up()
    assert again.is_up(), again.said()


def test_each_process_that_is_killed_comes_back(up):
    product = up()
    assert product.is_up(), product.said()

    for what in ("-m launch.preload", "-m uvicorn", "manage.py relay", "-m celery"):
        assert comes_back(product, what), (what, product.said())

    assert eventually(product.answers, within_s=60), product.said()


def comes_back(product: Product, what: str) -> bool:
    """Kill a process of the product; tell whether there is another in its place soon."""
    assert eventually(lambda: running(product, what) is not None), what
    before = running(product, what)
    os.kill(before, signal.SIGKILL)
    return eventually(lambda: running(product, what) not in (None, before), within_s=60)


def running(product: Product, what: str) -> int | None:
    """The first process of the product whose command line says so."""
    for pid in descendants(product.process.pid):
        with suppress(OSError):
            if what in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "):
                return pid
    return None


def test_several_web_processes_can_serve(up):
    product = up(CHANCERY_WEB_WORKERS="2")

    assert product.is_up(), product.said()

    assert product.status("localhost", "/readyz") == 200


def test_a_second_one_is_refused_and_the_first_goes_on(up):
    product = up()
    assert product.is_up(), product.said()

    second = up()
    assert second.process.wait(START_S) == 1

    assert f"Chancery runs on {product.data_dir} already" in second.said()
    assert product.status("localhost", "/healthz") == 200


def test_manage_py_talks_to_the_servers_that_run(up):
    product = up()
    assert product.is_up(), product.said()

    made = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "create_token",
            "--tenant",
            "acme",
            "--user",
            "ana@acme.example",
        ],
        cwd=ROOT,
        env=without_servers() | {"CHANCERY_DATA_DIR": str(product.data_dir)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    token = made.stdout.split()[-1]
    request = urllib.request.Request(
        f"http://127.0.0.1:{product.port}/api/v1/me",
        headers={"Host": "acme.localhost", "Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert b"ana@acme.example" in answer.read()


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("CHANCERY_DEMO_EXPORT", "/nowhere/export.zip", "which is no file"),
        ("CHANCERY_WEB_WORKERS", "many", "give a number of processes"),
        ("PORT", "none", "give a number from 1 to 65535"),
        ("PORT", "²", "give a number from 1 to 65535"),
        ("CHANCERY_ROOT_DOMAIN", "chat..example", "set it to a bare domain such as"),
        ("CHANCERY_ROOT_DOMAIN", "127.0.0.1", "set it to a bare domain such as"),
        ("CHANCERY_HTTP_THREADS", "²", "set it to a whole number"),
        ("DATABASE_URL", "mysql://a:hidden@127.0.0.1/x", "must begin with postgresql://"),
        ("DATABASE_URL", "postgresql://a:hidden@127.0.0.1:x/x", "is no address"),
        ("DATABASE_URL", "postgresql://a:hidden@127.0.0.1:1/x", "127.0.0.1:1 cannot be reached"),
        ("REDIS_URL", "http://:hidden@127.0.0.1:1/0", "must begin with redis://"),
        ("REDIS_URL", "redis://:hidden@127.0.0.1:1/0", "127.0.0.1:1 cannot be reached"),
    ],
)
def test_a_variable_that_makes_no_sense_is_one_sentence(up, variable, value, sentence):
    product = up(**{variable: value})

    assert product.process.wait(START_S) == 1

    assert_is_one_sentence(product.said(), sentence)


def assert_is_one_sentence(said: str, words: str) -> None:
    assert words in said
    assert "hidden" not in said
    assert len(said.splitlines()) == 1, said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("DATABASE_URL", ":[^:@]*@", ":hidden@"), "correct the name and the password"),
        (("DATABASE_URL", "/chancery$", "/other"), 'database "other" does not exist'),
        (("REDIS_URL", ":[^:@]*@", ":hidden@"), "wants another password"),
        (("REDIS_URL", ":[^:@]*@", ""), "wants another password"),
        (("REDIS_URL", "/0$", "/9999"), "does not answer as Redis does"),
    ],
)
def test_servers_that_do_not_let_us_in_are_one_sentence(data_dir, change, words):
    name, old, new = change
    with servers(data_dir, "test") as found:
        urls = {"DATABASE_URL": found.database_url, "REDIS_URL": found.redis_url}
        urls[name] = re.sub(old, new, urls[name])
        with pytest.raises(LaunchError) as refused:
            refuse_unusable(urls)

    assert_is_one_sentence(str(refused.value), words)


def test_a_role_that_may_make_no_schemas_is_one_sentence(data_dir):
    with servers(data_dir, "test") as found:
        with psycopg.connect(found.database_url) as connection:
            connection.execute("REVOKE CREATE ON DATABASE chancery FROM chancery")
        with pytest.raises(LaunchError) as refused:
            refuse_unusable({"DATABASE_URL": found.database_url})
        with psycopg.connect(found.database_url) as connection:
            connection.execute("REVOKE CREATE ON SCHEMA public FROM pg_database_owner")
        migrated = manage(found, "migrate")

    words = "the role chancery may not create schemas in the database chancery: make it the owner"
    assert_is_one_sentence(str(refused.value), words)
    assert migrated.returncode == 1
    assert_is_one_sentence(migrated.stderr, "make its role the owner of its database")


def test_a_postgresql_that_is_too_old_is_one_sentence():
    refuse_version(150_000, "postgresql://a:hidden@db.example/x")
    with pytest.raises(LaunchError) as refused:
        refuse_version(140_013, "postgresql://a:hidden@db.example/x")

    words = "PostgreSQL at db.example is version 14: use version 15 or newer."
    assert_is_one_sentence(str(refused.value), words)


def test_a_command_on_a_database_that_holds_nothing_yet_ends_with_a_sentence(data_dir):
    with servers(data_dir, "test") as found:
        refused = manage(found, "import_slack", "--tenant", "acme", "export.zip")

    assert refused.returncode == 1
    assert_is_one_sentence(refused.stderr, "holds no Chancery yet: run `manage.py migrate`")


def manage(found: Servers, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a management command on these servers."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=without_servers() | found.environment(),
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )


PROGRAMS = {
    "migrate": ["manage.py", "migrate"],
    "web": ["-m", "uvicorn", "config.asgi:application"],
    "worker": ["-m", "celery", "-A", "config", "--quiet", "worker"],
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_end_with_a_sentence_for_settings_that_make_no_sense(data_dir, name):
    refused = subprocess.run(
        [sys.executable, *PROGRAMS[name]],
        cwd=ROOT,
        env=without_servers()
        | {"CHANCERY_DATA_DIR": str(data_dir), "REDIS_URL": "redis://127.0.0.1:1/0"}
        | {"DATABASE_URL": "mysql://a:hidden@127.0.0.1/x"},
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )

    assert refused.returncode == 1
    assert_is_one_sentence(refused.stderr, "DATABASE_URL must begin with postgresql://")


def test_a_command_without_its_database_ends_with_a_sentence(data_dir):
    refused = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=ROOT,
        env=without_servers()
        | {"CHANCERY_DATA_DIR": str(data_dir), "REDIS_URL": "redis://127.0.0.1:1/0"}
        | {"DATABASE_URL": "postgresql://a:hidden@127.0.0.1:1/x"},
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )

    assert refused.returncode == 1
    assert_is_one_sentence(refused.stderr, "127.0.0.1:1 cannot be reached (Connection refused)")


def test_where_compiled_sources_are_not_wanted_beside_the_sources_they_are_kept_apart(tmp_path):
    given = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": str(tmp_path)}

    for environment in (given, given | compiled(given)):
        kept_before = list(tmp_path.rglob("failure.*.pyc"))
        subprocess.run(
            [sys.executable, "-c", "import launch.failure"], cwd=ROOT, env=environment, check=True
        )

    assert kept_before == []
    assert len(list(tmp_path.rglob("failure.*.pyc"))) == 1
    assert compiled({}) == {}


def test_a_variable_that_is_set_to_nothing_is_as_one_that_is_not_set():
    empty = dict.fromkeys(("CHANCERY_ROOT_DOMAIN", "CHANCERY_DEMO_PASSWORD", "DATABASE_URL"), "")

    assert welcome(8000, empty) == welcome(8000, {})
