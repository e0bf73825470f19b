"""What our management commands have in common: `--json`, one clear sentence on refusal, exit codes.

0 the work is done; 1 it was refused or failed; 2 the command line could not be read.
"""

import sys
from abc import ABC, abstractmethod
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import Refusal
from core.json import dumps

SEEN_BY_OTHERS = "one that is written here can be seen by whoever lists processes"
HOW_TO_GIVE_ONE = f"- reads it from standard input, or asks for it at a terminal; {SEEN_BY_OTHERS}"
"""The help of an option that takes a password."""


def given_password(value: str) -> str:
    """The password that an option gives; `-` stands for the first line of standard input."""
    if value != "-":
        return value
    password = getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise CommandError("Send the password as the first line of standard input.")
    return password


class ChanceryCommand(BaseCommand, ABC):
    """A command that calls a service and prints what came of it."""

    # The URL table need not be importable to make a person.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        self.arguments(parser)

    def arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments of this command."""

    @abstractmethod
    def act(self, **options: Any) -> dict[str, Any]:
        """Do the work and return the result, which `words` and `--json` show."""

    def words(self, result: dict[str, Any]) -> str:
        """The result as people read it."""
        return ", ".join(f"{name} {value}" for name, value in result.items())

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = self.act(**options)
        except Refusal as refusal:
            raise self._refused(refusal, as_json=options["json"]) from refusal
        self.stdout.write(dumps(result).decode() if options["json"] else self.words(result))

    def _refused(self, refusal: Refusal, *, as_json: bool) -> CommandError:
        sentences = [f"{error.field}: {error.message}" for error in refusal.errors]
        text = " ".join(sentences) or str(refusal.detail or refusal.title)
        if as_json:
            body = {"error": {"code": refusal.code, "about": refusal.about, "detail": text}}
            self.stdout.write(dumps(body).decode())
        return CommandError(text)
