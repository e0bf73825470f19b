"""Signing in by SAML: what has to work, and for whom."""

import re

import pytest
import xmlsec
from django.test import Client
from lxml import etree

from accounts.people.models import User
from accounts.sso import admission, arrivals, services
from accounts.sso.models import Arrival, ExternalIdentity, Outcome, SsoSession
from accounts.sso.refusal import Refused
from accounts.sso.saml.signatures import decrypted
from core.actor import Actor, Role
from core.errors import Invalid
from tenants.context import in_tenant
from tests.accounts.sso.conftest import Door
from tests.accounts.sso.idp import SAML, Idp, pair


def who(browser: Client) -> str | None:
    """The address of whoever is signed in at a browser."""
    response = browser.get("/api/v1/me")
    return response.json()["email"] if response.status_code == 200 else None


def test_somebody_new_comes_in(door):
    response = door.sign_in(
        name_id="kim-1", claims={"email": ["kim@corp.example"], "displayName": ["Kim Novak"]}
    )

    assert (response.status_code, response["Location"]) == (302, "/")
    assert who(door.browser) == "kim@corp.example"
    with in_tenant("acme"):
        kim = User.objects.get(email="kim@corp.example")
        assert (kim.name, kim.role, kim.has_usable_password()) == ("Kim Novak", "member", False)
        assert ExternalIdentity.objects.get().subject == "kim-1"
        assert Arrival.objects.get().outcome == Outcome.SIGNED_IN
        assert SsoSession.objects.count() == 1


def test_the_second_time_it_is_the_same_account(door):
    door.sign_in()
    door.browser = Client(HTTP_HOST="acme.localhost")

    door.sign_in(claims={"email": ["changed@corp.example"]})

    assert who(door.browser) == "kim@corp.example"
    with in_tenant("acme"):
        assert ExternalIdentity.objects.count() == 1


@pytest.mark.parametrize("way", ["clear", "response_signed", "encrypted", "both"])
def test_each_way_of_sealing_an_answer_is_read(door, way):
    how = {
        "clear": {},
        "response_signed": {"sign_response": True},
        "encrypted": {"encrypt_for": door.own_certificate},
        "both": {"encrypt_for": door.own_certificate, "sign_response": True},
    }[way]

    door.sign_in(**how)

    assert who(door.browser) == "kim@corp.example"


@pytest.mark.parametrize("part", ["Conditions", "SubjectConfirmationData", "AuthnStatement"])
def test_an_end_that_never_comes_is_no_trouble(door, part):
    """Some providers write the last second of the calendar."""
    name = "SessionNotOnOrAfter" if part == "AuthnStatement" else "NotOnOrAfter"

    door.sign_in(change=lambda root: root.find(f".//{{*}}{part}").set(name, "9999-12-31T23:59:59Z"))

    assert who(door.browser) == "kim@corp.example"


@pytest.mark.parametrize("name", ["ended", "begins"])
def test_a_certificate_counts_while_it_is_good(cast, door, name):
    """Of two on file the other one still counts; the person is told what the admin has to do."""
    with in_tenant("acme"):
        trust = door.provider.trust
        both = [*trust["certificates"], pair(name)[1]]
        services.change_provider(
            cast.ana.actor, provider_id=door.id, trust={**trust, "certificates": both}
        )
    door.sign_in()
    assert who(door.browser) == "kim@corp.example"

    other = Client(HTTP_HOST="acme.localhost")
    stale = Idp(door.idp.audience, door.idp.acs_url, key_name=name)
    assert door.come(stale.answer(to=door.ask(other)), other).status_code == 403
    assert who(other) is None

    with in_tenant("acme"):
        provider = door.provider
        provider.trust = {**trust, "certificates": [pair(name)[1]]}
        provider.save(update_fields=["trust"])
    response = door.come(stale.answer(to=door.ask(other)), other)

    assert response.status_code == 403
    assert "have expired" in response.text


def test_a_provider_whose_certificates_have_all_ended_is_not_taken(cast):
    with in_tenant("acme"), pytest.raises(Invalid, match="certificates"):
        services.add_provider(
            cast.ana.actor, kind="saml", slug="old", metadata=Idp(key_name="ended").metadata()
        )


def test_a_sealed_answer_that_was_changed_is_refused_in_the_same_words(door):
    """Else who has caught one could learn from the answers what it holds, byte by byte."""
    for sealed in (
        door.idp.answer(to=door.ask(), encrypt_for=pair("stranger")[1]),
        door.idp.answer(to=door.ask(), encrypt_for=door.own_certificate, sign_assertion=False),
        Idp(door.idp.audience, door.idp.acs_url, key_name="stranger").answer(
            to=door.ask(), encrypt_for=door.own_certificate
        ),
    ):
        assert door.come(sealed).status_code == 403
    with in_tenant("acme"):
        said = set(Arrival.objects.values_list("code", "words"))
    assert [code for code, _words in said] == ["encryption"]


def test_a_provider_that_sends_no_name_changes_none(door):
    door.sign_in(claims={"email": ["kim@corp.example"]})
    with in_tenant("acme"):
        assert User.objects.get(email="kim@corp.example").name == "kim"
        User.objects.filter(email="kim@corp.example").update(name="Kim Novak")

    door.sign_in(claims={"email": ["kim@corp.example"]})

    with in_tenant("acme"):
        assert User.objects.get(email="kim@corp.example").name == "Kim Novak"


def test_one_comes_back_to_where_one_wanted_to_go(door):
    to = door.ask(next="/c/general")

    assert door.come(door.idp.answer(to=to))["Location"] == "/c/general"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_one_is_led_nowhere_else(door, target):
    to = door.ask(next=target)

    assert door.come(door.idp.answer(to=to))["Location"] == "/"


def test_an_account_that_is_there_is_not_taken_over(cast, door):
    response = door.sign_in(claims={"email": [cast.bo.email]})

    assert response.status_code == 403
    assert "An account with this address exists" in response.text
    assert who(door.browser) is None
    with in_tenant("acme"):
        assert ExternalIdentity.objects.count() == 0


def test_it_is_linked_once_the_domain_is_proved_and_the_providers(cast, door, monkeypatch):
    with in_tenant("acme"):
        services.change_provider(
            cast.ana.actor, provider_id=door.id, domains=["acme.example", "Other.Example"]
        )
    assert door.sign_in(claims={"email": [cast.bo.email]}).status_code == 403

    prove("acme.example")
    door.sign_in(claims={"email": [cast.bo.email]})

    assert who(door.browser) == cast.bo.email
    with in_tenant("acme"):
        assert ExternalIdentity.objects.get().user_id == cast.bo.id


def prove(domain: str, tenant: str = "acme") -> None:
    """As if its TXT record had been seen."""
    from django.utils import timezone

    from accounts.domains.models import DomainProof

    with in_tenant(tenant):
        DomainProof.objects.create(domain=domain, proved_at=timezone.now())


def wish(browser: Client) -> None:
    """Press the button on the page for it."""
    assert 'href="/accounts/sso/"' in browser.get("/accounts/2fa/").text
    page = browser.get("/accounts/sso/").text
    assert 'value="okta"' in page
    assert browser.post("/accounts/sso/connect/", {"provider": "okta"}).status_code == 200


def test_a_page_elsewhere_cannot_link_anybodys_account(cast, door):
    """It could have signed its victim in at the provider as itself."""
    login = "/accounts/saml/okta/login/"

    assert cast.bo.client.get(login, {"process": "connect"}).status_code == 403
    checked = Client(HTTP_HOST="acme.localhost", enforce_csrf_checks=True)
    checked.cookies["session"] = cast.bo.client.cookies["session"].value
    assert checked.post("/accounts/sso/connect/", {"provider": "okta"}).status_code == 403
    wish(cast.bo.client)
    assert cast.bo.client.get(login, {"process": "connect"}).status_code == 302
    assert cast.bo.client.get(login, {"process": "connect"}).status_code == 403


def test_whoever_is_signed_in_may_link_their_own_account(cast, door):
    wish(cast.bo.client)
    to = door.ask(cast.bo.client, process="connect")
    response = door.come(door.idp.answer(to=to, name_id="bo-7"), cast.bo.client)
    assert response["Location"] == "/accounts/sso/"

    door.sign_in(name_id="bo-7")

    assert who(door.browser) == cast.bo.email


def test_nobody_links_an_identity_of_somebody_else(cast, door):
    door.sign_in(name_id="kim-1")

    wish(cast.bo.client)
    to = door.ask(cast.bo.client, process="connect")
    response = door.come(door.idp.answer(to=to, name_id="kim-1"), cast.bo.client)

    assert response.status_code == 403
    with in_tenant("acme"):
        assert not ExternalIdentity.objects.filter(user_id=cast.bo.id).exists()


def test_groups_of_the_provider_give_roles_and_take_them(cast, door):
    with in_tenant("acme"):
        services.change_provider(
            cast.ana.actor, provider_id=door.id, grants=[{"value": "it", "role": "admin"}]
        )
    about = {"email": ["kim@corp.example"]}
    door.sign_in(claims=about | {"groups": ["all", "it"]})
    with in_tenant("acme"):
        assert User.objects.get(email="kim@corp.example").role == "admin"

    door.browser = Client(HTTP_HOST="acme.localhost")
    door.sign_in(claims=about | {"groups": ["all"]})

    with in_tenant("acme"):
        assert User.objects.get(email="kim@corp.example").role == "member"


def test_nobody_with_more_rights_than_who_set_it_up_comes_in(cast, door):
    """Else an admin could make a provider that says it has signed an owner in."""
    prove("acme.example")
    with in_tenant("acme"):
        admin = Actor(tenant="acme", user_id=cast.bo.id, role=Role.ADMIN)
        services.change_provider(admin, provider_id=door.id, domains=["acme.example"])

    response = door.sign_in(claims={"email": [cast.ana.email]})

    assert response.status_code == 403
    assert who(door.browser) is None
    with in_tenant("acme"):
        services.vouch(cast.ana.actor, provider_id=door.id)
    door.sign_in(claims={"email": [cast.ana.email]})
    assert who(door.browser) == cast.ana.email


def test_deactivated_people_stay_out(cast, door):
    door.sign_in()
    with in_tenant("acme"):
        User.objects.filter(email="kim@corp.example").update(is_active=False)
    door.browser = Client(HTTP_HOST="acme.localhost")

    assert door.sign_in().status_code == 403
    assert who(door.browser) is None


def test_who_may_not_be_added_is_not(cast, door):
    with in_tenant("acme"):
        services.change_provider(
            cast.ana.actor, provider_id=door.id, options={"creates_people": False}
        )

    assert door.sign_in().status_code == 403
    with in_tenant("acme"):
        assert not User.objects.filter(email="kim@corp.example").exists()


def test_one_that_is_off_signs_nobody_in(cast, door):
    to = door.ask()
    with in_tenant("acme"):
        services.switch(cast.ana.actor, provider_id=door.id, state="draft")

    assert door.come(door.idp.answer(to=to)).status_code == 403
    assert door.browser.get("/accounts/saml/okta/login/").status_code == 404
    assert who(door.browser) is None


def test_a_test_shows_what_came_and_signs_nobody_in(cast, door):
    with in_tenant("acme"):
        services.switch(cast.ana.actor, provider_id=door.id, state="draft")
    to = door.ask(cast.ana.client, process="test")

    response = door.come(
        door.idp.answer(to=to, claims={"email": ["kim@corp.example"]}), cast.ana.client
    )

    with in_tenant("acme"):
        arrival = Arrival.objects.get()
        assert response["Location"] == f"/admin/accounts/arrival/{arrival.id}/change/"
        assert arrival.outcome == Outcome.TESTED
        assert arrivals.content_of(arrival)["claims"] == {"email": ["kim@corp.example"]}
        assert door.provider.state == "tested"
        assert not User.objects.filter(email="kim@corp.example").exists()
    assert who(cast.ana.client) == cast.ana.email


def test_only_those_who_look_after_identity_test(cast, door):
    for browser in (cast.bo.client, door.browser):
        response = browser.get("/accounts/saml/okta/login/", {"process": "test"})
        assert response.status_code in {403, 404}


def test_a_new_certificate_and_the_old_one_are_good_together(cast, door):
    new = Idp(door.idp.audience, door.idp.acs_url, key_name="idp-next")
    with in_tenant("acme"):
        services.change_provider(
            cast.ana.actor,
            provider_id=door.id,
            trust={"certificates": [door.idp.certificate, new.certificate]},
        )

    door.sign_in()
    assert who(door.browser) == "kim@corp.example"
    door.browser, door.idp = Client(HTTP_HOST="acme.localhost"), new
    door.sign_in()
    assert who(door.browser) == "kim@corp.example"


def test_our_own_key_is_changed_without_a_gap(cast, door):
    old = door.own_certificate
    with in_tenant("acme"):
        services.make_key(cast.ana.actor, provider_id=door.id)
    metadata = door.browser.get("/accounts/saml/okta/metadata/").text
    assert metadata.count("<ds:X509Certificate>") == 4

    door.sign_in(encrypt_for=old)
    assert who(door.browser) == "kim@corp.example"
    with in_tenant("acme"):
        services.retire_key(cast.ana.actor, provider_id=door.id)
    assert door.own_certificate != old
    door.browser = Client(HTTP_HOST="acme.localhost")
    door.sign_in(encrypt_for=door.own_certificate)
    assert who(door.browser) == "kim@corp.example"
    assert door.sign_in(encrypt_for=old).status_code == 403


def test_a_provider_that_starts_by_itself_must_be_allowed_to(cast, door):
    assert door.come(door.idp.answer()).status_code == 403
    with in_tenant("acme"):
        services.change_provider(
            cast.ana.actor, provider_id=door.id, options={"idp_initiated": True}
        )

    raw = door.idp.answer()
    assert door.come(raw).status_code == 302
    assert who(door.browser) == "kim@corp.example"
    other = Client(HTTP_HOST="acme.localhost")
    assert door.come(raw, other).status_code == 403
    assert who(other) is None


def test_first_sign_ins_at_once_make_one_account(door):
    with in_tenant("acme"):
        from accounts.sso.mapping import Identity

        identity = Identity(subject="kim-1", email="kim@corp.example", name="Kim")
        first, second = (admission.admit(door.provider, identity) for _ in range(2))

    assert (first.user.id, second.user.id) == (first.user.id, first.user.id)


def test_keys_at_rest_are_sealed(door):
    with in_tenant("acme"):
        key = door.provider.keys.get()
        assert "PRIVATE" not in key.private_key
        assert "PRIVATE KEY" in services.private_key(key)
    with in_tenant("globex"), pytest.raises(ValueError, match="sso-key"):
        services.private_key(key)


def test_two_organisations_with_the_same_slug_know_nothing_of_each_other(cast, door):
    other = Door(cast.dee, "okta", Idp(key_name="other", entity_id=door.idp.entity_id))

    theirs = other.post(door.idp.answer(to=other.ask()))
    misdirected = other.post(Idp(other.idp.audience, other.idp.acs_url).answer(to=other.ask()))

    assert [theirs.status_code, misdirected.status_code] == [403, 403]
    assert pair("idp") != pair("other")
    other.sign_in()
    assert who(other.browser) == "kim@corp.example"
    with in_tenant("acme"):
        assert not User.objects.filter(email="kim@corp.example").exists()


@pytest.mark.parametrize(
    "plain",
    [
        b"<saml:Assertion>a secret of Bo's <unclosed",
        b"a secret of Bo's",
        b"<a>a secret of Bo's</a></within><within>",
        b"<a/><b>a secret of Bo's</b>",
        b"\xff\xfe a secret of Bo's",
        b"<!DOCTYPE a [<!ENTITY b 'a secret of Bo's'>]><a>&b;</a>",
        b"",
    ],
)
def test_what_cannot_be_read_once_decrypted_is_printed_nowhere(door, capfd, plain):
    key, certificate = pair("sp")
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(certificate.encode(), xmlsec.KeyFormat.CERT_PEM, None))
    holder = etree.fromstring(f'<s:EncryptedAssertion xmlns:s="{SAML}"/>')
    data = xmlsec.template.encrypted_data_create(
        holder,
        xmlsec.constants.TransformAes256Cbc,
        type=xmlsec.constants.TypeEncElement,
        ns="xenc",
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    sealed = xmlsec.template.add_encrypted_key(info, xmlsec.constants.TransformRsaOaep)
    xmlsec.template.encrypted_data_ensure_cipher_value(sealed)
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(
        xmlsec.constants.KeyDataAes, 256, xmlsec.constants.KeyDataTypeSession
    )
    holder.append(context.encrypt_binary(data, plain))

    with pytest.raises(Refused) as refusal:
        decrypted(holder, [key])

    assert refusal.value.code == "encryption"
    assert "secret" not in "".join(capfd.readouterr())


def test_metadata_read_anew_brings_the_new_certificate_and_takes_the_old_one(cast, op):
    """A rotation as providers do it: both certificates for a while, then the new one alone."""

    def publish(*names: str) -> None:
        each = [Idp(key_name=name).metadata() for name in names]
        keys = [
            re.findall(r"<md:KeyDescriptor.*?</md:KeyDescriptor>", one, re.S)[0] for one in each
        ]
        text = each[0].replace(keys[0], "".join(keys))
        op.instead["/metadata"] = (200, "application/samlmetadata+xml", text.encode())

    door = Door(cast.ana, "okta", Idp())

    def who_comes_by(name: str) -> str | None:
        door.idp.key_name = name
        door.browser = Client(HTTP_HOST="acme.localhost")
        door.sign_in()
        return who(door.browser)

    publish("idp")
    with in_tenant("acme"):
        url = f"{op.issuer}/metadata"
        services.change_provider(cast.ana.actor, provider_id=door.id, metadata_url=url)
    assert (who_comes_by("idp"), who_comes_by("new")) == ("kim@corp.example", None)

    publish("idp", "new")
    with in_tenant("acme"):
        services.refresh(cast.ana.actor, provider_id=door.id)
    assert (who_comes_by("idp"), who_comes_by("new")) == ("kim@corp.example", "kim@corp.example")

    publish("new")
    with in_tenant("acme"):
        services.refresh(cast.ana.actor, provider_id=door.id)
    assert (who_comes_by("idp"), who_comes_by("new")) == (None, "kim@corp.example")
