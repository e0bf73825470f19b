"""E-mail domains: claimed, proved by a record in a real DNS, and lost with it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.domains import services
from accounts.domains.models import DomainProof
from accounts.domains.names import clean_domain, domain_of
from accounts.domains.selectors import has_proved_domain_of, proved_domains
from core.actor import system_actor
from core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from core.ids import new_id
from events.models import Entry
from tenants.context import in_tenant
from tests.accounts.nameserver import NameServer
from tests.races.together import at_once, errors_in

PAGE = "/admin/accounts/domainproof/"


@pytest.fixture
def dns(settings) -> Iterator[NameServer]:
    with NameServer().running() as server:
        settings.CHANCERY_DNS_SERVERS = server.address
        yield server


def happened() -> list[str]:
    rows = Entry.objects.filter(type__startswith="chancery.domain.").order_by("seq")
    return [row.type.removeprefix("chancery.domain.") for row in rows]


@pytest.mark.parametrize("place", ["record_name", "domain"])
def test_a_record_in_the_dns_proves_a_domain(in_acme, cast, dns, place):
    row = services.add_domain(cast.ana.actor, domain=" Acme.Example. ")
    assert not services.check_domain(cast.ana.actor, domain_id=row.id).is_proved
    dns.records[getattr(row, place)] = ["v=spf1 -all", row.record_value]

    assert services.check_domain(cast.ana.actor, domain_id=row.id).is_proved

    assert proved_domains() == {"acme.example"}
    assert has_proved_domain_of("Bo@ACME.example")
    assert not has_proved_domain_of("bo@mail.acme.example")
    assert not has_proved_domain_of("bo@acme.example.evil.example")
    assert happened() == ["added.v1", "proved.v1"]


@pytest.mark.parametrize(
    "text", ["", "chancery-verification=", "chancery-verification=guess", "{token}", "x{value}"]
)
def test_another_text_proves_nothing(in_acme, cast, dns, text):
    row = services.add_domain(cast.ana.actor, domain="acme.example")
    dns.records[row.record_name] = [text.format(token=row.token, value=row.record_value)]

    assert not services.check_domain(cast.ana.actor, domain_id=row.id).is_proved
    assert proved_domains() == set()


def test_the_record_of_one_organisation_proves_nothing_to_another(cast, dns):
    with in_tenant("acme"):
        row = services.add_domain(cast.ana.actor, domain="acme.example")
    dns.records[row.record_name] = [row.record_value]
    with in_tenant("globex"):
        other = services.add_domain(cast.dee.actor, domain="acme.example")
        assert not services.check_domain(cast.dee.actor, domain_id=other.id).is_proved
        with pytest.raises(NotFound):
            services.check_domain(cast.dee.actor, domain_id=row.id)


def test_a_silent_dns_changes_nothing(in_acme, cast, dns, monkeypatch):
    monkeypatch.setattr("accounts.domains.dns.TIMEOUT_S", 0.2)
    row = services.add_domain(cast.ana.actor, domain="acme.example")
    DomainProof.objects.update(proved_at=timezone.now())
    dns.is_silent = True

    with pytest.raises(Unavailable):
        services.check_domain(cast.ana.actor, domain_id=row.id)

    assert services.check_again(system_actor("acme")) == 0
    row.refresh_from_db()
    assert (row.is_proved, row.missing_since) == (True, None)


def test_a_proof_falls_when_its_record_is_gone_for_a_week(in_acme, cast, dns):
    row = services.add_domain(cast.ana.actor, domain="acme.example")
    DomainProof.objects.update(proved_at=timezone.now())
    clock = system_actor("acme")

    assert services.check_again(clock) == 0
    row.refresh_from_db()
    assert row.is_proved
    assert row.missing_since is not None
    DomainProof.objects.update(missing_since=timezone.now() - timedelta(days=8))
    assert services.check_again(clock) == 1

    assert proved_domains() == set()
    assert happened() == ["added.v1", "removed.v1"]


def test_a_record_that_comes_back_in_time_saves_the_proof(in_acme, cast, dns):
    row = services.add_domain(cast.ana.actor, domain="acme.example")
    DomainProof.objects.update(
        proved_at=timezone.now(), missing_since=timezone.now() - timedelta(days=6)
    )
    dns.records[row.record_name] = [row.record_value]

    services.check_again(system_actor("acme"))

    row.refresh_from_db()
    assert (row.is_proved, row.missing_since) == (True, None)


@pytest.mark.parametrize(
    "name",
    [
        *("", "acme", "a b.example", "-a.example", "a..example", "127.0.0.1", "[::1]", "a.1"),
        *("x" * 64 + ".example", ".".join(["a" * 60] * 5), "a\x00b.example", "_a.b"),
        "\ud800.example",
    ],
)
def test_what_is_no_domain_is_refused(in_acme, cast, name):
    with pytest.raises(Invalid) as refusal:
        services.add_domain(cast.ana.actor, domain=name)

    assert refusal.value.errors[0].field == "domain"
    assert DomainProof.objects.count() == 0


def test_names_that_look_alike_are_told_apart():
    assert clean_domain("ACME.example") == "acme.example"
    assert clean_domain("bücher.example") == "xn--bcher-kva.example"
    assert clean_domain("а" + "cme.example") == "xn--cme-5cd.example"
    assert domain_of("ana@аcme.example") != "acme.example"
    assert domain_of("ana") is None


def test_only_who_manages_identity_claims_domains(in_acme, cast):
    with pytest.raises(Forbidden):
        services.add_domain(cast.bo.actor, domain="acme.example")
    assert cast.bo.client.get("/api/v1/domains").status_code == 403
    assert DomainProof.objects.count() == 0


def test_a_domain_is_claimed_once_even_by_two_at_once(cast, real_commits):
    claim = lambda: services.add_domain(cast.ana.actor, domain="acme.example")  # noqa: E731

    outcomes = at_once("acme", claim, claim)

    assert [type(error) for error in errors_in(outcomes)] == [Conflict]
    with in_tenant("acme"):
        assert DomainProof.objects.count() == 1
        assert happened() == ["added.v1"]


def test_domains_over_rest(in_acme, cast, dns):
    ana = cast.ana.client
    made = ana.post("/api/v1/domains", {"domain": "acme.example"}, content_type="application/json")
    row = made.json()
    assert (made.status_code, row["is_proved"]) == (201, False)
    assert row["record_name"] == "_chancery.acme.example"
    again = ana.post("/api/v1/domains", {"domain": "ACME.example"}, content_type="application/json")
    assert (again.status_code, again.json()["errors"][0]["field"]) == (409, "domain")

    dns.records[row["record_name"]] = [row["record_value"]]
    assert ana.post(f"/api/v1/domains/{row['id']}/check").json()["is_proved"] is True
    assert [item["domain"] for item in ana.get("/api/v1/domains").json()["items"]] == [
        "acme.example"
    ]
    assert ana.delete(f"/api/v1/domains/{row['id']}").status_code == 204
    assert ana.delete(f"/api/v1/domains/{new_id()}").status_code == 404


def test_the_console_claims_looks_up_and_lets_go(in_acme, cast, dns):
    page = cast.ana.client.post(f"{PAGE}add/", {"domain": "acme.example"}, follow=True)
    row = DomainProof.objects.get()
    assert row.record_value in page.text
    dns.records[row.record_name] = [row.record_value]
    chosen = {"_selected_action": [str(row.id)]}

    answer = cast.ana.client.post(PAGE, {"action": "look_up", **chosen}, follow=True)
    assert "Acme.example is proved." in answer.text
    wrong = cast.ana.client.post(f"{PAGE}add/", {"domain": "nonsense"})
    assert "Give a domain such as example.com." in wrong.text
    cast.ana.client.post(PAGE, {"action": "let_go", **chosen})
    assert DomainProof.objects.count() == 0


def test_addresses_that_django_would_refuse_have_no_domain_here():
    from django.core.validators import validate_email

    with pytest.raises(ValidationError):
        validate_email("ana@-acme.example")
    assert domain_of("ana@-acme.example") is None
