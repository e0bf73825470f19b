"""Apps are set up by those who may: by the API, in the console, on the command line."""

import io
import json
import re
from uuid import UUID

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.oauth import services
from accounts.oauth.models import OAuthApp, OAuthConnection
from accounts.oauth.redirects import clean_redirect_uri, matches
from accounts.people.models import User
from accounts.tokens.services import checksum_of
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from events.models import Entry
from tests.accounts.oauth.program import ALL_GRANTS, CALLBACK, Program, refused
from tests.messaging.calls import call

NEW = {"name": "CRM", "kind": "confidential", "redirect_uris": [CALLBACK]}


# Addresses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example/callback",
        "https://app.example",
        "https://app.example:8443/a/b?c=d&e=%20",
        "https://xn--bcher-kva.example/",
        "https://192.0.2.1/cb",
        "https://[2001:db8::1]/cb",
        "http://127.0.0.1/cb",
        "http://127.0.0.1:8080/cb",
        "http://[::1]/cb",
    ],
)
def test_addresses_that_may_be_registered(uri):
    assert clean_redirect_uri(f" {uri} ") == uri
    assert matches(uri, [uri])


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "http://app.example/cb",
        "http://localhost/cb",
        "http://127.0.0.1.evil.example/cb",
        "https://user@app.example/cb",
        "https://user:password@app.example/cb",
        "https://app.example/cb#x",
        "https://app.example/cb#",
        "https://*.app.example/cb",
        "https://app.example/*",
        "https://app.example/a/../cb",
        "https://app.example/a/%2E%2e/cb",
        "https://app.example\\@evil.example/",
        "https://app.example:0/cb",
        "https://app.example:99999/cb",
        "https://app.example:port/cb",
        "https:app.example/cb",
        "https:///cb",
        "https://APP.example/cb",
        "https://ápp.example/cb",
        "https://app.example/c b",
        "https://app.example/\ncb",
        "https://app.example/\x00",
        "https://app.example/\ud800",
        "https://app.example/cb?code=1",
        "https://app.example/cb?a=b&state=",
        "com.example.app:/cb",
        "javascript:alert(1)",
        "urn:ietf:wg:oauth:2.0:oob",
        "https://app.example/" + "x" * 500,
    ],
    ids=lambda uri: repr(uri)[:40],
)
def test_addresses_that_may_not(uri):
    with pytest.raises(Invalid) as refusal:
        clean_redirect_uri(uri)

    assert [error.field for error in refusal.value.errors] == ["redirect_uris"]


# By the API ---------------------------------------------------------------------------------------


def test_an_app_is_set_up_and_its_secret_shown_once(cast, in_acme):
    ana = call(cast.ana.client)

    made = ana.post("/oauth-apps", NEW | {"grants": list(ALL_GRANTS), "scopes": ["read", "write"]})

    assert made.status == 201
    secret = made.body["client_secret"]
    body = secret.removeprefix("chs_")
    assert (secret[:4], checksum_of(body[:-6])) == ("chs_", body[-6:])
    assert made.body["client_id"] == made.body["id"]
    assert [one["hint"] for one in made.body["secrets"]] == [secret[-4:]]
    account = User.objects.get(id=made.body["account_id"])
    assert (account.name, account.role, account.is_bot) == ("CRM", "bot", True)
    (listed,) = ana.get("/oauth-apps").items
    assert listed == ana.get(f"/oauth-apps/{made.body['id']}").body
    assert secret not in str(listed)
    assert secret not in str(list(Entry.objects.values_list("data", flat=True)))
    created = Entry.objects.get(type="chancery.oauth_app.created.v1")
    assert created.data["redirect_uris"] == [CALLBACK]
    assert created.actor_id == cast.ana.id


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 121}),
        ("name", {"name": "\u202eCRM"}),
        ("name", {"name": "a\x00b"}),
        ("kind", {"kind": "secret"}),
        ("redirect_uris", {"redirect_uris": []}),
        ("redirect_uris", {"redirect_uris": ["http://app.example"]}),
        ("redirect_uris", {"redirect_uris": [CALLBACK + str(n) for n in range(21)]}),
        ("grants", {"grants": []}),
        ("grants", {"grants": ["password"]}),
        ("grants", {"grants": ["refresh_token"]}),
        ("grants", {"grants": ["client_credentials"], "kind": "public"}),
        ("scopes", {"scopes": []}),
        ("scopes", {"scopes": ["scim"]}),
        ("networks", {"networks": ["here"]}),
    ],
    ids=str,
)
def test_bad_values_are_refused_by_name(cast, in_acme, field, values):
    answer = call(cast.ana.client).post("/oauth-apps", NEW | values)

    assert (answer.status, answer.fields) == (422, [field])
    assert (OAuthApp.objects.count(), User.objects.filter(is_bot=True).count()) == (0, 0)


def test_members_set_no_apps_up_and_see_none(cast, crm):
    for person in (cast.bo, cast.eve):
        them = call(person.client)
        for method, path, body in (
            ("get", "/oauth-apps", None),
            ("post", "/oauth-apps", NEW),
            ("get", f"/oauth-apps/{crm.id}", None),
            ("patch", f"/oauth-apps/{crm.id}", {"name": "x"}),
            ("delete", f"/oauth-apps/{crm.id}", None),
            ("post", f"/oauth-apps/{crm.id}/secrets", {}),
        ):
            answer = getattr(them, method)(path, *([] if body is None else [body]))
            assert answer.problem == (403, "forbidden"), path
    assert crm.row.name == "CRM"
    assert len(crm.row.secrets) == 1


def test_an_integration_manager_sets_apps_up_and_security_ends_them(cast, crm):
    User.objects.filter(id=cast.bo.id).update(role="integration")
    User.objects.filter(id=cast.cy.id).update(role="security")
    bo, cy = call(cast.bo.client), call(cast.cy.client)

    assert bo.post("/oauth-apps", NEW).status == 201
    assert cy.post("/oauth-apps", NEW).problem == (403, "forbidden")
    assert cy.patch(f"/oauth-apps/{crm.id}", {"name": "x"}).problem == (403, "forbidden")
    assert cy.delete(f"/oauth-apps/{crm.id}").status == 204
    assert cy.delete(f"/oauth-apps/{crm.id}").problem == (404, "not_found")
    assert bo.patch(f"/oauth-apps/{crm.id}", {"name": "x"}).problem == (404, "not_found")


def test_changes_stand_in_the_journal_before_and_after(cast, crm):
    ana = call(cast.ana.client)
    elsewhere = "https://crm.example/new"

    changed = ana.patch(
        f"/oauth-apps/{crm.id}",
        {"name": "CRM 2", "redirect_uris": [elsewhere], "networks": ["192.0.2.1"], "scopes": None},
    )

    assert (changed.status, changed.body["name"]) == (200, "CRM 2")
    assert changed.body["networks"] == ["192.0.2.1/32"]
    entry = Entry.objects.get(type="chancery.oauth_app.changed.v1")
    assert entry.data["before"] == {"name": "CRM", "redirect_uris": CALLBACK, "networks": ""}
    assert entry.data["after"]["redirect_uris"] == elsewhere
    assert ana.patch(f"/oauth-apps/{crm.id}", {"name": "CRM 2"}).status == 200
    assert Entry.objects.filter(type="chancery.oauth_app.changed.v1").count() == 1
    refused = ana.patch(f"/oauth-apps/{crm.id}", {"redirect_uris": []})
    assert (refused.status, refused.fields) == (422, ["redirect_uris"])
    assert ana.patch(f"/oauth-apps/{crm.id}", {"kind": "public"}).status == 422
    assert crm.row.redirect_uris == [elsewhere]


def test_there_are_two_secrets_at_most_and_one_at_least(cast, crm, phone):
    ana = call(cast.ana.client)
    second = ana.post(f"/oauth-apps/{crm.id}/secrets", {})
    assert second.status == 201
    assert second.body["client_secret"].startswith("chs_")

    assert ana.post(f"/oauth-apps/{crm.id}/secrets", {}).problem == (409, "conflict")
    assert ana.post(f"/oauth-apps/{phone.id}/secrets", {}).problem == (409, "conflict")
    path = f"/oauth-apps/{crm.id}/secrets/"
    assert ana.delete(f"{path}{second.body['id']}").status == 204
    assert ana.delete(f"{path}{second.body['id']}").problem == (404, "not_found")
    (last,) = ana.get(f"/oauth-apps/{crm.id}").body["secrets"]
    assert ana.delete(f"{path}{last['id']}").problem == (409, "conflict")
    assert ana.delete(f"/oauth-apps/{phone.id}/secrets/{last['id']}").problem[0] == 404
    with pytest.raises(Conflict):
        services.end_secret(cast.ana.actor, app_id=crm.id, secret_id=UUID(last["id"]))
    with pytest.raises(NotFound):
        services.make_secret(cast.ana.actor, app_id=new_id())


# In the console -----------------------------------------------------------------------------------

ADD = "/admin/accounts/oauthapp/add/"
FORM = {
    "name": "CRM",
    "kind": "confidential",
    "grants": ["authorization_code", "refresh_token"],
    "redirect_uris": f"{CALLBACK}\nhttp://127.0.0.1/cb",
    "scopes": ["read"],
    "networks": "",
}


def test_the_console_sets_an_app_up_and_shows_its_secret_once(cast, in_acme):
    ana = cast.ana.client
    wrong = ana.post(ADD, FORM | {"redirect_uris": "http://app.example"})
    assert "Give https:// addresses in small letters" in wrong.text
    assert OAuthApp.objects.count() == 0

    page = ana.post(ADD, FORM, follow=True)

    app = OAuthApp.objects.get()
    assert app.redirect_uris == [CALLBACK, "http://127.0.0.1/cb"]
    (secret,) = set(re.findall(r"chs_[\w-]{40,}", page.text))
    assert app.client_id in page.text
    assert "/.well-known/oauth-authorization-server" in page.text
    where = f"/admin/accounts/oauthapp/{app.id}/"
    assert secret not in ana.get(f"{where}change/").text
    changed = ana.post(f"{where}change/", FORM | {"name": "CRM 2", "scopes": ["read", "write"]})
    assert changed.status_code == 302
    app.refresh_from_db()
    assert (app.name, app.scopes, app.kind) == ("CRM 2", ["read", "write"], "confidential")


def test_the_console_asks_for_a_fresh_proof_and_takes_no_header_for_one(cast, crm):
    session = cast.ana.client.session
    session["account_authentication_methods_user"] = str(cast.ana.id)
    session["account_authentication_methods"] = [{"method": "password", "at": 1.0}]
    session.save()
    where = f"/admin/accounts/oauthapp/{crm.id}"

    for path in (ADD, f"{where}/change/", f"{where}/act/", "/admin/accounts/apitoken/add/"):
        for header in ({}, {"HTTP_AUTHORIZATION": "Bearer x"}):
            answer = cast.ana.client.post(path, FORM | {"act": "secret"}, **header)
            assert answer["Location"].startswith("/accounts/reauthenticate/"), path
    assert [len(app.secrets) for app in OAuthApp.objects.all()] == [1]


def test_the_buttons_make_and_end_secrets_and_the_app(cast, crm):
    ana, where = cast.ana.client, f"/admin/accounts/oauthapp/{crm.id}/"
    (first,) = crm.row.secrets
    page = ana.post(f"{where}act/", {"act": "secret"}, follow=True)
    assert re.search(r"chs_[\w-]{40,}", page.text)
    assert (
        "Two secrets are already valid"
        in ana.post(f"{where}act/", {"act": "secret"}, follow=True).text
    )
    ana.post(f"{where}act/", {"secret": str(first.id)})
    (second,) = crm.row.secrets
    assert second.id != first.id
    for bad in ({}, {"act": "x"}, {"secret": "x"}, {"secret": "\x00"}):
        assert ana.post(f"{where}act/", bad).status_code == 404
    assert ana.get(f"{where}act/").status_code == 404

    page = ana.post(f"{where}act/", {"act": "end"}, follow=True)

    assert "The app is ended" in page.text
    assert crm.row.revoked_at is not None
    assert ana.get(f"{where}change/").status_code == 200
    assert ana.post(f"{where}change/", FORM).status_code == 403


def test_the_console_shows_who_allowed_what_and_takes_it_back(cast, crm):
    tokens = crm.tokens(cast.bo)
    path = "/admin/accounts/oauthconnection/"
    row = OAuthConnection.objects.get()

    assert "Bo" in cast.ana.client.get(path).text
    cast.ana.client.post(path, {"action": "end", "_selected_action": [str(row.id)]})

    assert OAuthConnection.objects.count() == 0
    assert crm.me(tokens["access_token"]).status_code == 401


def test_the_console_is_shut_to_members_and_open_to_those_who_may(cast, crm):
    pages = (
        "/admin/accounts/oauthapp/",
        ADD,
        f"/admin/accounts/oauthapp/{crm.id}/change/",
        "/admin/accounts/oauthconnection/",
    )
    assert {cast.bo.client.get(page, follow=True).status_code for page in pages} == {403}
    assert cast.bo.client.post(
        f"/admin/accounts/oauthapp/{crm.id}/act/", {"act": "end"}, follow=True
    ).status_code in {403, 404}
    User.objects.filter(id=cast.cy.id).update(role="security")
    assert [cast.cy.client.get(page).status_code for page in pages] == [200, 403, 200, 200]
    shown = cast.cy.client.get(pages[2]).text
    assert "Make the next secret" not in shown
    User.objects.filter(id=cast.cy.id).update(role="integration")
    assert [cast.cy.client.get(page).status_code for page in pages] == [200] * 4
    assert crm.row.revoked_at is None


# On the command line ------------------------------------------------------------------------------


def test_an_app_is_set_up_on_the_command_line(cast, in_acme):
    out = io.StringIO()
    call_command(
        *("create_oauth_app", "--tenant", "acme", "--name", "CRM", "--json"),
        *("--redirect-uri", CALLBACK, "--scopes", "read,write"),
        stdout=out,
    )
    told = json.loads(out.getvalue())

    app = Program.__new__(Program)
    app.__dict__.update(tenant="acme", host="acme.localhost", uri=CALLBACK, http=cast.nobody())
    app.client_id, app.secret = told["client_id"], told["client_secret"]
    assert app.me(app.tokens(cast.bo)["access_token"]).status_code == 200

    out = io.StringIO()
    words = ("create_oauth_app", "--tenant", "acme", "--name", "CLI", "--kind", "public")
    call_command(*words, "--redirect-uri", "http://127.0.0.1/cb", stdout=out)
    assert "it is public" in out.getvalue()
    with pytest.raises(CommandError, match="redirect_uris"):
        call_command(*words, "--redirect-uri", "http://localhost/cb")
    assert refused(app.post("token", {"grant_type": "client_credentials"}))[0] == 400
