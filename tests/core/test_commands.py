"""Passwords that commands are given: not for others to see."""

import io
import sys

import pytest
from django.core.management import (
    CommandError,
    call_command,
    get_commands,
    load_command_class,
)

from accounts.people.models import User
from core import commands
from core.commands import SEEN_BY_OTHERS, ChanceryCommand
from tenants.context import in_tenant
from tenants.models import Tenant

NEW = ("create_tenant", "--slug=initech", "--name=Initech", "--owner-email=o@new.example")
MORE = ("create_user", "--tenant=acme", "--email=zoe@acme.example")


def read(monkeypatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_the_owners_password_comes_from_standard_input(cast, monkeypatch, end):
    read(monkeypatch, f"correct horse staple {end}")

    call_command(*NEW, "--owner-password=-")

    with in_tenant("initech"):
        assert User.objects.get().check_password("correct horse staple ")


def test_at_a_terminal_the_password_is_asked_for_and_not_shown(cast, monkeypatch):
    terminal = io.StringIO("shown while it is typed\n")
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", terminal)
    monkeypatch.setattr(commands, "getpass", lambda: "correct-horse-staple")

    call_command(*MORE, "--password=-")

    with in_tenant("acme"):
        zoe = User.objects.get(email="zoe@acme.example")
    assert zoe.check_password("correct-horse-staple")


@pytest.mark.parametrize("command", [(*NEW, "--owner-password=-"), (*MORE, "--password=-")])
def test_nothing_is_made_where_no_password_comes(cast, monkeypatch, command):
    read(monkeypatch, "")

    with pytest.raises(CommandError, match="first line of standard input"):
        call_command(*command)

    assert not Tenant.objects.filter(slug="initech").exists()
    with in_tenant("acme"):
        assert not User.objects.filter(email="zoe@acme.example").exists()


def test_every_option_that_takes_a_secret_says_who_can_see_it_there():
    silent = [
        (name, option)
        for name, app in get_commands().items()
        if isinstance(command := load_command_class(app, name), ChanceryCommand)
        for action in command.create_parser("manage.py", name)._actions
        for option in action.option_strings
        if option.endswith(("password", "secret")) and SEEN_BY_OTHERS not in (action.help or "")
    ]

    assert silent == []
