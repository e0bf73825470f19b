"""Reads the environment, and refuses a start that would be unsafe with a sentence that helps."""

import os
import re
import secrets
from pathlib import Path
from typing import NoReturn
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent.parent

ENVIRONMENTS = ("development", "test", "production")

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)*(?=[a-z0-9-]*[a-z]){_LABEL}")
_MOST_OF_DOMAIN = 189
"""A tenant's name of 63 letters and a dot come before it, and 253 letters are the most."""


def text(name: str, default: str = "") -> str:
    """A variable's value; an empty one counts as not set."""
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int) -> int:
    """A variable that must be a whole number."""
    value = text(name, str(default))
    if not _WHOLE_NUMBER.fullmatch(value):
        refuse(f"{name} is {value!r}; set it to a whole number, or leave it out for {default}.")
    return int(value)


def flag(name: str, *, default: bool = False) -> bool:
    """A variable that is on with 1, true, yes or on."""
    return text(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def refuse(sentence: str) -> NoReturn:
    """End the start with one sentence that says what to set."""
    raise ImproperlyConfigured(sentence)


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """A variable with few values; the first is what it is when left out."""
    value = text(name, choices[0]).lower()
    if value not in choices:
        refuse(f"{name} is {value!r}; set it to one of {', '.join(choices)}.")
    return value


def metrics_dir() -> None:
    """Make the directory in which processes add up metrics, before any metric looks for it."""
    if directory := text("PROMETHEUS_MULTIPROC_DIR"):
        try:
            Path(directory).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            refuse(
                f"PROMETHEUS_MULTIPROC_DIR is {directory!r}, which cannot be made"
                f" ({error.strerror}); set it to a directory that this process may write,"
                " or leave it out."
            )
    else:
        os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)  # Its library asks only whether it is set.


def clamd() -> str:
    """Where the virus scanner listens; empty for none."""
    value = text("CHANCERY_CLAMD")
    kind, _, where = value.partition(":")
    port = where.rpartition(":")[2]
    if value and not (kind == "unix" and where) and not (kind == "tcp" and port.isdigit()):
        refuse(
            f"CHANCERY_CLAMD is {value!r}; set it to unix:/path/to/clamd.ctl or tcp:host:3310,"
            " or leave it out to have no files scanned."
        )
    return value


def environment_name() -> str:
    """Which of the three kinds of environment this is."""
    name = text("CHANCERY_ENV", "development")
    if name not in ENVIRONMENTS:
        refuse(f"CHANCERY_ENV is {name!r}; set it to one of {', '.join(ENVIRONMENTS)}.")
    return name


def root_domain() -> str:
    """The domain below which every tenant has its host name."""
    domain = text("CHANCERY_ROOT_DOMAIN", "localhost").lower()
    if len(domain) > _MOST_OF_DOMAIN or not _DOMAIN.fullmatch(domain):
        refuse(
            f"CHANCERY_ROOT_DOMAIN is {domain!r}; set it to a bare domain such as chat.example.com,"
            " without scheme, port or asterisk (letters of other scripts as xn--…)."
            " Its sub-domains are allowed by themselves."
        )
    return domain


def data_dir() -> Path:
    """Where files, and the servers that Chancery starts itself, keep their data."""
    return Path(text("CHANCERY_DATA_DIR", str(ROOT / "var"))).resolve()


def secret_key(kind: str) -> str:
    """The key that signs cookies and links; only development makes one up."""
    key = text("CHANCERY_SECRET_KEY")
    if kind == "production":
        if not _is_strong(key):
            refuse(
                "CHANCERY_SECRET_KEY must be set to at least 50 random characters in production;"
                " make one with: python -c 'import secrets; print(secrets.token_urlsafe(64))'"
            )
        return key
    return key or _kept_key(data_dir() / "secret_key")


def old_secret_keys(kind: str) -> list[str]:
    """Keys that were replaced: what they signed and sealed still counts."""
    keys = text("CHANCERY_OLD_SECRET_KEYS").split()
    if kind == "production" and not all(_is_strong(key) for key in keys):
        refuse(
            "Each key in CHANCERY_OLD_SECRET_KEYS must have at least 50 random characters, since"
            " whoever guesses one signs in as anybody; leave others out."
        )
    return keys


def _is_strong(key: str) -> bool:
    return len(key) >= 50 and len(set(key)) >= 5


def _kept_key(path: Path) -> str:
    """A key that survives restarts, readable by its owner alone."""
    try:
        return path.read_text().strip() or _make_key(path)
    except FileNotFoundError:
        return _make_key(path)
    except OSError as wrong:
        refuse(f"{path} cannot be read ({wrong.strerror}); set CHANCERY_SECRET_KEY instead.")


def _make_key(path: Path) -> str:
    key = secrets.token_urlsafe(64)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    except OSError:
        # A read-only checkout can still run commands that need no lasting key.
        return key
    with os.fdopen(handle, "w") as file:
        file.write(key)
    return key


def database(kind: str) -> dict:
    """Django's database settings from DATABASE_URL."""
    url = text("DATABASE_URL")
    if not url:
        if kind == "production":
            refuse("DATABASE_URL must be set in production, as postgresql://user:pass@host/name.")
        url = "postgresql://localhost/chancery"
    return database_at(url)


def database_at(url: str) -> dict:
    """Django's database settings for one address."""
    if not url.startswith(("postgres://", "postgresql://")):
        refuse("DATABASE_URL must begin with postgresql://; no other database is supported.")
    parts = _parts_of("DATABASE_URL", url)
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "tenants.backend",
        "NAME": unquote(parts.path.lstrip("/")) or "chancery",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or options.pop("port", "")),
        # A backend keeps about 0.8 MB for each tenant it has visited: connections grow old.
        "CONN_MAX_AGE": number("CHANCERY_CONNECTION_AGE_S", 600),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "application_name": "chancery",
            # Off behind a pooler that hands a session to others between transactions.
            "prepare_threshold": 1 if flag("CHANCERY_PREPARE", default=True) else None,
            **options,
        },
    }


def redis_url(kind: str) -> str:
    """Where Redis or Valkey answers."""
    url = text("REDIS_URL")
    if not url and kind == "production":
        refuse("REDIS_URL must be set in production, as redis://:password@host:6379/0.")
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        refuse("REDIS_URL must begin with redis:// (rediss:// with TLS, unix:// for a socket).")
    _parts_of("REDIS_URL", url)
    return url or "redis://127.0.0.1:6379/0"


def _parts_of(name: str, url: str) -> SplitResult:
    """The parts of an address; a refusal does not show it, for the password in it."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as wrong:
        refuse(f"{name} is no address ({wrong}); write passwords with % and two digits.")
    return parts


def static_root(kind: str) -> str | None:
    """Where collectstatic puts what production serves; elsewhere files lie where they are."""
    default = str(data_dir() / "static") if kind == "production" else ""
    return text("CHANCERY_STATIC_ROOT", default) or None


def mailer(kind: str) -> dict:
    """How mail leaves the house: by SMTP in production and where a host is named, else printed."""
    host = text("CHANCERY_SMTP_HOST", "localhost" if kind == "production" else "")
    if not host:
        return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": host,
            "port": number("CHANCERY_SMTP_PORT", 25),
            "username": text("CHANCERY_SMTP_USER"),
            "password": text("CHANCERY_SMTP_PASSWORD"),
            "use_tls": flag("CHANCERY_SMTP_TLS"),
            "timeout": 10,
        },
    }
