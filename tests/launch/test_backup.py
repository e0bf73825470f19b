"""A dump of the database, put into an empty one, is the same installation."""

import re
import subprocess
from collections.abc import Iterator
from urllib.parse import urlunsplit

import psycopg
import pytest
from django.db import connection, connections
from psycopg import sql

from launch.account import Account
from launch.datadir import ROOT
from launch.postgres import find_binaries
from tests.cast import Cast
from tests.messaging.places import make_channel, make_message

DUMP = ("pg_dump", "--format=custom")
RESTORE = ("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction")

CASTS = re.compile(r"::(text|character varying)(\[\])?|[()]")
"""A list of words is printed with other casts once it was read from a dump."""


def run(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [find_binaries(Account()).program(program), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def url_of(database: str) -> str:
    at = connection.settings_dict
    place = f"{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}"
    return urlunsplit(("postgresql", place, f"/{database}", "", ""))


def all_of(url: str) -> list[str]:
    """Everything in a database as text; newer versions frame it by lines of their own at random."""
    lines = run("pg_dump", "--no-owner", url).splitlines()
    own = [line for line in lines if not line.startswith(("\\restrict", "\\unrestrict"))]
    return [CASTS.sub("", line) if "= ANY (" in line else line for line in own]


@pytest.fixture
def empty(cast: Cast, real_commits: None) -> Iterator[str]:
    name = f"{connection.settings_dict['NAME']}_restored"
    with psycopg.connect(url_of("postgres"), autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
        )
        yield url_of(name)
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_what_was_dumped_comes_back_whole(cast, real_commits, empty, tmp_path):
    make_message(make_channel(cast.ana, cast.bo, name="kept"), cast.ana, "Kept over a restore")
    connections.close_all()
    before = url_of(connection.settings_dict["NAME"])
    dump = str(tmp_path / "chancery.dump")

    run(*DUMP, f"--file={dump}", before)
    run(*RESTORE, f"--dbname={empty}", dump)

    assert "Kept over a restore" in "\n".join(all_of(empty))
    assert all_of(empty) == all_of(before)


def test_the_page_says_the_same():
    page = (ROOT / "docs" / "operate" / "backup.md").read_text()

    assert " ".join(DUMP) in page
    assert " ".join(RESTORE) in page
