"""What comes from outside, settings and servers: one sentence on what is wrong with it."""

import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from launch.failure import LaunchError

CONNECT_WITHIN_S = 5
OLDEST_POSTGRESQL = 15


def end_in_a_sentence() -> None:
    """Have this process end with a sentence, not a traceback, for what its operator has to mend."""
    traceback_of = sys.excepthook

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sentence = _sentence_for(error)
        if sentence is None:
            traceback_of(kind, error, trace)
        else:
            print(sentence, file=sys.stderr)

    sys.excepthook = tell


def refuse_settings() -> None:
    """Raise LaunchError when the environment holds what no settings can be made of."""
    from django.core.exceptions import ImproperlyConfigured

    try:
        import_module("config.settings")
    except ImproperlyConfigured as wrong:
        raise LaunchError(str(wrong)) from None


def refuse_unusable(environ: Mapping[str, str]) -> None:
    """Raise LaunchError unless each server that the environment names lets us in."""
    if environ.get("DATABASE_URL"):
        check_database(environ["DATABASE_URL"])
    if environ.get("REDIS_URL"):
        check_redis(environ["REDIS_URL"])


def check_database(url: str) -> None:
    """Raise LaunchError unless PostgreSQL lets us in, is new enough, and lets us make schemas."""
    # Both drivers take a fifth of a second to import, which few starts have to pay.
    import psycopg

    settings = import_module("config.settings.environment").database_at(url)
    options = settings["OPTIONS"] | {"connect_timeout": CONNECT_WITHIN_S}
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
    where = {ours: settings[theirs] for theirs, ours in (names | {"PORT": "port"}).items()}
    try:
        with psycopg.connect(**{k: v for k, v in where.items() if v}, **options) as connection:
            refuse_version(connection.info.server_version, url)
            _refuse_rights(connection, url)
    except psycopg.OperationalError as error:
        raise LaunchError(of_database(str(error), url)) from None
    except psycopg.Error as error:
        raise LaunchError(f"DATABASE_URL cannot be read: {_first_line(str(error))}.") from None


def refuse_version(number: int, url: str) -> None:
    """Raise LaunchError where PostgreSQL, by its number such as 150004, is too old."""
    if number < OLDEST_POSTGRESQL * 10_000:
        raise LaunchError(
            f"DATABASE_URL: PostgreSQL at {_place(url)} is version {number // 10_000}:"
            f" use version {OLDEST_POSTGRESQL} or newer."
        )


def _refuse_rights(connection: Any, url: str) -> None:
    """Raise LaunchError where we may not make an organisation's schema, or the shared tables."""
    role, database, may = connection.execute(
        "SELECT current_user, current_database(),"
        " has_database_privilege(current_database(), 'CREATE')"
        " AND has_schema_privilege('public', 'CREATE')"
    ).fetchone()
    if not may:
        raise LaunchError(
            f"DATABASE_URL: at {_place(url)} the role {role} may not create schemas in the database"
            f" {database}: make it the owner (ALTER DATABASE {database} OWNER TO {role})."
        )


def check_redis(url: str) -> None:
    """Raise LaunchError unless Redis answers at this address and takes our password."""
    import redis

    try:
        with redis.Redis.from_url(
            url, socket_connect_timeout=CONNECT_WITHIN_S, socket_timeout=CONNECT_WITHIN_S
        ) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise LaunchError(of_redis(error, url)) from None


def of_database(said: str, url: str) -> str:
    """Return the sentence for what the driver said when it could not connect."""
    reason = _first_line(said)
    for prefix in ("connection failed: ", "connection is bad: "):
        reason = reason.removeprefix(prefix)
    _, is_servers_own, by_server = reason.partition("FATAL:  ")
    if is_servers_own:
        return (
            f"DATABASE_URL: PostgreSQL at {_place(url)} refuses ({by_server}): {_mend(by_server)}."
        )
    if "no password supplied" in reason:
        return f"DATABASE_URL: PostgreSQL at {_place(url)} wants a password: put it into it."
    reason = reason.rpartition("failed: ")[2]
    return (
        f"DATABASE_URL: PostgreSQL at {_place(url)} cannot be reached ({reason}):"
        " start it, or correct the address."
    )


def _mend(refusal: str) -> str:
    if refusal.startswith("database") and refusal.endswith("does not exist"):
        return "create that database (CREATE DATABASE … OWNER …), or correct the name in it"
    if any(word in refusal for word in ("password", "role", "authentication", "pg_hba")):
        return "correct the name and the password in it"
    return "try again once it takes connections"


def of_redis(error: Exception, url: str) -> str:
    """Return the sentence for what Redis, or the way to it, objects to."""
    import redis

    if isinstance(error, redis.AuthenticationError):
        return (
            f"REDIS_URL: Redis at {_place(url)} wants another password"
            f" ({_first_line(str(error))}): set it as redis://:password@host:6379/0."
        )
    if isinstance(error, redis.ConnectionError | redis.TimeoutError):
        return (
            f"REDIS_URL: Redis at {_place(url)} cannot be reached ({_first_line(str(error))}):"
            " start it, or correct the address."
        )
    return f"REDIS_URL: {_place(url)} does not answer as Redis does ({_first_line(str(error))})."


def _sentence_for(error: BaseException) -> str | None:
    """What is to be said about settings, and about PostgreSQL where it lets us not in or not do."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError

    if isinstance(error, ImproperlyConfigured | CommandError):
        return str(error)
    if (driver := sys.modules.get("psycopg")) is None:
        return None
    for cause in _causes(error):
        if isinstance(cause, driver.Error):
            return _of_driver(cause, driver.errors)
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, then each that led to it: Django wraps the driver's, at times twice."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _of_driver(error: Any, errors: Any) -> str | None:
    """What is to be said where PostgreSQL lets us not in, lets us not do, or holds nothing yet."""
    url = os.environ.get("DATABASE_URL", "")
    if isinstance(error, errors.OperationalError) and error.sqlstate is None:
        return of_database(str(error), url)
    if isinstance(error, errors.InsufficientPrivilege):
        return (
            f"DATABASE_URL: PostgreSQL at {_place(url)} refuses ({_first_line(str(error))}):"
            " make its role the owner of its database (ALTER DATABASE … OWNER TO …)."
        )
    if isinstance(error, errors.UndefinedTable) and '"tenants_' in _first_line(str(error)):
        return (
            f"DATABASE_URL: the database at {_place(url)} holds no Chancery yet:"
            " run `manage.py migrate`, or correct the address or CHANCERY_DATA_DIR."
        )
    return None


def _place(url: str) -> str:
    """The address without what is secret in it."""
    return urlsplit(url).netloc.rpartition("@")[2] or urlsplit(url).path


def _first_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0].strip().rstrip(".") if lines else "it said nothing"
