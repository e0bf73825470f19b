"""What operators type, set and watch: commands, variables of the environment, metrics."""

import ast
from argparse import SUPPRESS, Action
from collections.abc import Iterator, Mapping
from itertools import chain

from django.apps import apps
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand
from prometheus_client import REGISTRY
from prometheus_client.metrics_core import Metric

import messaging.live.metrics  # noqa: F401 - its metrics are registered when it is imported
from core.metrics import READ_WHEN_ASKED
from messaging.reference.markdown import code, page, table

READERS = frozenset({"text", "number", "flag", "one_of"})
"""The functions of `config/settings/environment.py` that read a variable."""

VARIABLES: Mapping[str, Mapping[str, str]] = {
    "What it needs": {
        "CHANCERY_ENV": "`production`, `development` (when left out) or `test`; what is unsafe is"
        " refused in production",
        "CHANCERY_ROOT_DOMAIN": "the domain below which every tenant has its host name",
        "CHANCERY_SECRET_KEY": "signs cookies and links; at least 50 random characters in"
        " production, elsewhere it is made and kept",
        "CHANCERY_OLD_SECRET_KEYS": "keys that were replaced, with spaces between; what they signed"
        " and sealed is still read",
        "DATABASE_URL": "PostgreSQL, as `postgresql://user:pass@host/name`; without it, outside"
        " production, a server is started",
        "REDIS_URL": "Redis or Valkey, as `redis://:password@host:6379/0`; the same",
        "CHANCERY_DATA_DIR": "files, secrets and the servers it starts itself; `var/`",
        "PORT": "the port of `make up`, and of links in development; 8000",
    },
    "Before it stands a proxy": {
        "CHANCERY_BEHIND_PROXY": "`1` where one ends TLS: its `X-Forwarded-Proto` is believed",
        "CHANCERY_PROXY_ADDRESSES": "whose `X-Forwarded-For` is believed; in the compose file",
        "CHANCERY_SSL_REDIRECT": "`0` to answer plain HTTP in production, too",
        "CHANCERY_STATIC_ROOT": "where `collectstatic` puts what is served",
    },
    "Files": {
        "CHANCERY_FILES": "`disk` or `s3`",
        "CHANCERY_S3_BUCKET": "the bucket",
        "CHANCERY_S3_ENDPOINT": "its address, for other stores than Amazon's",
        "CHANCERY_S3_PUBLIC_ENDPOINT": "the same as browsers see it, where that is another",
        "CHANCERY_S3_REGION": "`us-east-1`",
        "CHANCERY_S3_KEY_ID": "the key's name; without one, what the machine was given",
        "CHANCERY_S3_SECRET": "the key",
        "CHANCERY_S3_TIMEOUT_S": "seconds for each request to it; 10",
        "CHANCERY_CLAMD": "the virus scanner, as `unix:/path/to/clamd.ctl` or `tcp:host:3310`",
    },
    "Mail": {
        "CHANCERY_SMTP_HOST": "the mail server; without one, outside production, mail is printed",
        "CHANCERY_SMTP_PORT": "25",
        "CHANCERY_SMTP_USER": "who signs in there",
        "CHANCERY_SMTP_PASSWORD": "and by which password",
        "CHANCERY_SMTP_TLS": "`1` for STARTTLS",
        "CHANCERY_MAIL_FROM": "the sender; `chancery@` the root domain",
    },
    "Sign-in": {
        "CHANCERY_PASSWORD_FILTER": "a file of stolen passwords, made by `build_password_filter`",
        "CHANCERY_PASSWORD_SERVICE": "a service that lists them by the beginning of their SHA-1",
        "CHANCERY_DNS_SERVERS": "are asked for the records that prove domains, with spaces between;"
        " the system's",
        "CHANCERY_LOCAL_PROVIDERS": "whether identity providers may be on this machine; not in"
        " production",
    },
    "Limits and tuning": {
        "CHANCERY_HTTP_THREADS": "requests that a web process works on at once; 8",
        "CHANCERY_READS_PER_MINUTE": "of one person or token; 6000",
        "CHANCERY_WRITES_PER_MINUTE": "of one person or token; 3000",
        "CHANCERY_HEARTBEAT_S": "seconds between heartbeats of a socket; 25",
        "CHANCERY_REQUEUE_AFTER_S": "seconds after which a handler's work is queued again; 30",
        "CHANCERY_CONNECTION_AGE_S": "seconds for which a connection to PostgreSQL is kept; 600",
        "CHANCERY_PREPARE": "`0` behind a pooler that hands sessions to others",
        "CHANCERY_PREVIEW_ALLOW": "servers of one's own network of which links may be previewed,"
        " as `host:port`, with spaces between",
        "CHANCERY_LOG_LEVEL": "`WARNING`",
        "PROMETHEUS_MULTIPROC_DIR": "an empty directory in which all processes add up metrics",
    },
    "`make up` alone": {
        "CHANCERY_WEB_WORKERS": "processes that serve the port; 1",
        "CHANCERY_DEMO": "`1` makes the demo tenants in a database of yours, too",
        "CHANCERY_DEMO_PASSWORD": "of the demo people; `chancery-demo`",
        "CHANCERY_DEMO_EXPORT": "a Slack export that is imported into the tenant `acme`",
        "CHANCERY_CHROMIUM": "the browser of the tests",
        "CHANCERY_TEST_DIR": "where the tests keep their servers; `var/test`",
        "CHANCERY_TEST_EXPORT_DIR": "where the tests find real exports",
    },
}


def commands_page() -> str:
    """Every command of ours with what it takes."""
    own = {app.name for app in apps.get_app_configs() if "site-packages" not in app.path}
    parts = ["As `.venv/bin/python manage.py NAME …`. All end with 0 when done, else not."]
    for name, app in sorted(get_commands().items()):
        if app in own:
            command = load_command_class(app, name)
            parts += [f"## `{name}`", command.help, _arguments(name, command)]
    return page("Commands", *parts)


def settings_page() -> str:
    """Every variable of the environment."""
    parts = ["An empty variable counts as left out. A start that would be unsafe is refused."]
    for title, variables in VARIABLES.items():
        rows = [(code(name), words) for name, words in variables.items()]
        parts += [f"## {title}", table(("variable", ""), rows)]
    return page("Variables of the environment", *parts)


def metrics_page() -> str:
    """Every metric of ours."""
    rows = [
        (code(_shown_as(metric)), metric.type, metric.documentation.rstrip("."))
        for metric in sorted(_metrics(), key=lambda one: one.name)
    ]
    return page(
        "Metrics",
        "At `/metrics`, from the machine itself or signed in as an operator. What to watch for is"
        " in [tenants](../operate/tenants.md).",
        table(("metric", "kind", ""), rows),
    )


def variables_read() -> set[str]:
    """The names of all variables that the settings read, from their source."""
    found: set[str] = set()
    for path in (settings.BASE_DIR / "config" / "settings").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and _name_of(node.func) in READERS:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _arguments(name: str, command: BaseCommand) -> str:
    common = {action.dest for action in BaseCommand().create_parser("", "")._actions}
    actions = command.create_parser("manage.py", name)._actions
    rows = [
        (_written(one), "yes" if one.required else "", _helped(one))
        for one in actions
        if one.dest not in common and one.help != SUPPRESS
    ]
    return table(("", "needed", ""), rows) if rows else ""


def _written(action: Action) -> str:
    if not action.option_strings:
        return code(action.metavar or action.dest)
    given = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
    if action.choices:
        given = f" {'|'.join(map(str, action.choices))}"
    return code(f"{action.option_strings[-1]}{given}")


def _helped(action: Action) -> str:
    words = (action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%")
    has_default = action.nargs != 0 and action.default not in (None, "", [], SUPPRESS)
    if has_default and "default" not in words and str(action.default) not in words:
        words = f"{words}; default: {action.default}" if words else f"default: {action.default}"
    return words


def _shown_as(metric: Metric) -> str:
    return f"{metric.name}_total" if metric.type == "counter" else metric.name


def _metrics() -> Iterator[Metric]:
    registered = {*REGISTRY._collector_to_names, *READ_WHEN_ASKED._collector_to_names}
    described = (getattr(one, "describe", one.collect)() for one in registered)
    return (one for one in chain.from_iterable(described) if one.name.startswith("chancery_"))
