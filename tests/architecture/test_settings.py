"""Production takes its settings from the environment, and refuses unsafe ones by a sentence."""

import io
import os
import secrets
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from config.settings import environment
from tests.architecture.sources import ROOT
from tests.launch.places import without_servers

GOOD = {
    "CHANCERY_ENV": "production",
    "CHANCERY_SECRET_KEY": secrets.token_urlsafe(64),
    "CHANCERY_ROOT_DOMAIN": "chat.example.com",
    "DATABASE_URL": "postgresql://someone:secret@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def check(**changes: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy` under these settings; an empty value leaves a variable out."""
    wanted = {**GOOD, **changes}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=without_servers() | {name: value for name, value in wanted.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_settings_are_clean():
    done = check()

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


def test_a_refused_start_is_one_sentence_and_gives_no_secret_away():
    done = check(CHANCERY_SECRET_KEY="too short")

    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert "CHANCERY_SECRET_KEY must be set to at least 50 random characters" in last
    assert "too short" not in done.stderr
    assert "someone:secret" not in done.stderr


@pytest.mark.parametrize(
    ("read", "name", "value"),
    [
        (environment.environment_name, "CHANCERY_ENV", "staging"),
        (lambda: environment.secret_key("production"), "CHANCERY_SECRET_KEY", ""),
        (lambda: environment.secret_key("production"), "CHANCERY_SECRET_KEY", "x" * 60),
        (
            lambda: environment.old_secret_keys("production"),
            "CHANCERY_OLD_SECRET_KEYS",
            f"{'0123456789' * 6} short",
        ),
        (environment.root_domain, "CHANCERY_ROOT_DOMAIN", "*"),
        (environment.root_domain, "CHANCERY_ROOT_DOMAIN", "*.example.com"),
        (environment.root_domain, "CHANCERY_ROOT_DOMAIN", "https://example.com"),
        (environment.root_domain, "CHANCERY_ROOT_DOMAIN", "example.com:8000"),
        (environment.root_domain, "CHANCERY_ROOT_DOMAIN", ".example.com"),
        (lambda: environment.database("production"), "DATABASE_URL", ""),
        (lambda: environment.database("test"), "DATABASE_URL", "sqlite:///x"),
        (lambda: environment.redis_url("production"), "REDIS_URL", ""),
        (lambda: environment.number("PORT", 1), "PORT", "eighty"),
    ],
)
def test_an_unsafe_setting_is_refused_by_its_name(monkeypatch, read, name, value):
    monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured) as refusal:
        read()

    sentence = str(refusal.value)
    assert name in sentence
    assert sentence.endswith((".", "'", ")"))
    assert "set" in sentence or "must" in sentence


def test_only_development_makes_a_key_and_keeps_it(monkeypatch, tmp_path):
    monkeypatch.delenv("CHANCERY_SECRET_KEY", raising=False)
    monkeypatch.setenv("CHANCERY_DATA_DIR", str(tmp_path))

    first, second = environment.secret_key("development"), environment.secret_key("development")

    assert first == second
    assert len(first) > 50
    assert oct(os.stat(tmp_path / "secret_key").st_mode & 0o777) == "0o600"


def test_migrations_are_in_step_with_the_models(db):
    told = io.StringIO()

    call_command("makemigrations", check=True, dry_run=True, stdout=told, stderr=told)

    assert "No changes" in told.getvalue()
