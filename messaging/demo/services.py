"""Fills the demo organisations. Run again it resets passwords and leaves the rest alone."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.policies import rows
from core.actor import Actor
from core.errors import Conflict
from messaging.conversations.models import Conversation, Kind
from messaging.conversations.policy import ChannelPolicy
from messaging.demo.history import play
from messaging.demo.people import TENANTS, settle
from messaging.demo.places import external_id, make_place
from tenants.context import OPERATORS, in_tenant
from tenants.services import create_operators, create_tenant

WEEKS = 4
"""How far back the demo's history reaches."""


def fill_demo(*, password: str, now: datetime | None = None) -> dict[str, str]:
    """Make the demo tenants, their people and history where they are missing.

    Returns for each tenant `created` or `kept`.
    """
    now = now or timezone.now()
    return {slug: _fill(slug, password, now) for slug in TENANTS}


def _fill(slug: str, password: str, now: datetime) -> str:
    name, people = TENANTS[slug]
    is_new = _make(slug, name)
    with in_tenant(slug), transaction.atomic():
        actors = settle(people, password=password)
        if slug == "acme":
            _fill_acme(actors, now)
        elif slug == "globex":
            _fill_globex(actors, now)
    return "created" if is_new else "kept"


def _make(slug: str, name: str) -> bool:
    try:
        create_operators() if slug == OPERATORS else create_tenant(slug=slug, name=name)
    except Conflict:
        return False
    return True


def _fill_acme(people: dict[str, Actor], now: datetime) -> None:
    if Conversation.objects.filter(external_id=external_id("general")).exists():
        return
    ana, bo, cy = (people[key] for key in ("ana", "bo", "cy"))
    at = now - timedelta(weeks=WEEKS)
    general = make_place(
        ana,
        kind=Kind.PUBLIC,
        name="general",
        members=[ana, bo, cy],
        at=at,
        topic="What everybody at Acme should know",
    )
    # Written as it has always been: nobody is told of what is long past.
    policy = rows.hold(ChannelPolicy)
    if policy.version == 0:
        policy.version, policy.default_channels = 1, [general.id]
        rows.write(policy)
    leadership = make_place(ana, kind=Kind.PRIVATE, name="leadership", members=[ana, bo], at=at)
    direct = make_place(ana, kind=Kind.DIRECT, members=[ana, bo], at=at)
    play(general, "general", people, now=now)
    play(leadership, "leadership", people, now=now)
    play(direct, "ana-bo", people, now=now)


def _fill_globex(people: dict[str, Actor], now: datetime) -> None:
    if Conversation.objects.filter(external_id=external_id("general")).exists():
        return
    dee, ed = people["dee"], people["ed"]
    at = now - timedelta(weeks=WEEKS)
    general = make_place(dee, kind=Kind.PUBLIC, name="general", members=[dee, ed], at=at)
    play(general, "globex", people, now=now)
