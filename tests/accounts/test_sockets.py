"""A revoked session, and a person who is shut out, lose their open sockets within two seconds."""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from celery import current_app
from django.test import Client
from django.utils import timezone
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from accounts.invitations.services import end_overdue_guests
from accounts.mfa.models import SecondFactorPolicy
from accounts.networks.models import NetworkPolicy
from accounts.people.models import User
from accounts.people.services import deactivate, update_person
from accounts.policies import rows
from accounts.policies.selectors import announce, stored
from accounts.policies.services import change
from accounts.sessions.models import Session, SessionPolicy
from accounts.sessions.services import revoke_session, revoke_sessions_of
from accounts.tokens.models import ApiToken
from accounts.tokens.services import create_token
from core.permissions import Role
from events.models import Entry
from events.tasks import run_handlers
from tenants.context import in_tenant
from tests.accounts.scim.calls import Provider
from tests.cast import PASSWORD, Cast, Person
from tests.live.test_server import WAIT_S, Server

REVOKED, AT_MOST_S = 4403, 2.0
SOON_S = 1.0
STARTS_IN_S = 60.0


@pytest.fixture
def server(cast, real_commits) -> Iterator[Server]:
    made = Server()
    yield made
    made.kill()


async def open_socket(server: Server, person: Person, key: str) -> ClientConnection:
    client = await connect(
        f"ws://{person.host}:{server.port}/ws/v1",
        host="127.0.0.1",
        port=server.port,
        origin=f"http://{person.host}:{server.port}",
        additional_headers={"Cookie": f"session={key}"},
        open_timeout=WAIT_S,
    )
    hello = orjson.loads(await asyncio.wait_for(client.recv(), WAIT_S))
    assert hello["type"] == "hello"
    return client


def closed_by(
    server: Server, person: Person, act: Callable[[], object]
) -> tuple[int | None, float]:
    """The close code of the person's socket, and how long it took after the act."""
    key = person.client.cookies["session"].value

    async def live_through_it() -> tuple[int | None, float]:
        client = await open_socket(server, person, key)
        begun = time.perf_counter()
        await asyncio.to_thread(act)
        try:
            while True:
                await asyncio.wait_for(client.recv(), WAIT_S)
        except ConnectionClosed:
            return client.close_code, time.perf_counter() - begun

    return asyncio.run(live_through_it())


@pytest.mark.parametrize("how", ["one", "all", "deactivated"])
def test_open_sockets_close_within_two_seconds(cast, server, how):
    def act() -> None:
        with in_tenant("acme"):
            if how == "one":
                row = Session.objects.get(user_id=cast.bo.id)
                revoke_session(cast.bo.actor, session_id=row.id)
            elif how == "all":
                revoke_sessions_of(cast.ana.actor, user_id=cast.bo.id)
            else:
                deactivate(cast.ana.actor, user_id=cast.bo.id)

    code, took_s = closed_by(server, cast.bo, act)

    assert code == REVOKED
    assert took_s < AT_MOST_S


# Each other way --------------------------------------------------------------------------------


class Newcomer:
    """Somebody of acme with a browser and a program, of whom both have a socket open."""

    def __init__(self, key: str, **more: Any) -> None:
        self.host = "acme.localhost"
        self.user = User.objects.create(name=key, email=f"{key}@acme.example", **more)
        self.user.set_password(PASSWORD)
        self.user.save()
        self.browser = self.another_browser()
        self.row, self.token = create_token(self.user, days=30)

    @property
    def id(self) -> UUID:
        return self.user.id

    def another_browser(self) -> Client:
        browser = Client(HTTP_HOST=self.host)
        browser.force_login(
            self.user, backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return browser

    async def open(self, server: Server) -> tuple[ClientConnection, ClientConnection]:
        key = self.browser.cookies["session"].value
        origin = f"http://{self.host}:{server.port}"
        found = []
        for more in ({"Cookie": f"session={key}"}, {"Authorization": f"Bearer {self.token}"}):
            client = await connect(
                f"ws://{self.host}:{server.port}/ws/v1",
                host="127.0.0.1",
                port=server.port,
                origin=origin,
                additional_headers=more,
                open_timeout=STARTS_IN_S,
            )
            hello = orjson.loads(await asyncio.wait_for(client.recv(), WAIT_S))
            assert hello["type"] == "hello"
            found.append(client)
        return found[0], found[1]


def by_the_directory(cast: Cast, who: Newcomer) -> None:
    operation = {"op": "Replace", "path": "active", "value": "False"}
    assert Provider().patch(f"/Users/{who.id}", operation).status_code == 200


def by_the_directory_for_good(cast: Cast, who: Newcomer) -> None:
    assert Provider().send("DELETE", f"/Users/{who.id}").status_code == 204


def at_a_guests_end(cast: Cast, who: Newcomer) -> None:
    User.objects.filter(id=who.id).update(ends_at=timezone.now())
    assert end_overdue_guests() == 1


def by_signing_out(cast: Cast, who: Newcomer) -> None:
    assert who.browser.post("/accounts/logout/").status_code == 302


def by_another_password(cast: Cast, who: Newcomer) -> None:
    new = "quite another 4711"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert who.another_browser().post("/accounts/password/change/", form).status_code == 302


def by_ending_the_token(cast: Cast, who: Newcomer) -> None:
    assert who.browser.delete(f"/api/v1/me/tokens/{who.row.id}").status_code == 204


def now_and_not_by_the_clock(kind: type, cast: Cast, **values: Any) -> None:
    """Change a policy, and do what its event asks the workers for."""
    change(cast.ana.actor, kind, **values)
    entry = Entry.objects.filter(type="chancery.access_rules.changed.v1").latest("occurred_at")
    run_handlers([str(entry.id)])


def by_narrower_networks(cast: Cast, who: Newcomer) -> None:
    Session.objects.filter(user_id=who.id).update(ip="203.0.113.9")
    now_and_not_by_the_clock(NetworkPolicy, cast, networks=["127.0.0.0/8"])


def by_shorter_sessions(cast: Cast, who: Newcomer) -> None:
    begun = timezone.now() - timedelta(hours=3)
    Session.objects.filter(user_id=who.id).update(created_at=begun)
    now_and_not_by_the_clock(SessionPolicy, cast, absolute_hours=2)


def look_again(cast: Cast) -> None:
    """A policy that closes nobody by itself: the hub learns anew when each credential ends.

    No worker runs: what closes then is closed by the process that holds the socket.
    """
    now = stored(SessionPolicy).idle_minutes or 600
    change(cast.ana.actor, SessionPolicy, idle_minutes=now + 1)


def soon() -> datetime:
    return timezone.now() + timedelta(seconds=SOON_S)


def when_it_was_idle_for_too_long(cast: Cast, who: Newcomer) -> None:
    used = soon() - timedelta(minutes=30)
    Session.objects.filter(user_id=who.id).update(last_used_at=used)
    change(cast.ana.actor, SessionPolicy, idle_minutes=30)


def when_its_hours_are_over(cast: Cast, who: Newcomer) -> None:
    begun = soon() - timedelta(hours=2)
    Session.objects.filter(user_id=who.id).update(created_at=begun)
    change(cast.ana.actor, SessionPolicy, idle_minutes=None, absolute_hours=2)


def when_the_guest_is_due_to_leave(cast: Cast, who: Newcomer) -> None:
    User.objects.filter(id=who.id).update(ends_at=soon())
    look_again(cast)


def when_the_token_expires(cast: Cast, who: Newcomer) -> None:
    ApiToken.objects.filter(id=who.row.id).update(expires_at=soon())
    look_again(cast)


def by_a_second_factor_required_now(cast: Cast, who: Newcomer) -> None:
    User.objects.filter(id=who.id).update(role=Role.COMPLIANCE)
    change(cast.ana.actor, SecondFactorPolicy, roles=[Role.COMPLIANCE], grace_days=0)


def when_the_days_for_a_second_factor_are_over(cast: Cast, who: Newcomer) -> None:
    User.objects.filter(id=who.id).update(role=Role.SECURITY)
    change(cast.ana.actor, SecondFactorPolicy, roles=[Role.COMPLIANCE, Role.SECURITY], grace_days=1)
    # The days began when the policy was changed; as if that had been yesterday.
    held = stored(SecondFactorPolicy)
    held.required_since = soon() - timedelta(days=1)
    User.objects.filter(id=who.id).update(created_at=held.required_since)
    rows.write(held)
    announce(SecondFactorPolicy, held.version + 1)
    look_again(cast)


def by_a_role_that_needs_a_second_factor(cast: Cast, who: Newcomer) -> None:
    change(cast.ana.actor, SecondFactorPolicy, roles=[Role.INTEGRATION], grace_days=0)
    update_person(cast.ana.actor, user_id=who.id, role=Role.INTEGRATION)


def by_networks_that_leave_them_out(cast: Cast, who: Newcomer) -> None:
    """Where they are, and not where their session was used last, which only people have."""
    change(cast.ana.actor, NetworkPolicy, networks=["203.0.113.0/24"])


BOTH, BROWSER, PROGRAM = (True, True), (True, False), (False, True)
WAYS: dict[Callable[[Cast, Newcomer], None], tuple[bool, bool]] = {
    by_the_directory: BOTH,
    by_the_directory_for_good: BOTH,
    at_a_guests_end: BOTH,
    by_signing_out: BROWSER,
    by_another_password: BROWSER,
    by_ending_the_token: PROGRAM,
    by_narrower_networks: BROWSER,
    by_shorter_sessions: BROWSER,
    when_it_was_idle_for_too_long: BROWSER,
    when_its_hours_are_over: BROWSER,
    when_the_guest_is_due_to_leave: BOTH,
    when_the_token_expires: PROGRAM,
    by_a_second_factor_required_now: BOTH,
    when_the_days_for_a_second_factor_are_over: BOTH,
    by_a_role_that_needs_a_second_factor: BOTH,
    # The last one: nobody comes in after it.
    by_networks_that_leave_them_out: BOTH,
}
"""With whose sockets close by it: the browser's, the program's."""
AHEAD = {way for way in WAYS if way.__name__.startswith("when_")}
"""Their end is known beforehand, and comes `SOON_S` after the act."""


async def ended(client: ClientConnection, within_s: float) -> bool:
    """Whether a socket closes in that time, for the reason that its credential is worth nothing."""
    try:
        async with asyncio.timeout(within_s):
            while True:
                await client.recv()
    except TimeoutError:
        return False
    except ConnectionClosed:
        return client.close_code == REVOKED


def test_each_way_out_closes_its_sockets(cast, server, monkeypatch):
    """At once, and not with the next beat, which is up to 25 seconds away.

    One server for all of them: starting it takes longer than all the rest.
    """
    task = current_app.tasks["accounts.end_overdue"]
    monkeypatch.setattr(task, "delay", lambda: task.run())

    def live_through(way: Callable[[Cast, Newcomer], None]) -> tuple[bool, bool]:
        with in_tenant("acme"):
            who = Newcomer(way.__name__.replace("_", "-"), role=Role.GUEST)

        def act() -> None:
            with in_tenant("acme"):
                way(cast, who)

        async def go() -> tuple[bool, bool]:
            browser, program = await who.open(server)
            await asyncio.to_thread(act)
            # Whoever is to stay is asked afterwards: what closes them would have come before.
            is_to_close = WAYS[way]
            at_most_s = AT_MOST_S + (SOON_S if way in AHEAD else 0.0)
            waits = [at_most_s if it else 0.0 for it in is_to_close]
            found = await asyncio.gather(ended(browser, waits[0]), ended(program, waits[1]))
            await asyncio.gather(browser.close(), program.close())
            return found[0], found[1]

        return asyncio.run(go())

    seen = {way.__name__: live_through(way) for way in WAYS}

    assert seen == {way.__name__: expected for way, expected in WAYS.items()}
