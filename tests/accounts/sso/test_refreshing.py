"""Metadata is read again each day: the next certificate is known, and no bad day does harm."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.sso import services
from accounts.sso.models import IdentityProvider
from accounts.sso.refreshing import MOST_AT_ONCE, refresh_due
from core.actor import Actor
from core.errors import Invalid
from core.permissions import Role
from events.models import Entry
from tenants.context import in_tenant
from tests.accounts.sso.conftest import Door
from tests.accounts.sso.idp import Idp, pair
from tests.accounts.sso.op import Op
from tests.accounts.sso.test_saml import who

FAILED = "chancery.identity_provider.metadata_failed.v1"
CHANGED = "chancery.identity_provider.changed.v1"


def publish(op: Op, text: str | bytes, status: int = 200) -> None:
    body = text.encode() if isinstance(text, str) else text
    op.instead["/metadata"] = (status, "application/samlmetadata+xml", body)


def both(idp: Idp, following: Idp) -> str:
    """The metadata of a provider that is about to change from one certificate to the next."""
    old, new = ("".join(each.certificate.strip().splitlines()[1:-1]) for each in (idp, following))
    text = idp.metadata()
    start = text.index("<md:KeyDescriptor")
    end = text.index("</md:KeyDescriptor>") + len("</md:KeyDescriptor>")
    return text[:end] + text[start:end].replace(old, new) + text[end:]


@pytest.fixture
def okta(cast, op: Op) -> Door:
    """A provider that publishes its metadata at an address."""
    door = Door(cast.ana, "okta", Idp())
    publish(op, door.idp.metadata())
    with in_tenant("acme"):
        services.change_provider(
            cast.ana.actor, provider_id=door.id, metadata_url=f"{op.issuer}/metadata"
        )
    return door


def a_day_later() -> int:
    with in_tenant("acme"):
        long_ago = timezone.now() - timedelta(days=1)
        IdentityProvider.objects.update(metadata_read_at=long_ago)
        return refresh_due()


def asked(op: Op) -> int:
    return [path for path, _form in op.asked].count("/metadata")


def test_the_next_certificate_is_there_before_the_provider_signs_with_it(okta, op):
    following = Idp(okta.idp.audience, okta.idp.acs_url, key_name="following")
    publish(op, both(okta.idp, following))

    assert a_day_later() == 1

    for idp in (okta.idp, following):
        okta.browser = Client(HTTP_HOST="acme.localhost")
        assert okta.come(idp.answer(to=okta.ask())).status_code == 302
        assert who(okta.browser) == "kim@corp.example"
    with in_tenant("acme"):
        told = Entry.objects.filter(type=CHANGED).order_by("-seq")[0]
        assert told.actor_id is None
        assert list(told.data["after"]) == ["trust"]
        assert okta.provider.vouched["role"] == "owner", "its word was for the address, and stands"


def test_it_is_read_once_a_day(okta, op):
    before = asked(op)
    with in_tenant("acme"):
        assert refresh_due() == 0
    assert asked(op) == before

    assert a_day_later() == 0
    with in_tenant("acme"):
        refresh_due()

    assert asked(op) == before + 1


BAD_DAYS = {
    "nothing there": lambda op, idp: publish(op, "", 404),
    "an error": lambda op, idp: publish(op, "oops", 500),
    "garbage": lambda op, idp: publish(op, b"\x00\xff"),
    "no provider": lambda op, idp: publish(op, "<html/>"),
    "entities": lambda op, idp: publish(op, '<!DOCTYPE x [<!ENTITY e "x">]>' + idp.metadata()),
    "another provider": lambda op, idp: publish(
        op, Idp(entity_id="https://evil.example", key_name="stranger").metadata()
    ),
    "no certificate": lambda op, idp: publish(op, idp.metadata().replace("X509Cert", "X")),
    "a certificate that has ended": lambda op, idp: publish(op, Idp(key_name="ended").metadata()),
    "an address inside": lambda op, idp: publish(
        op, idp.metadata().replace("https://idp.example/sso", "http://10.0.0.1/")
    ),
    "elsewhere": lambda op, idp: op.instead.update(
        {
            "/metadata": lambda handler: (
                handler.send_response(302),
                handler.send_header("Location", "http://169.254.169.254/"),
                handler.end_headers(),
            )
        }
    ),
}


@pytest.mark.parametrize("day", sorted(BAD_DAYS))
def test_a_bad_day_changes_nothing_and_is_told(cast, okta, op, day):
    with in_tenant("acme"):
        before = okta.provider.trust
    BAD_DAYS[day](op, okta.idp)

    assert a_day_later() == 0
    assert a_day_later() == 0

    okta.sign_in()
    assert who(okta.browser) == "kim@corp.example"
    with in_tenant("acme"):
        assert okta.provider.trust == before
        assert Entry.objects.filter(type=FAILED).count() == 1, "once, and not each day"
        assert okta.provider.metadata_trouble
    page = f"/admin/accounts/identityprovider/{okta.id}/change/"
    assert "could not be read again" in cast.ana.client.get(page).text

    publish(op, okta.idp.metadata())
    a_day_later()

    assert "could not be read again" not in cast.ana.client.get(page).text


def test_whoever_gives_another_address_vouches_from_then_on(cast, okta, op):
    """Else they could have it say the same today, and tomorrow that it signed an owner in."""
    officer = Actor(tenant="acme", user_id=cast.bo.id, role=Role.SECURITY)
    op.instead["/elsewhere"] = op.instead["/metadata"]
    with in_tenant("acme"):
        before = okta.provider.trust

        services.change_provider(
            officer, provider_id=okta.id, metadata_url=f"{op.issuer}/elsewhere"
        )

        assert okta.provider.trust == before
        assert okta.provider.vouched["role"] == "security"


def test_what_was_given_by_hand_is_not_read_over(cast, okta, op):
    by_hand = [pair("idp")[1], pair("following")[1]]
    with in_tenant("acme"):
        trust = {"certificates": by_hand}
        services.change_provider(
            cast.ana.actor, provider_id=okta.id, trust=okta.provider.trust | trust
        )
        assert okta.provider.metadata_url == ""
    before = asked(op)

    a_day_later()

    assert asked(op) == before
    with in_tenant("acme"):
        assert okta.provider.trust["certificates"] == by_hand


def test_each_organisation_reads_its_own_and_few_at_a_time(cast, okta, op):
    with in_tenant("acme"):
        for number in range(MOST_AT_ONCE):
            services.add_provider(
                cast.ana.actor,
                kind="saml",
                slug=f"more-{number}",
                metadata_url=f"{op.issuer}/metadata",
            )
    before = asked(op)
    with in_tenant("globex"):
        assert refresh_due() == 0
    assert asked(op) == before

    a_day_later()
    assert asked(op) == before + MOST_AT_ONCE
    with in_tenant("acme"):
        refresh_due()
    assert asked(op) == before + MOST_AT_ONCE + 1, "the one that waited is next"


def test_the_page_says_when_the_last_certificate_ends(cast, okta, monkeypatch):
    page = f"/admin/accounts/identityprovider/{okta.id}/change/"
    assert "One of the provider's certificates expires" not in cast.ana.client.get(page).text
    monkeypatch.setattr("accounts.sso.admin.SOON", timedelta(days=4 * 365))

    assert "One of the provider's certificates expires" in cast.ana.client.get(page).text


def test_an_address_inside_is_not_taken_for_one_of_metadata(cast, okta):
    with in_tenant("acme"), pytest.raises(Invalid):
        services.change_provider(
            cast.ana.actor, provider_id=okta.id, metadata_url="https://169.254.169.254/"
        )
