"""An organisation that is reached from its own networks alone."""

import pytest
from django.core.management import call_command

from accounts.networks.models import NetworkPolicy
from accounts.networks.services import end_sessions_outside
from accounts.policies.selectors import current, stored
from accounts.policies.services import change
from accounts.sessions.models import Session
from core.errors import Forbidden, Invalid
from messaging.live.admission import Admission, Refused, admit
from tenants.context import in_tenant

PAGE = "/admin/accounts/networkpolicy/"
HOME, OFFICE = "203.0.113.7", "192.0.2.9"


@pytest.fixture
def office(in_acme, cast):
    change(cast.ana.actor, NetworkPolicy, networks=["192.0.2.0/24", "2001:db8::/32"])


def test_people_are_let_in_from_their_networks_and_refused_elsewhere(office, cast):
    for inside in (OFFICE, "2001:db8::5", "::ffff:192.0.2.1"):
        assert cast.bo.client.get("/api/v1/me", REMOTE_ADDR=inside).status_code == 200
    for outside in (HOME, "2001:db9::1", "", "nonsense"):
        assert cast.bo.client.get("/api/v1/me", REMOTE_ADDR=outside).status_code == 403

    told = cast.bo.client.get("/api/v1/me", REMOTE_ADDR=HOME)
    assert told.headers["Content-Type"] == "application/problem+json"
    assert told.json()["code"] == "address"
    assert HOME in told.json()["detail"]


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/accounts/2fa/", "/admin/"])
def test_pages_say_clearly_that_it_is_for_the_address(office, cast, path):
    refused = cast.ana.client.get(path, REMOTE_ADDR=HOME)

    assert refused.status_code == 403
    assert "Not from here" in refused.text
    assert HOME in refused.text
    assert cast.ana.client.get(path, REMOTE_ADDR=OFFICE).status_code in (200, 302)


def test_a_token_is_refused_elsewhere_too(office, cast):
    assert cast.bo.api.get("/api/v1/me", REMOTE_ADDR=OFFICE).status_code == 200
    assert cast.bo.api.get("/api/v1/me", REMOTE_ADDR=HOME).status_code == 403


def test_nobody_can_shut_themselves_out_in_the_console(in_acme, cast):
    new = {"networks": "192.0.2.0/24", "save": "1", "version": "0"}

    refused = cast.ana.client.post(PAGE, new, REMOTE_ADDR=HOME)
    assert "you would lock yourself out" in refused.text
    assert stored(NetworkPolicy).networks == []

    assert cast.ana.client.post(PAGE, new, REMOTE_ADDR=OFFICE).status_code == 302
    assert stored(NetworkPolicy).networks == ["192.0.2.0/24"]


def test_the_console_shows_first_what_it_will_do_and_what_is_set(in_acme, cast):
    cast.bo.client.get("/api/v1/me", REMOTE_ADDR=HOME)
    Session.objects.filter(user_id=cast.bo.id).update(ip=HOME)

    shown = cast.ana.client.post(
        PAGE, {"networks": "192.0.2.9/24", "review": "1"}, REMOTE_ADDR=OFFICE
    ).text

    assert "nothing becomes 192.0.2.0/24." in shown
    assert "1 person who is signed in from elsewhere is refused at once." in shown
    assert stored(NetworkPolicy).networks == []
    change(cast.ana.actor, NetworkPolicy, networks=["192.0.2.0/24", "127.0.0.1"])
    form = cast.ana.client.get(PAGE).text
    assert 'value="192.0.2.0/24, 127.0.0.1/32"' in form


def test_what_is_no_network_is_refused_by_its_field(in_acme, cast):
    for wrong in (["here"], ["192.0.2.0/99"], ["10.0.0.0/8"] * 51, ["\x00"]):
        with pytest.raises(Invalid) as refusal:
            change(cast.ana.actor, NetworkPolicy, networks=wrong)
        assert refusal.value.errors[0].field.startswith("networks")
    shown = cast.ana.client.post(PAGE, {"networks": "here", "review": "1"})
    assert "Give addresses or networks such as 192.0.2.0/24." in shown.text
    with pytest.raises(Forbidden):
        change(cast.bo.actor, NetworkPolicy, networks=["192.0.2.0/24"])


def test_sessions_from_elsewhere_end_by_the_clock_and_others_stay(office, cast):
    cast.bo.client.get("/api/v1/me", REMOTE_ADDR=OFFICE)
    Session.objects.filter(user_id=cast.bo.id).update(ip=OFFICE)
    Session.objects.filter(user_id=cast.ana.id).update(ip=HOME)
    others = Session.objects.filter(user_id=cast.ana.id).count()

    assert end_sessions_outside() == others
    assert Session.objects.filter(user_id=cast.bo.id).exists()
    assert end_sessions_outside() == 0


def test_a_socket_opens_from_the_networks_alone(office, cast):
    headers = [
        (b"host", b"acme.localhost"),
        (b"authorization", f"Bearer {cast.bo.token}".encode()),
    ]

    assert admit(headers, HOME) is Refused.NOT_SIGNED_IN
    assert isinstance(admit(headers, OFFICE), Admission)


def test_another_organisation_is_reached_as_before(office, cast):
    with in_tenant("globex"):
        assert current(NetworkPolicy).admits(HOME)


def test_an_operator_opens_the_way_back_in(office, cast):
    call_command("set_networks", tenant="acme", verbosity=0)

    assert cast.bo.client.get("/api/v1/me", REMOTE_ADDR=HOME).status_code == 200


def test_asking_costs_no_query(office, cast, django_assert_num_queries):
    current(NetworkPolicy)

    with django_assert_num_queries(0):
        assert not current(NetworkPolicy).admits(HOME)
