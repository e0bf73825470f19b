"""Setting providers up by console, API and command line; and whom the page leads where."""

import json
import threading
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from accounts.groups.selectors import group_ids_of
from accounts.groups.services import Members, add_members, create_group
from accounts.people.models import User
from accounts.policies.services import change
from accounts.roles.services import create_role, give_role
from accounts.scim.models import ScimToken
from accounts.signin.models import SignInPolicy
from accounts.sso import admission, arrivals, services
from accounts.sso.mapping import Identity
from accounts.sso.models import Arrival, ExternalIdentity, IdentityProvider, Outcome
from accounts.sso.refusal import Refused
from accounts.sso.saml.metadata import read_metadata
from core.actor import Actor, Role
from core.errors import Conflict, Forbidden, Invalid, NotFound
from events.models import Entry
from tenants.context import in_tenant
from tests.accounts.sso.conftest import Door
from tests.accounts.sso.idp import Idp, pair
from tests.accounts.sso.test_saml import prove, who
from tests.cast import PASSWORD

API = "/api/v1/identity-providers"


def new(**changes: Any) -> dict[str, Any]:
    return {"kind": "saml", "slug": "okta", "name": "Okta", "metadata": Idp().metadata(), **changes}


def test_the_api_makes_changes_switches_and_removes(cast):
    made = cast.ana.api.post(API, new(), content_type="application/json")
    assert made.status_code == 201
    provider = made.json()
    assert (provider["state"], provider["issuer"]) == ("draft", "https://idp.example/metadata")
    assert provider["addresses"]["acs"].endswith("/accounts/saml/okta/acs/")
    url = f"{API}/{provider['id']}"

    changed = cast.ana.api.patch(
        url, {"state": "on", "domains": ["Acme.Example"]}, content_type="application/json"
    ).json()
    assert (changed["state"], changed["domains"]) == ("on", ["acme.example"])

    assert cast.ana.api.delete(url).status_code == 409
    cast.ana.api.patch(url, {"state": "draft"}, content_type="application/json")
    assert cast.ana.api.delete(url).status_code == 204
    assert cast.ana.api.get(url).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "ldap"}, "kind"),
        ({"slug": "Okta"}, "slug"),
        ({"slug": "../x"}, "slug"),
        ({"slug": ""}, "slug"),
        ({"name": "a\u202eb"}, "name"),
        ({"metadata": ""}, "issuer"),
        ({"metadata": "<x"}, "metadata"),
        ({"metadata": "<!DOCTYPE x><x/>"}, "metadata"),
        ({"metadata": "<x/>"}, "metadata"),
        ({"metadata": "\ud800"}, ""),
        ({"domains": ["not a domain"]}, "domains"),
        ({"domains": ["example"]}, "domains"),
        ({"trust": {"sso_url": "http://10.0.0.1/"}}, "metadata"),
        ({"trust": {"certificates": ["hello"]}}, "certificates"),
        ({"trust": {"unknown": 1}}, "trust.unknown"),
        ({"options": {"clock_skew_s": 9999}}, "options.clock_skew_s"),
        ({"options": {"clock_skew_s": True}}, "options.clock_skew_s"),
        ({"options": {"clock_skew_s": "60"}}, "options.clock_skew_s"),
        ({"options": {"creates_people": 0}}, "options.creates_people"),
        ({"options": {"needs_encryption": "false"}}, "options.needs_encryption"),
        ({"trust": {"wants_signed_requests": 0}}, "trust.wants_signed_requests"),
        ({"grants": [{"value": "x", "role": "owner"}]}, "grants.0.role"),
        (
            {"grants": [{"value": "x", "group_id": "0190a000-0000-7000-8000-000000000000"}]},
            "grants",
        ),
        ({"vouched": {"role": "owner"}}, "vouched"),
        ({"state": "on"}, "state"),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_what_cannot_be_is_refused_by_name(cast, changes, field):
    body = json.dumps(new(**changes))

    answer = cast.ana.api.post(API, body, content_type="application/json")

    assert answer.status_code in {400, 422}
    assert field in answer.text
    with in_tenant("acme"):
        assert IdentityProvider.objects.count() == 0


@pytest.mark.parametrize("part", ["options.creates_people", "trust.wants_signed_requests"])
def test_a_number_is_no_truth_and_is_refused_in_words_of_ours(cast, part):
    whole, name = part.split(".")

    answer = cast.ana.api.post(API, new(**{whole: {name: 0}}), content_type="application/json")

    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [{"field": part, "message": "Give true or false, without quotes."}],
    )


def test_who_does_not_look_after_identity_sees_none_of_it(cast, door):
    for person in (cast.bo, cast.eve):
        assert person.api.get(API).status_code == 403
        assert person.api.post(API, new(), content_type="application/json").status_code == 403
        assert person.api.get(f"{API}/{door.id}").status_code == 403
    with in_tenant("acme"), pytest.raises(Forbidden):
        services.switch(cast.bo.actor, provider_id=door.id, state="draft")
    with in_tenant("globex"), pytest.raises(NotFound):
        services.switch(cast.dee.actor, provider_id=door.id, state="draft")


def test_nobody_maps_a_role_above_their_own(cast):
    officer = Actor(tenant="acme", user_id=cast.bo.id, role=Role.SECURITY)
    with in_tenant("acme"):
        with pytest.raises(Forbidden):
            services.add_provider(officer, **new(grants=[{"value": "x", "role": "admin"}]))
        assert IdentityProvider.objects.count() == 0


def test_a_lesser_hand_lowers_whom_it_signs_in_and_no_hand_raises_it(cast):
    officer = Actor(tenant="acme", user_id=cast.bo.id, role=Role.SECURITY)
    with in_tenant("acme"):
        made = services.add_provider(cast.ana.actor, **new())
        assert made.vouched["role"] == "owner"
        services.change_provider(officer, provider_id=made.id, name="Other")
        assert IdentityProvider.objects.get().vouched["role"] == "owner"
        services.change_provider(officer, provider_id=made.id, domains=["x.example"])
        assert IdentityProvider.objects.get().vouched["role"] == "security"
        services.change_provider(cast.ana.actor, provider_id=made.id, domains=["y.example"])
        assert IdentityProvider.objects.get().vouched["role"] == "security"
        services.vouch(cast.ana.actor, provider_id=made.id)
        assert IdentityProvider.objects.get().vouched["role"] == "owner"


def test_the_journal_has_before_and_after(cast, door):
    with in_tenant("acme"):
        services.change_provider(
            cast.ana.actor, provider_id=door.id, trust={"certificates": [pair("next")[1]]}
        )
        data = Entry.objects.filter(type="chancery.identity_provider.changed.v1").latest("seq").data

    assert data["before"]["trust"] != data["after"]["trust"]
    assert "BEGIN" not in str(data)


def test_the_command_line_sets_one_up(cast, tmp_path):
    file = tmp_path / "metadata.xml"
    file.write_text(Idp().metadata())
    out = StringIO()

    call_command(
        "add_identity_provider",
        *("--tenant", "acme", "--kind", "saml", "--slug", "okta", "--metadata", str(file)),
        *("--domain", "acme.example", "--grant", "CN=it,OU=x=admin", "--map", "email=mail"),
        *("--option", "idp_initiated=true", "--option", "userinfo=False"),
        *("--option", "clock_skew_s=30", "--json"),
        stdout=out,
    )

    told = json.loads(out.getvalue())
    assert (told["state"], told["issuer"]) == ("on", "https://idp.example/metadata")
    with in_tenant("acme"):
        provider = IdentityProvider.objects.get()
        rules = provider.rules
        assert (rules.idp_initiated, rules.userinfo, rules.clock_skew_s) == (True, False, 30)
        assert provider.claims.email == "mail"
        assert [(g.value, g.role) for g in provider.granted] == [("CN=it,OU=x", "admin")]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--tenant", "nobody", "--kind", "saml", "--slug", "x", "--metadata", "/dev/null"],
        ["--tenant", "acme", "--kind", "saml", "--slug", "x", "--metadata", "/no/such/file"],
        ["--tenant", "acme", "--kind", "saml", "--slug", "x"],
        ["--tenant", "acme", "--kind", "oidc", "--slug", "x", "--metadata", "http://127.0.0.1:9"],
        ["--tenant", "acme", "--kind", "saml", "--slug", "x", "--option", "nonsense"],
    ],
    ids=str,
)
def test_the_command_line_says_what_is_wrong(cast, arguments):
    with pytest.raises(CommandError) as refused:
        call_command("add_identity_provider", *arguments, stdout=StringIO())

    assert len(str(refused.value)) > 10


def test_the_console_shows_at_its_field_what_is_wrong(cast):
    page = cast.ana.client.post(
        "/admin/accounts/identityprovider/add/",
        {"kind": "saml", "name": "Okta", "slug": "okta", "certificates": "hello"},
    )

    assert page.status_code == 200
    assert "Nothing" not in page.text
    assert "its entity ID" in page.text
    with in_tenant("acme"):
        assert IdentityProvider.objects.count() == 0


def test_the_console_changes_only_what_was_changed(cast, door):
    with in_tenant("acme"):
        before = IdentityProvider.objects.get()
        group = create_group(cast.ana.actor, name="Engineers")
    page = cast.ana.client.get(f"/admin/accounts/identityprovider/{door.id}/change/")
    form = page.context["adminform"].form
    posted = {
        name: form[name].value()
        for name in form.fields
        if form[name].value() not in (None, False) and name not in ("metadata_file", "grants")
    }
    rows = {"grants-value": ["it", "", "eng"], "grants-choice": ["admin", "", "group"]}
    rows["grants-name"] = ["", "", "engineers"]

    saved = cast.ana.client.post(
        f"/admin/accounts/identityprovider/{door.id}/change/",
        posted | rows | {"name": "Renamed"},
    )

    assert saved.status_code == 302
    with in_tenant("acme"):
        after = IdentityProvider.objects.get()
    assert (after.name, after.grants[0]["role"]) == ("Renamed", "admin")
    assert (after.grants[1]["value"], after.grants[1]["group_id"]) == ("eng", str(group.id))
    same = ("trust", "issuer", "mapping", "options", "domains", "state")
    assert [getattr(after, n) for n in same] == [getattr(before, n) for n in same]


@pytest.mark.parametrize("act", ["on", "vouch", "make_key", "retire_key", "off"])
def test_the_buttons_are_for_those_who_may_and_come_by_post(cast, door, act):
    url = f"/admin/accounts/identityprovider/{door.id}/act/"
    assert cast.bo.client.post(url, {"act": act}).status_code in {302, 403}
    assert cast.ana.client.get(url).status_code == 404
    checked = Client(HTTP_HOST="acme.localhost", enforce_csrf_checks=True)
    checked.cookies["session"] = cast.ana.client.cookies["session"].value
    assert checked.post(url, {"act": act}).status_code == 403
    assert cast.ana.client.post(url, {"act": act}).status_code == 302


def test_what_was_refused_is_told_to_the_admin_in_words(cast, door):
    door.sign_in(change=lambda root: root.find(".//{*}Audience").__setattr__("text", "https://x"))
    with in_tenant("acme"):
        arrival = Arrival.objects.get()

    page = cast.ana.client.get(f"/admin/accounts/arrival/{arrival.id}/change/")

    assert "meant for somebody else" in page.text
    assert "https://x" in page.text
    assert door.where.entity_id in page.text
    assert cast.dee.client.get(f"/admin/accounts/arrival/{arrival.id}/change/").status_code == 302


def test_the_mapping_can_be_tried_on_what_was_recorded(cast, door):
    door.sign_in(claims={"work": ["kim@corp.example"]})  # refused: no address is found
    with in_tenant("acme"):
        services.change_provider(cast.ana.actor, provider_id=door.id, mapping={"email": "work"})

    items = cast.ana.api.get(f"{API}/{door.id}/arrivals").json()["items"]

    assert (items[0]["outcome"], items[0]["code"]) == ("refused", "no_email")
    assert items[0]["mapped"]["email"] == "kim@corp.example"


# Which way --------------------------------------------------------------------------------------


def test_the_page_asks_for_the_address_first_where_it_decides(cast, door):
    login = "/accounts/login/"
    assert "id_password" in door.browser.get(login).text
    with in_tenant("acme"):
        services.change_provider(cast.ana.actor, provider_id=door.id, domains=["corp.example"])
    assert "id_password" in door.browser.get(login).text

    prove("corp.example")

    page = door.browser.get(login).text
    assert "id_password" not in page
    assert "Continue with Okta" in page
    assert "id_password" in door.browser.get(login, {"step": "password"}).text


@pytest.mark.parametrize(
    ("email", "goes"),
    [
        ("kim@corp.example", True),
        ("KIM@CORP.EXAMPLE", True),
        ("kim@sub.corp.example", False),
        ("kim@corp.example.evil", False),
        ("kim@other.example", False),
        ("corp.example", False),
        ("", False),
        ("\u212aim@corp.example\x00", False),
        ("x" * 10_000, False),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_addresses_of_a_proved_domain_lead_to_its_provider(cast, door, email, goes):
    with in_tenant("acme"):
        services.change_provider(cast.ana.actor, provider_id=door.id, domains=["corp.example"])
    prove("corp.example")

    answer = door.browser.post("/accounts/sso/route/", {"email": email, "next": "//evil"})

    if goes:
        assert answer.context["url"] == "/accounts/saml/okta/login/?next=%2F"
    else:
        assert answer["Location"].startswith("/accounts/login/?email=")
        assert "evil" not in answer["Location"].partition("&")[2]


def test_a_domain_that_is_not_proved_leads_nowhere(cast, door):
    with in_tenant("acme"):
        services.change_provider(cast.ana.actor, provider_id=door.id, domains=["corp.example"])

    answer = door.browser.post("/accounts/sso/route/", {"email": "kim@corp.example"})

    assert answer.status_code == 302


def require(cast: Any) -> None:
    """Nobody signs in but by a provider, or as Ana in an emergency."""
    with in_tenant("acme"):
        change(cast.ana.actor, SignInPolicy, methods=["sso"], break_glass_id=cast.ana.id)


def by_password(browser: Client, person: Any) -> Any:
    return browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD})


def test_where_it_is_required_nothing_else_signs_in_but_the_owner_for_emergencies(cast, door):
    prove("acme.example")
    with in_tenant("acme"):
        services.change_provider(cast.ana.actor, provider_id=door.id, domains=["acme.example"])
    require(cast)

    by_password(door.browser, cast.bo)
    assert who(door.browser) is None
    door.sign_in(claims={"email": [cast.bo.email]})
    assert who(door.browser) == cast.bo.email
    other = Client(HTTP_HOST="acme.localhost")
    by_password(other, cast.ana)
    assert who(other) == cast.ana.email


def test_where_it_is_required_the_last_provider_stays_on(cast, door):
    require(cast)
    with in_tenant("acme"):
        with pytest.raises(Conflict):
            services.switch(cast.ana.actor, provider_id=door.id, state="draft")
        assert door.provider.is_on
        second = services.add_provider(cast.ana.actor, **new(slug="second"))
        services.switch(cast.ana.actor, provider_id=second.id, state="on")
        services.switch(cast.ana.actor, provider_id=door.id, state="draft")


def test_where_it_is_not_allowed_it_signs_nobody_in(cast, door):
    with in_tenant("acme"):
        change(cast.ana.actor, SignInPolicy, methods=["password"])

    assert "Continue with Okta" not in door.browser.get("/accounts/login/").text
    door.sign_in()
    assert who(door.browser) is None


# At once, and afterwards ------------------------------------------------------------------------


def together(*acts: Any) -> list[Any]:
    """Run these at the same moment; returns what each returned, or the exception it raised."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(index: int, act: Any) -> None:
        from django.db import connection

        barrier.wait()
        try:
            with in_tenant("acme"):
                results[index] = act()
        except Exception as wrong:
            results[index] = wrong
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_an_answer_that_comes_many_times_at_once_counts_once(real_commits, cast):
    door = Door(cast.ana, "okta", Idp(), idp_initiated=True)
    raw = door.idp.answer()

    def bring() -> int:
        return door.post(raw, Client(HTTP_HOST="acme.localhost")).status_code

    assert sorted(together(*[bring] * 6)) == [303, 403, 403, 403, 403, 403]
    with in_tenant("acme"):
        assert Arrival.objects.filter(outcome=Outcome.WAITING).count() == 1


def test_somebodys_first_sign_ins_at_once_make_one_account(real_commits, cast):
    door = Door(cast.ana, "okta", Idp())
    identity = Identity(subject="kim-1", email="kim@corp.example", name="Kim")
    with in_tenant("acme"):
        provider = door.provider

    found = together(*[lambda: admission.admit(provider, identity).user.id] * 4)

    with in_tenant("acme"):
        kim = User.objects.get(email="kim@corp.example")
        assert found == [kim.id] * 4
        assert ExternalIdentity.objects.count() == 1


def test_two_people_of_one_address_at_once_are_not_one(real_commits, cast):
    door = Door(cast.ana, "okta", Idp())
    with in_tenant("acme"):
        provider = door.provider
    people = [Identity(subject=f"kim-{n}", email="kim@corp.example", name="Kim") for n in (1, 2)]

    found = together(*[lambda p=p: admission.admit(provider, p).user.id for p in people])

    assert [type(each) for each in found].count(Refused) == 1
    with in_tenant("acme"):
        assert ExternalIdentity.objects.count() == 1


def test_what_is_kept_is_forgotten_but_not_before_it_expires(door):
    door.sign_in()
    with in_tenant("acme"):
        long_ago = timezone.now() - timedelta(days=40)
        Arrival.objects.update(at=long_ago, keep_until=timezone.now() + timedelta(minutes=1))
        assert arrivals.forget_old() == 0
        Arrival.objects.update(keep_until=timezone.now() - timedelta(minutes=1))
        assert arrivals.forget_old() == 1


def test_metadata_of_several_providers_needs_a_name():
    one, two = Idp().metadata(), Idp(entity_id="https://two.example").metadata()
    both = (
        '<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">'
        f"<!-- usual here -->{one}{two}</md:EntitiesDescriptor>"
    ).encode()

    with pytest.raises(Refused, match="several_providers"):
        read_metadata(both)
    assert read_metadata(both, entity_id="https://two.example")[0] == "https://two.example"


def test_there_are_at_most_two_keys_of_ours(cast, door):
    with in_tenant("acme"):
        with pytest.raises(Conflict):
            services.retire_key(cast.ana.actor, provider_id=door.id)
        services.make_key(cast.ana.actor, provider_id=door.id)
        with pytest.raises(Conflict):
            services.make_key(cast.ana.actor, provider_id=door.id)


def test_an_attribute_other_than_the_name_may_identify(cast, door):
    with in_tenant("acme"):
        services.change_provider(
            cast.ana.actor, provider_id=door.id, mapping={"subject": "employee"}
        )
    about = {"email": ["kim@corp.example"], "employee": ["4711"]}
    door.sign_in(name_id="one", claims=about)
    door.browser = Client(HTTP_HOST="acme.localhost")
    door.sign_in(name_id="two", claims=about)

    assert who(door.browser) == "kim@corp.example"
    with in_tenant("acme"):
        assert ExternalIdentity.objects.get().subject == "4711"


def test_a_certificate_of_a_small_key_is_refused(cast):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "small")])
    small = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(timezone.now())
        .not_valid_after(timezone.now() + timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
        .decode()
    )
    with in_tenant("acme"), pytest.raises(Invalid, match="certificates"):
        services.add_provider(cast.ana.actor, **new(trust={"certificates": [small]}))


def test_groups_of_the_provider_are_groups_here(cast, door):
    with in_tenant("acme"):
        team, own = (create_group(cast.ana.actor, name=name) for name in ("Team", "Own"))
        services.change_provider(
            cast.ana.actor, provider_id=door.id, grants=[{"value": "eng", "group_id": team.id}]
        )
    about = {"email": ["kim@corp.example"]}
    door.sign_in(claims=about | {"groups": ["eng"]})
    with in_tenant("acme"):
        kim = User.objects.get(email="kim@corp.example")
        add_members(cast.ana.actor, group_id=own.id, members=Members.of([kim.id]))
        assert group_ids_of(kim.id) == {team.id, own.id}

    door.browser = Client(HTTP_HOST="acme.localhost")
    door.sign_in(claims=about | {"groups": ["other"]})

    with in_tenant("acme"):
        assert group_ids_of(kim.id) == {own.id}


def test_nobody_maps_a_group_that_gives_more_than_they_have(cast):
    officer = Actor(tenant="acme", user_id=cast.bo.id, role=Role.SECURITY)
    with in_tenant("acme"):
        strong = create_group(cast.ana.actor, name="Strong")
        role = create_role(cast.ana.actor, name="exporter", permissions=["exports.make"])
        give_role(cast.ana.actor, role_id=role.id, group_id=strong.id)
        with pytest.raises(Forbidden):
            services.add_provider(officer, **new(grants=[{"value": "x", "group_id": strong.id}]))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("", "admin", "")], "Row 1"),
        ([("it", "admin", ""), ("eng", "", "")], "Row 2"),
        ([("it", "owner", "")], "Row 1"),
        ([("it", "group", "Nobody")], "There is no group Nobody here."),
        ([("it", "group", "\x00")], "There is no group"),
    ],
    ids=str,
)
def test_a_row_that_is_not_whole_is_named(cast, door, rows, words):
    page = f"/admin/accounts/identityprovider/{door.id}/change/"
    values, choices, names = ([row[place] for row in rows] for place in range(3))
    posted = {"grants-value": values, "grants-choice": choices, "grants-name": names}

    response = cast.ana.client.post(
        page, {"name": "Okta", "default_role": "member", "clock_skew_s": "60", **posted}
    )

    assert response.status_code == 200
    assert words in response.text
    with in_tenant("acme"):
        assert IdentityProvider.objects.get().grants == []


def test_the_directorys_roles_are_a_table_too(cast):
    page = "/admin/accounts/scimtoken/add/"
    rows = {"role_map-value": ["ext", "", "sec"], "role_map-choice": ["guest", "", "security"]}
    about = {"name": "Entra", "new_role": "member"}

    twice = cast.ana.client.post(
        page, about | {"role_map-value": ["x", "x"], "role_map-choice": ["guest", "member"]}
    )
    response = cast.ana.client.post(page, about | rows)

    assert "x appears in two rows." in twice.text
    assert response.status_code == 302
    with in_tenant("acme"):
        (token,) = ScimToken.objects.filter(scopes=["scim"])
        assert token.options["role_map"] == {"ext": "guest", "sec": "security"}
