"""The embedded servers: started by the first, shared by all, stopped by the last."""

import os
import shutil
import signal
import socket
from pathlib import Path

import psycopg
import pytest
import redis

from launch.account import Account, server_account
from launch.child import is_running
from launch.datadir import DataDir, port_is_free, read_json
from launch.failure import LaunchError
from launch.postgres import Postgres
from launch.servers import servers
from tests.launch.waiting import eventually

pytestmark = pytest.mark.timeout(180)


def test_both_servers_answer_inside_the_block_and_are_gone_after_it(data_dir):
    with servers(data_dir, "test") as found:
        pids = found.pids()
        with psycopg.connect(found.database_url) as database:
            assert database.execute("SELECT 1").fetchone() == (1,)
        assert redis.Redis.from_url(found.redis_url).ping() is True

    assert not any(is_running(pid) for pid in pids.values())
    assert set(pids) == {"postgres", "redis", "keeper"}


def test_data_stays_between_runs(data_dir):
    with servers(data_dir, "test") as found, psycopg.connect(found.database_url) as database:
        database.execute("CREATE TABLE kept (word text)")
        database.execute("INSERT INTO kept VALUES ('seal')")

    with servers(data_dir, "test") as found, psycopg.connect(found.database_url) as database:
        assert database.execute("SELECT word FROM kept").fetchall() == [("seal",)]


def test_the_default_profile_is_durable_and_the_test_profile_is_not(data_dir):
    with servers(data_dir) as found, psycopg.connect(found.database_url) as database:
        assert shown(database, "fsync", "full_page_writes", "synchronous_commit") == ["on"] * 3

    with servers(data_dir, "test") as found, psycopg.connect(found.database_url) as database:
        assert shown(database, "fsync", "full_page_writes", "synchronous_commit") == ["off"] * 3


def test_a_refused_statement_leaves_nothing_of_what_people_wrote_in_the_log(data_dir):
    with servers(data_dir, "test") as found, psycopg.connect(found.database_url) as database:
        database.execute("CREATE TABLE note (text text UNIQUE)")
        database.execute("INSERT INTO note VALUES ('between us')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            database.execute("INSERT INTO note VALUES ('between us')")

    log = (data_dir / "log" / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "between us" not in log


def test_text_search_and_trigrams_know_letters_beyond_ascii(data_dir):
    with servers(data_dir, "test") as found, psycopg.connect(found.database_url) as database:
        for extension in ("pg_trgm", "unaccent", "btree_gin"):
            database.execute(f"CREATE EXTENSION {extension}")
        words = "SELECT tsvector_to_array(to_tsvector('simple', 'Größe ΣΙΓΜΑ'))"
        assert sorted(database.execute(words).fetchone()[0]) == ["größe", "σιγμα"]
        assert database.execute("SELECT similarity('日本語', '日本')").fetchone()[0] > 0
        assert database.execute("SELECT unaccent('Zürich')").fetchone() == ("Zurich",)


def test_the_servers_want_a_password_and_listen_on_loopback_only(data_dir):
    with servers(data_dir, "test") as found:
        without = psycopg.conninfo.make_conninfo(found.database_url, password="guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(without)
        _, _, port = found.redis_url.partition("@127.0.0.1:")
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=int(port.partition("/")[0])).ping()
        with psycopg.connect(found.database_url) as database:
            assert shown(database, "listen_addresses") == ["127.0.0.1"]
            assert database.execute("SELECT current_setting('is_superuser')").fetchone() == ("off",)


def test_passwords_can_be_read_by_their_owner_only(data_dir):
    with servers(data_dir, "test"):
        private = [data_dir / "run" / name for name in ("postgres.secret", "redis.secret")]
        private += [data_dir / "run" / "servers.json"]
        assert [file.stat().st_mode & 0o777 for file in private] == [0o600] * 3
        assert (data_dir / "run").stat().st_mode & 0o777 == 0o700


def test_a_second_process_joins_and_the_last_one_out_stops_them(data_dir, holder):
    other = holder()

    with servers(data_dir, "test") as found:
        assert found.database_url == other.database_url
        pids = found.pids()
        other.leave()
        assert all(is_running(pid) for pid in pids.values())

    assert not any(is_running(pid) for pid in pids.values())


def test_the_servers_outlive_their_starter_while_somebody_else_needs_them(data_dir, holder):
    starter = holder()
    with servers(data_dir, "test") as found:
        starter.kill()

        with psycopg.connect(found.database_url) as database:
            assert database.execute("SELECT 1").fetchone() == (1,)


def test_a_starter_that_is_killed_leaves_nothing_running(data_dir, holder):
    starter = holder()
    pids = [
        part["pid"]
        for part in read_json(data_dir / "run" / "servers.json").values()
        if "pid" in part
    ]
    assert len(pids) == 3

    starter.kill()

    assert eventually(lambda: not any(is_running(pid) for pid in pids))


def test_a_keeper_that_is_killed_takes_the_servers_along_and_they_can_be_brought_back(data_dir):
    with servers(data_dir, "test") as found:
        pids = found.pids()
        os.kill(pids["keeper"], signal.SIGKILL)
        assert eventually(lambda: not any(is_running(pid) for pid in pids.values()))

        assert found.ensure() is True

        with psycopg.connect(found.database_url) as database:
            assert database.execute("SELECT 1").fetchone() == (1,)
        assert found.ensure() is False


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_a_server_that_is_killed_comes_back_at_the_same_address(data_dir, name):
    with servers(data_dir, "test") as found:
        before = found.pids()
        os.kill(before[name], signal.SIGKILL)

        assert eventually(lambda: found.pids().get(name, before[name]) != before[name])

        with psycopg.connect(found.database_url) as database:
            assert database.execute("SELECT 1").fetchone() == (1,)
        assert redis.Redis.from_url(found.redis_url).ping() is True


def test_a_pid_file_whose_number_another_process_has_by_now_is_no_obstacle(data_dir):
    with servers(data_dir, "test"):
        pass
    cluster = data_dir / "postgres"
    (cluster / "postmaster.pid").write_text(f"{os.getppid()}\n{cluster}\n0\n1\n\n\n0 0\nready\n")

    with servers(data_dir, "test") as found, psycopg.connect(found.database_url) as database:
        assert database.execute("SELECT 1").fetchone() == (1,)


def test_a_port_taken_meanwhile_is_replaced(data_dir):
    with servers(data_dir, "test"):
        pass
    port = int((data_dir / "run" / "postgres.port").read_text())
    with socket.create_server(("127.0.0.1", port)):
        assert not port_is_free(port)

        with servers(data_dir, "test") as found, psycopg.connect(found.database_url) as database:
            assert shown(database, "port") != [str(port)]


def test_servers_named_outside_are_used_and_none_is_started(data_dir, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/chancery")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")

    with servers(data_dir, "test") as found:
        assert found.database_url == "postgresql://elsewhere/chancery"
        assert found.redis_url == "redis://elsewhere/0"
        assert found.pids() == {}
    assert list(data_dir.iterdir()) == []


def test_with_only_redis_outside_only_postgres_is_started(data_dir, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")

    with servers(data_dir, "test") as found:
        assert found.redis_url == "redis://elsewhere/0"
        assert set(found.pids()) == {"postgres", "keeper"}


@pytest.mark.parametrize("damage", ["foreign", "version", "control", "file", "no_folder"])
def test_a_broken_data_directory_is_one_clear_sentence(data_dir, damage):
    sentence = DAMAGES[damage](data_dir)

    with (
        pytest.raises(LaunchError, match=sentence) as refused,
        servers(broken(data_dir, damage), "test"),
    ):
        pass

    assert "\n" not in str(refused.value)
    assert str(data_dir) in str(refused.value)


def _foreign(data_dir: Path) -> str:
    (data_dir / "postgres").mkdir()
    (data_dir / "postgres" / "letters").touch()
    return "is not a PostgreSQL data directory"


def _version(data_dir: Path) -> str:
    (data_dir / "postgres").mkdir()
    (data_dir / "postgres" / "PG_VERSION").write_text("9\n")
    return "was made by PostgreSQL 9, but 1[0-9] is what runs here"


def _control(data_dir: Path) -> str:
    with servers(data_dir, "test"):
        pass
    (data_dir / "postgres" / "global" / "pg_control").write_bytes(b"\0" * 8192)
    return "PostgreSQL could not start on"


def _file(data_dir: Path) -> str:
    (data_dir / "letters").touch()
    return "is not a folder"


def _no_folder(data_dir: Path) -> str:
    (data_dir / "run").touch()
    return "is not a folder"


def broken(data_dir: Path, damage: str) -> Path:
    return data_dir / "letters" if damage == "file" else data_dir


DAMAGES = {
    "foreign": _foreign,
    "version": _version,
    "control": _control,
    "file": _file,
    "no_folder": _no_folder,
}


def test_a_full_disk_is_one_clear_sentence(data_dir, monkeypatch):
    usage = shutil.disk_usage(data_dir)._replace(free=99 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)

    with pytest.raises(LaunchError, match=r"^The disk of .* is full \(99 MB are free, 100 MB"):
        DataDir.prepare(data_dir)


def test_shared_memory_closed_to_the_server_is_no_obstacle(data_dir, monkeypatch):
    monkeypatch.setattr(Account, "can_write", lambda self, folder: False)
    (data_dir / "postgres").mkdir()
    cluster = Postgres(data_dir, profile="test", account=server_account(), password="none")

    cluster._configure(5432)

    written = (data_dir / "postgres" / "postgresql.conf").read_text()
    assert "dynamic_shared_memory_type = mmap\n" in written


def test_two_profiles_cannot_share_a_data_directory_at_once(data_dir, holder):
    holder()

    with (
        pytest.raises(LaunchError, match="run with the profile 'test', not 'default'"),
        servers(data_dir),
    ):
        pass


def shown(database: psycopg.Connection, *names: str) -> list[str]:
    return [database.execute(f"SHOW {name}").fetchone()[0] for name in names]
