"""Brings the people of an export over: finds them here or makes them."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from core.actor import Role
from core.errors import Conflict
from integrations.slack import store
from integrations.slack.directory import Directory
from integrations.slack.identity import EPOCH, Workspace
from integrations.slack.ledger import Ledger
from integrations.slack.shapes import Person

NO_PASSWORD = "!from-slack"  # noqa: S105
"""Django takes what begins with an exclamation mark for no password at all."""

MOST_WORKSPACES = 50
SAMPLE = 64
_ENOUGH_KNOWN = 3


def workspace_of(team: str, people: list[Person]) -> Workspace:
    """Which workspace an export comes from.

    Two exports may use the same team and user ids for different people (made-up or restored ones
    do). Merging strangers would put words into their mouths: where most of the people that both
    know have other names, it is another workspace, and its ids are kept apart.
    Errors  Conflict where that has happened too often to be true.
    """
    names = {person.slack_id: digest_of_name(person.name) for person in people}
    for number in range(1, MOST_WORKSPACES):
        workspace = Workspace(team if number == 1 else f"{team}~{number}")
        known = store.sample_of(workspace)
        both = [slack_id for slack_id in known if slack_id in names]
        same = sum(known[slack_id] == names[slack_id] for slack_id in both)
        if len(both) < _ENOUGH_KNOWN or same * 2 >= len(both):
            return workspace
    raise Conflict("import", _("Too many different workspaces claim the id %(id)s.") % {"id": team})


def sample(workspace: Workspace, people: list[Person]) -> dict[str, str]:
    """A few people of a workspace with digests of their names, always the same few."""
    chosen = sorted(people, key=lambda person: workspace.name("sample", person.slack_id))[:SAMPLE]
    return {person.slack_id: digest_of_name(person.name) for person in chosen}


def digest_of_name(name: str) -> str:
    """A name, made comparable and unreadable."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


class People:
    """The people of one import, those that only messages mention included."""

    def __init__(
        self, workspace: Workspace, directory: Directory, ledger: Ledger, *, dry_run: bool
    ) -> None:
        self._workspace = workspace
        self._directory = directory
        self._ledger = ledger
        self._dry_run = dry_run
        self._unlisted: dict[str, bool] = {}

    def bring(
        self, people: list[Person], known: dict[str, tuple[UUID, str]], *, at: datetime
    ) -> None:
        """Take over everybody in users.json; those who left come as deactivated people."""
        unique = list({person.slack_id: person for person in people}.values())
        self._ledger.already_there("users", len(people) - len(unique))
        # An address belongs to one person: those who are still there come first.
        claims: dict[str, str] = {}
        for person in sorted(unique, key=lambda one: one.is_deleted):
            if person.email:
                claims.setdefault(person.email.lower(), person.slack_id)
        holders = store.people_by_email(
            [email for email, slack_id in claims.items() if slack_id not in known]
        )
        rows = []
        for person in unique:
            row = self._bring_one(person, known, claims, holders, at)
            if row is not None:
                rows.append(row)
        if self._dry_run:
            return
        with transaction.atomic():
            store.remember_workspace(self._workspace, sample(self._workspace, unique))
            store.insert(User, rows)

    def keep_known(self, known: dict[str, tuple[UUID, str]]) -> None:
        """Remember people of an earlier import whom users.json does not list."""
        for slack_id, (our_id, name) in known.items():
            if self._directory.person(slack_id) is None:
                self._directory.add_person(Person(slack_id, name), our_id)
                self._unlisted[slack_id] = False

    def ensure(self, people: Iterable[Person]) -> None:
        """Make those whom only messages know: bots, guests of shared channels, the long gone."""
        rows = []
        for person in people:
            if self._directory.person(person.slack_id) is not None:
                self._meet_again(person.slack_id)
                continue
            self._unlisted[person.slack_id] = True
            our_id = self._workspace.person(person.slack_id)
            self._directory.add_person(person, our_id)
            self._ledger.created("users")
            rows.append(self._row(person, our_id, None, EPOCH) | {"is_active": person.is_bot})
        if rows and not self._dry_run:
            store.insert(User, rows)

    def _meet_again(self, slack_id: str) -> None:
        """Count somebody of an earlier import whom only messages mention, once."""
        if self._unlisted.get(slack_id) is False:
            self._unlisted[slack_id] = True
            self._ledger.already_there("users")

    def _bring_one(
        self,
        person: Person,
        known: dict[str, tuple[UUID, str]],
        claims: dict[str, str],
        holders: dict[str, tuple[UUID, str | None]],
        at: datetime,
    ) -> dict[str, Any] | None:
        """The row of a new person, or None for one who is here."""
        if person.slack_id in known:
            self._directory.add_person(person, known[person.slack_id][0])
            self._ledger.already_there("users")
            return None
        email = person.email
        if email and claims[email.lower()] != person.slack_id:
            email = None
        holder = holders.get(email.lower()) if email else None
        if holder is not None and not self._is_of_a_namesake(holder[1]):
            self._directory.add_person(person, holder[0])
            self._ledger.already_there("users")
            if holder[1] is None and not self._dry_run:
                store.remember_person(holder[0], self._workspace.external(person.slack_id))
            return None
        our_id = self._workspace.person(person.slack_id)
        self._directory.add_person(person, our_id)
        self._ledger.created("users")
        return self._row(person, our_id, None if holder else email, person.since or at)

    def _is_of_a_namesake(self, external_id: str | None) -> bool:
        """Tell that an address is held by somebody of a workspace that only shares our team's id.

        Its records are made up then, e-mail addresses included.
        """
        if external_id is None:
            return False
        workspace = external_id.split(":")[1] if external_id.startswith("slack:") else ""
        ours = self._workspace.key
        return workspace != ours and workspace.partition("~")[0] == ours.partition("~")[0]

    def _row(
        self, person: Person, our_id: UUID, email: str | None, since: datetime
    ) -> dict[str, Any]:
        return {
            "id": our_id,
            "email": email,
            "name": person.name,
            "title": person.title,
            # An export makes nobody a manager here; only who was a guest there stays one.
            "role": Role.GUEST.value if person.is_guest else Role.MEMBER.value,
            "is_active": not person.is_deleted,
            "is_bot": person.is_bot,
            "locale": person.locale,
            "time_zone": person.time_zone,
            "external_id": self._workspace.external(person.slack_id),
            "password": NO_PASSWORD,
            "created_at": since,
        }
