"""Token, introspection, revocation: each thing once, for its own app, in its own organisation."""

from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.oauth import issuing, services
from accounts.oauth.issuing import forget_spent
from accounts.oauth.models import (
    OAuthApp,
    OAuthConnection,
    OAuthGrant,
    OAuthRefreshToken,
)
from accounts.people.models import User
from accounts.people.services import deactivate, update_person
from accounts.tokens.models import ApiToken
from accounts.tokens.services import end_service_account
from core.errors import Forbidden
from events.models import Entry
from messaging.live.admission import Admission, Refused, admit
from tenants.context import in_tenant
from tests.accounts.oauth.program import (
    ALL_GRANTS,
    CALLBACK,
    VERIFIER,
    Program,
    bearer,
    challenge_of,
    refused,
)
from tests.messaging.calls import call
from tests.messaging.places import make_channel


def test_a_code_gives_tokens_that_act_for_the_person(cast, crm):
    answer = crm.exchange(crm.code(cast.bo))

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, "read")
    assert body["access_token"].startswith("chy_")
    assert body["refresh_token"].startswith("chr_")
    assert crm.me(body["access_token"]).json()["email"] == cast.bo.email
    row = ApiToken.objects.get(app_id=crm.id)
    assert (row.user_id, row.scopes, row.name) == (cast.bo.id, ["read"], "CRM")
    kept = str([*ApiToken.objects.values(), *OAuthRefreshToken.objects.values()])
    told = str(list(Entry.objects.values_list("data", flat=True)))
    for secret in (body["access_token"], body["refresh_token"], crm.secret):
        assert secret not in kept + told


def test_the_token_reaches_no_further_than_its_scopes(cast, crm):
    read = call(bearer(crm.tokens(cast.ana)["access_token"]))
    write = call(bearer(crm.tokens(cast.ana, scope="read write")["access_token"]))
    body = {"name": "x", "kind": "public"}

    assert read.post("/conversations", body).problem == (403, "scope")
    assert write.post("/conversations", body).status == 201
    assert write.post("/groups", {"name": "x"}).problem == (403, "scope")


def test_a_public_app_has_no_secret(cast, phone):
    tokens = phone.tokens(cast.bo)

    assert phone.secret is None
    assert phone.me(tokens["access_token"]).status_code == 200
    assert phone.refresh(tokens["refresh_token"]).status_code == 200


def test_secrets_go_into_the_header_or_the_body(cast, crm):
    code = crm.code(cast.bo)
    body = {"grant_type": "authorization_code", "code": code, "redirect_uri": crm.uri}

    answer = crm.post("token", body | {"code_verifier": VERIFIER}, basic=True)

    assert answer.status_code == 200


def test_sockets_take_the_token_and_close_with_it(cast, crm):
    token = crm.tokens(cast.bo)["access_token"]

    assert isinstance(_socket(token), Admission)
    crm.post("revoke", {"token": token})
    assert _socket(token) is Refused.NOT_SIGNED_IN
    assert Entry.objects.filter(type="chancery.session.revoked.v1", stream_id=cast.bo.id).exists()


def _socket(token: str) -> Admission | Refused:
    return admit([(b"host", b"acme.localhost"), (b"authorization", f"Bearer {token}".encode())])


# Codes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": "v" * 42},
        {"code_verifier": "v" * 129},
        {"code_verifier": challenge_of(VERIFIER)},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": "https://evil.example"},
        {"code": "chc_unknown"},
        {"code": "x" * 5000},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_code_without_all_that_belongs_to_it_gives_nothing(cast, crm, changed):
    code = crm.code(cast.bo)

    assert refused(crm.exchange(**{"code": code} | changed)) == (400, "invalid_grant")

    assert ApiToken.objects.count() == 0
    assert crm.exchange(code).status_code == 200


@pytest.mark.parametrize("missing", ["code", "redirect_uri", "code_verifier", "grant_type"])
def test_what_is_missing_is_named(cast, crm, missing):
    body = {
        "grant_type": "authorization_code",
        "code": crm.code(cast.bo),
        "redirect_uri": crm.uri,
        "code_verifier": VERIFIER,
    }
    del body[missing]

    answer = crm.post("token", body)

    assert refused(answer) == (400, "invalid_request")
    assert missing in answer.json()["error_description"]


def test_a_code_that_comes_again_ends_what_it_gave(cast, crm):
    code = crm.code(cast.bo)
    tokens = crm.exchange(code).json()
    other = crm.tokens(cast.bo)

    assert refused(crm.exchange(code)) == (400, "invalid_grant")

    assert crm.me(tokens["access_token"]).status_code == 401
    assert refused(crm.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    assert crm.me(other["access_token"]).status_code == 200
    ended = Entry.objects.get(type="chancery.oauth_app.grant_ended.v1")
    assert ended.data["reason"] == "code_replayed"


def test_a_code_lives_for_a_minute(cast, crm):
    code = crm.code(cast.bo)
    grant = OAuthGrant.objects.get()
    assert timedelta(seconds=55) < grant.code_expires_at - timezone.now() <= timedelta(seconds=60)
    OAuthGrant.objects.update(code_expires_at=timezone.now())

    assert refused(crm.exchange(code)) == (400, "invalid_grant")


def test_an_app_that_asks_anew_each_time_keeps_the_newest_families(cast, crm, monkeypatch):
    monkeypatch.setattr(issuing, "MOST_FAMILIES", 2)
    first, second, third = (crm.tokens(cast.bo) for _ in range(3))

    assert crm.me(first["access_token"]).status_code == 401
    assert refused(crm.refresh(first["refresh_token"])) == (400, "invalid_grant")
    for tokens in (second, third):
        assert crm.me(tokens["access_token"]).status_code == 200
        assert crm.refresh(tokens["refresh_token"]).status_code == 200


def test_another_app_gets_nothing_for_the_code_and_ends_nothing(cast, crm, phone):
    code = crm.code(cast.bo)
    stolen = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": crm.uri,
        "code_verifier": VERIFIER,
    }

    assert refused(phone.post("token", stolen)) == (400, "invalid_grant")
    tokens = crm.exchange(code).json()
    assert refused(phone.post("token", stolen)) == (400, "invalid_grant")
    assert refused(phone.refresh(tokens["refresh_token"])) == (400, "invalid_grant")

    assert crm.me(tokens["access_token"]).status_code == 200
    assert crm.refresh(tokens["refresh_token"]).status_code == 200


# Refreshing ---------------------------------------------------------------------------------------


def test_each_refresh_token_is_good_once_and_ends_its_family_when_it_comes_again(cast, crm):
    first = crm.tokens(cast.bo)
    second = crm.refresh(first["refresh_token"]).json()
    third = crm.refresh(second["refresh_token"]).json()
    other = crm.tokens(cast.bo)
    assert len({one["refresh_token"] for one in (first, second, third)}) == 3
    assert crm.me(third["access_token"]).status_code == 200

    assert refused(crm.refresh(first["refresh_token"])) == (400, "invalid_grant")

    for ended in (first, second, third):
        assert crm.me(ended["access_token"]).status_code == 401
        assert refused(crm.refresh(ended["refresh_token"])) == (400, "invalid_grant")
    assert crm.me(other["access_token"]).status_code == 200
    reasons = Entry.objects.filter(type="chancery.oauth_app.grant_ended.v1")
    assert [entry.data["reason"] for entry in reasons] == ["refresh_reused"]


def test_scopes_may_get_fewer_and_never_more(cast, crm):
    tokens = crm.tokens(cast.bo, scope="read")

    assert refused(crm.refresh(tokens["refresh_token"], scope="read write"))[1] == "invalid_scope"
    assert refused(crm.refresh(tokens["refresh_token"], scope="admin"))[1] == "invalid_scope"
    assert ApiToken.objects.filter(app_id=crm.id).count() == 1
    wide = crm.tokens(cast.bo, scope="read write")
    narrow = crm.refresh(wide["refresh_token"], scope="read").json()
    assert narrow["scope"] == "read"
    again = crm.refresh(narrow["refresh_token"]).json()
    assert again["scope"] == "read write"


def test_what_the_app_may_no_longer_have_is_left_out(cast, crm):
    tokens = crm.tokens(cast.bo, scope="read write")
    services.change_app(cast.ana.actor, app_id=crm.id, scopes=["read"])

    assert crm.refresh(tokens["refresh_token"]).json()["scope"] == "read"


def test_refresh_tokens_and_their_families_expire(cast, crm):
    first, second = crm.tokens(cast.bo), crm.tokens(cast.bo)
    token = OAuthRefreshToken.objects.order_by("id").first()
    OAuthRefreshToken.objects.filter(id=token.id).update(expires_at=timezone.now())
    OAuthGrant.objects.exclude(id=token.grant_id).update(ends_at=timezone.now())

    for tokens in (first, second):
        assert refused(crm.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


def test_an_app_without_the_grant_gets_no_refresh_token(cast, in_acme):
    app = Program(grants=["authorization_code"])

    tokens = app.tokens(cast.bo)

    assert "refresh_token" not in tokens
    assert refused(app.refresh("chr_x")) == (400, "unauthorized_client")


# By itself ----------------------------------------------------------------------------------------


def test_an_app_acts_by_itself_with_an_account_of_its_own(cast, in_acme):
    app = Program(grants=ALL_GRANTS)
    answer = app.post("token", {"grant_type": "client_credentials", "scope": "read"})

    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
    me = app.me(body["access_token"]).json()
    assert (me["name"], me["id"], me["roles"]) == ("CRM", str(app.row.account_id), ["bot"])
    room = make_channel(cast.ana, name="room", kind="private")
    program = call(bearer(body["access_token"]))
    assert program.get(f"/conversations/{room.id}").status == 404
    call(cast.ana.client).post(
        f"/conversations/{room.id}/members", {"user_id": str(app.row.account_id)}
    )
    assert program.get(f"/conversations/{room.id}").status == 200
    refusal = app.post("token", {"grant_type": "client_credentials", "scope": "admin"})
    assert refused(refusal) == (400, "invalid_scope")


def test_an_account_that_was_ended_ends_its_app_too(cast, in_acme):
    app = Program(grants=["client_credentials"], redirect_uris=[])
    token = app.post("token", {"grant_type": "client_credentials"}).json()["access_token"]

    end_service_account(cast.ana.actor, user_id=app.row.account_id)

    assert app.me(token).status_code == 401
    refusal = app.post("token", {"grant_type": "client_credentials"})
    assert refused(refusal) == (400, "unauthorized_client")


def test_what_an_apps_account_was_given_is_not_for_those_who_have_less(cast, in_acme):
    app = Program(grants=["client_credentials"], redirect_uris=[])
    User.objects.filter(id=cast.bo.id).update(role="integration")
    bo = call(cast.bo.client)
    account = User.objects.filter(id=app.row.account_id)
    account.update(granted=["discovery.read"])

    assert bo.post(f"/oauth-apps/{app.id}/secrets", {}).problem == (403, "forbidden")
    assert bo.patch(f"/oauth-apps/{app.id}", {"scopes": ["admin"]}).problem == (403, "forbidden")
    assert call(cast.ana.client).post(f"/oauth-apps/{app.id}/secrets", {}).status == 201
    account.update(granted=[], role="admin")
    refusal = app.post("token", {"grant_type": "client_credentials"})
    assert refused(refusal) == (400, "unauthorized_client")


def test_neither_public_apps_nor_others_act_by_themselves(cast, crm, phone):
    for app in (crm, phone):
        answer = app.post("token", {"grant_type": "client_credentials"})
        assert refused(answer) == (400, "unauthorized_client")


@pytest.mark.parametrize("grant", ["password", "implicit", "x" * 5000, "urn:ietf:params:oauth"])
def test_there_are_no_other_ways(cast, crm, grant):
    answer = crm.post("token", {"grant_type": grant, "username": "bo", "password": "x"})

    assert refused(answer) == (400, "unsupported_grant_type")


# Who calls ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["token", "introspect", "revoke"])
def test_an_app_proves_itself(cast, crm, path):
    body = {"grant_type": "client_credentials", "token": "x"}
    wrong = [
        {},
        {"client_id": crm.client_id},
        {"client_id": crm.client_id, "client_secret": "chs_wrong"},
        {"client_id": crm.client_id, "client_secret": crm.secret + "x"},
        {"client_id": crm.client_id.upper(), "client_secret": crm.secret},
        {"client_id": "unknown", "client_secret": crm.secret},
        {"client_secret": crm.secret},
    ]
    bodies = [crm.post(path, _form(body | proof)) for proof in wrong]

    assert [refused(answer) for answer in bodies] == [(401, "invalid_client")] * len(wrong)
    assert {answer["WWW-Authenticate"].split()[0] for answer in bodies} == {"Basic"}
    noted = Entry.objects.filter(type="chancery.oauth_app.refused.v1")
    assert sorted(entry.data["reason"] for entry in noted) == ["no_secret", "wrong_secret"]
    assert crm.secret not in str(list(noted.values_list("data", flat=True)))


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + "QQ==" * 500,
        "Basic /////w==",
        "Bearer x",
        "Digest x",
        "Basic Og==",
        "x",
    ],
)
def test_a_header_that_proves_nothing(cast, crm, header):
    form = _form({"grant_type": "client_credentials"})

    assert refused(crm.post("token", form, HTTP_AUTHORIZATION=header)) == (401, "invalid_client")


def test_two_proofs_are_none(cast, crm):
    body = {"grant_type": "client_credentials", "client_secret": crm.secret}
    assert refused(crm.post("token", body, basic=True)) == (400, "invalid_request")
    body = {"grant_type": "client_credentials", "client_id": "other"}
    assert refused(crm.post("token", body, basic=True)) == (400, "invalid_request")


def test_a_public_app_that_shows_a_secret_is_somebody_else(cast, phone):
    body = {"grant_type": "refresh_token", "refresh_token": "x", "client_secret": "x"}

    assert refused(phone.post("token", body)) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("grant_type=a&grant_type=b", None, 400),
        ("client_id=a&client_id=a", None, 400),
        ("a=%00", None, 400),
        ("a=%ff", None, 400),
        ("é", None, 400),
        ("&".join(["a=b"] * 50), None, 400),
        ("a=" + "b" * 9000, None, 413),
        ("a=" + "b" * 2_000_000, None, 413),
        ('{"grant_type": "client_credentials"}', "application/json", 415),
        ("grant_type=x", "multipart/form-data; boundary=x", 415),
    ],
    ids=lambda value: str(value)[:20],
)
@pytest.mark.parametrize("path", ["token", "introspect", "revoke"])
def test_what_cannot_be_read_is_refused(cast, crm, path, body, kind, status):
    form = kind or "application/x-www-form-urlencoded"
    answer = crm.http.post(f"/oauth/{path}", body, content_type=form)

    assert refused(answer) == (status, "invalid_request")


def test_secrets_do_not_belong_into_addresses(cast, crm):
    answer = crm.post(f"token?client_secret={quote(crm.secret)}", {"grant_type": "x"})

    assert refused(answer) == (400, "invalid_request")
    assert crm.http.get("/oauth/token").status_code == 405


def _form(values: dict[str, str]) -> str:
    return "&".join(f"{name}={quote(value)}" for name, value in values.items())


def test_two_secrets_are_good_while_an_app_changes_over(cast, crm):
    old, code = crm.secret, crm.code(cast.bo)
    _row, new = services.make_secret(cast.ana.actor, app_id=crm.id)

    assert refused(crm.post("introspect", {"token": "x"} | {"client_secret": "x"}))[0] == 401
    crm.secret = new
    assert crm.exchange(code).status_code == 200
    crm.secret = old
    assert crm.exchange(crm.code(cast.bo)).status_code == 200
    first, second = crm.row.secrets
    services.end_secret(cast.ana.actor, app_id=crm.id, secret_id=first.id)
    assert refused(crm.exchange(crm.code(cast.bo))) == (401, "invalid_client")
    assert crm.row.secrets == [second]
    assert None not in (first.last_used_at, second.last_used_at)


def test_a_flood_is_told_to_wait(cast, crm, monkeypatch):
    from accounts.oauth import endpoints
    from core.limits import Quota

    monkeypatch.setattr(endpoints, "BY_APP", Quota("oauth_app_test", 60, 2))
    body = {"token": "x"}
    answers = [crm.post("introspect", body) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert int(answers[3]["Retry-After"]) >= 1
    assert answers[3].json()["error"] == "temporarily_unavailable"


# Asking and ending --------------------------------------------------------------------------------


def test_an_app_may_ask_about_its_own_tokens_alone(cast, crm):
    other = Program(name="Other")
    tokens = crm.tokens(cast.bo)

    told = crm.post("introspect", {"token": tokens["access_token"]}).json()

    assert told["active"] is True
    assert told["sub"] == str(cast.bo.id)
    assert (told["scope"], told["client_id"]) == ("read", crm.client_id)
    assert told["exp"] - told["iat"] == 3600
    assert crm.post("introspect", {"token": tokens["refresh_token"]}).json()["active"] is True
    inactive = {"active": False}
    for token in tokens["access_token"], tokens["refresh_token"]:
        assert other.post("introspect", {"token": token}).json() == inactive
    assert crm.post("introspect", {"token": cast.bo.token}).json() == inactive
    assert crm.post("introspect", {"token": "x" * 3000}).json() == inactive
    crm.refresh(tokens["refresh_token"])
    assert crm.post("introspect", {"token": tokens["refresh_token"]}).json() == inactive


def test_a_public_app_may_not_ask(cast, phone):
    assert refused(phone.post("introspect", {"token": "x"})) == (401, "invalid_client")


def test_ending_an_access_token_leaves_its_family_and_a_refresh_token_ends_it(cast, crm):
    tokens = crm.tokens(cast.bo)
    assert crm.post("revoke", {"token": tokens["access_token"]}).status_code == 200
    assert crm.me(tokens["access_token"]).status_code == 401
    again = crm.refresh(tokens["refresh_token"]).json()
    assert crm.me(again["access_token"]).status_code == 200

    assert crm.post("revoke", {"token": again["refresh_token"]}).status_code == 200
    assert crm.me(again["access_token"]).status_code == 401
    assert refused(crm.refresh(again["refresh_token"])) == (400, "invalid_grant")
    assert crm.post("revoke", {"token": again["refresh_token"]}).status_code == 200


def test_an_app_ends_nobody_elses_tokens(cast, crm):
    other = Program(name="Other")
    tokens = crm.tokens(cast.bo)
    for token in (*list(tokens.values())[:1], tokens["refresh_token"], cast.bo.token, "x"):
        assert other.post("revoke", {"token": token}).status_code == 200

    assert crm.me(tokens["access_token"]).status_code == 200
    assert crm.me(cast.bo.token).status_code == 200
    assert crm.refresh(tokens["refresh_token"]).status_code == 200


def test_where_everything_is_can_be_read(cast, crm, settings):
    issuer = f"http://acme.localhost:{settings.CHANCERY_PORT}"
    told = cast.nobody().get("/.well-known/oauth-authorization-server").json()

    assert told["issuer"] == issuer
    assert told["token_endpoint"] == f"{issuer}/oauth/token"
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["response_types_supported"] == ["code"]
    assert told["authorization_response_iss_parameter_supported"] is True
    assert not {"password", "implicit"} & set(told["grant_types_supported"])
    root = Client(HTTP_HOST="localhost").get("/.well-known/oauth-authorization-server")
    assert root.status_code == 404


# Who is shut out ----------------------------------------------------------------------------------


def test_a_person_who_is_deactivated_takes_all_apps_along_for_good(cast, crm):
    tokens, code = crm.tokens(cast.bo), crm.code(cast.bo)

    deactivate(cast.ana.actor, user_id=cast.bo.id)

    assert crm.me(tokens["access_token"]).status_code == 401
    assert refused(crm.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    assert refused(crm.exchange(code)) == (400, "invalid_grant")
    assert crm.post("introspect", {"token": tokens["access_token"]}).json() == {"active": False}
    assert OAuthConnection.objects.count() == 0
    update_person(cast.ana.actor, user_id=cast.bo.id, is_active=True)
    assert refused(crm.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    assert crm.me(tokens["access_token"]).status_code == 401


def test_whoever_becomes_a_guest_refreshes_nothing(cast, crm):
    tokens = crm.tokens(cast.bo)
    update_person(cast.ana.actor, user_id=cast.bo.id, role="guest")

    assert refused(crm.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


def test_the_app_acts_with_the_rights_that_the_person_has_now(cast, in_acme):
    app = Program(scopes=["read", "admin"])
    tokens = app.tokens(cast.ana, scope="read admin")
    assert bearer(tokens["access_token"]).get("/api/v1/oauth-apps").status_code == 200
    User.objects.filter(id=cast.ana.id).update(role="member")

    assert bearer(tokens["access_token"]).get("/api/v1/oauth-apps").status_code == 403


def test_an_app_that_is_ended_takes_everything_along(cast, in_acme):
    app = Program(grants=ALL_GRANTS)
    tokens, code = app.tokens(cast.bo), app.code(cast.cy)
    own = app.post("token", {"grant_type": "client_credentials"}).json()["access_token"]

    services.revoke_app(cast.ana.actor, app_id=app.id)

    for token in (tokens["access_token"], own):
        assert app.me(token).status_code == 401
    for answer in (
        app.refresh(tokens["refresh_token"]),
        app.exchange(code),
        app.post("introspect", {"token": own}),
    ):
        assert refused(answer) == (401, "invalid_client")
    assert OAuthConnection.objects.count() == 0
    assert not User.objects.get(id=app.row.account_id).is_active
    revoked = Entry.objects.get(type="chancery.oauth_app.revoked.v1")
    assert revoked.data == {"app_id": str(app.id), "connections": 2, "before": {"name": "CRM"}}


def test_a_person_takes_back_what_they_allowed_and_nobody_elses(cast, crm):
    bo, cy = crm.tokens(cast.bo), crm.tokens(cast.cy)
    me = call(cast.bo.client)
    (listed,) = me.get("/me/apps").items
    assert (listed["name"], listed["scopes"]) == ("CRM", ["read"])
    assert me.get("/me/tokens").items == []
    assert me.delete(f"/oauth-apps/{crm.id}/people/{cast.cy.id}").problem == (403, "forbidden")

    assert me.delete(f"/me/apps/{crm.id}").status == 204

    assert crm.me(bo["access_token"]).status_code == 401
    assert refused(crm.refresh(bo["refresh_token"])) == (400, "invalid_grant")
    assert crm.me(cy["access_token"]).status_code == 200
    assert me.get("/me/apps").items == []
    assert me.delete(f"/me/apps/{crm.id}").problem == (404, "not_found")
    assert crm.ask(cast.bo.client).status_code == 200
    ana = call(cast.ana.client)
    assert ana.delete(f"/oauth-apps/{crm.id}/people/{cast.cy.id}").status == 204
    assert crm.me(cy["access_token"]).status_code == 401


def test_an_app_makes_no_tokens_and_sets_no_apps_up(cast, in_acme):
    app = Program(scopes=["read", "write", "admin"])
    program = call(bearer(app.tokens(cast.ana, scope="read write admin")["access_token"]))

    assert program.post("/me/tokens", {"name": "x", "scopes": ["read"]}).problem[0] == 403
    body = {"name": "x", "kind": "public", "redirect_uris": [CALLBACK]}
    assert program.post("/oauth-apps", body).problem == (403, "forbidden")
    assert program.post(f"/oauth-apps/{app.id}/secrets", {}).problem == (403, "forbidden")
    with pytest.raises(Forbidden):
        services.allow(_token_actor(cast), app_id=app.id, wish=None)


def _token_actor(cast):
    from dataclasses import replace

    return replace(cast.ana.actor, scopes=frozenset({"read", "write", "admin"}))


def test_networks_and_channels_of_an_app_bind_its_tokens(cast, in_acme):
    room = make_channel(cast.bo, cast.ana, name="room")
    app = Program(networks=["192.0.2.0/24"])
    services.change_app(cast.ana.actor, app_id=app.id, conversation_ids=[room.id])
    token = app.tokens(cast.bo)["access_token"]

    assert app.me(token).json()["code"] == "address"
    inside = Client(
        HTTP_HOST="acme.localhost",
        HTTP_AUTHORIZATION=f"Bearer {token}",
        REMOTE_ADDR="192.0.2.7",
    )
    assert inside.get(f"/api/v1/conversations/{room.id}").status_code == 200
    assert inside.get("/api/v1/conversations").status_code == 403


def test_an_app_is_for_channels_that_whoever_sets_it_up_sees_and_keeps_those_it_has(cast, in_acme):
    room = make_channel(cast.ana, cast.bo, name="room", kind="private")
    hidden = make_channel(cast.bo, name="hidden", kind="private")
    ana = call(cast.ana.client)
    body = {"name": "x", "kind": "public", "redirect_uris": [CALLBACK]}
    made = ana.post("/oauth-apps", {**body, "conversation_ids": [str(room.id)]})
    path = f"/oauth-apps/{made.body['id']}"
    OAuthApp.objects.filter(id=made.body["id"]).update(conversation_ids=[hidden.id])
    keeps = ana.patch(path, {"conversation_ids": [str(hidden.id), str(room.id)]})

    assert (made.status, keeps.status) == (201, 200)
    for place in (uuid4(), make_channel(cast.bo, name="other", kind="private").id):
        ids = [str(room.id), str(place)]
        assert ana.patch(path, {"conversation_ids": ids}).fields == ["conversation_ids"]
        again = ana.post("/oauth-apps", {**body, "conversation_ids": ids})
        assert again.fields == ["conversation_ids"]
    assert OAuthApp.objects.count() == 1


# Two organisations --------------------------------------------------------------------------------


def test_nothing_of_one_organisation_is_anything_in_another(cast, crm):
    theirs = Program("globex")
    tokens, code = crm.tokens(cast.bo), crm.code(cast.bo)
    confused = Client(HTTP_HOST="globex.localhost")
    crm.http = confused

    assert refused(crm.exchange(code)) == (401, "invalid_client")
    assert refused(crm.refresh(tokens["refresh_token"])) == (401, "invalid_client")
    assert refused(crm.post("introspect", {"token": tokens["access_token"]}))[0] == 401
    assert bearer(tokens["access_token"], "globex.localhost").get("/api/v1/me").status_code == 401
    theirs.uri = crm.uri
    with in_tenant("globex"):
        assert refused(theirs.exchange(code)) == (400, "invalid_grant")
        assert refused(theirs.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
        asked = theirs.post("introspect", {"token": tokens["access_token"]})
        assert asked.json() == {"active": False}
        theirs.post("revoke", {"token": tokens["refresh_token"]})
        assert OAuthGrant.objects.count() == 0
    crm.http = Client(HTTP_HOST="acme.localhost")
    assert crm.exchange(code).status_code == 200
    assert crm.me(tokens["access_token"]).status_code == 200


def test_a_session_of_another_organisation_allows_nothing(cast, crm):
    intruder = Client(HTTP_HOST="acme.localhost")
    intruder.cookies["session"] = cast.dee.client.cookies["session"].value

    assert crm.decide(intruder)["Location"].startswith("/accounts/login/")


# The clock ----------------------------------------------------------------------------------------


def test_what_is_spent_is_forgotten_and_nothing_else(cast, crm):
    crm.code(cast.bo)
    old = crm.tokens(cast.bo)
    live = crm.tokens(cast.bo)
    crm.refresh(old["refresh_token"])
    forget_spent()
    assert (OAuthGrant.objects.count(), OAuthRefreshToken.objects.count()) == (3, 3)
    long_ago = timezone.now() - timedelta(days=60)
    OAuthGrant.objects.filter(code_used_at=None).update(code_expires_at=long_ago)
    OAuthRefreshToken.objects.filter(used_at__isnull=False).update(used_at=long_ago)
    ApiToken.objects.filter(app_id=crm.id).update(expires_at=long_ago)

    forget_spent()

    assert (OAuthGrant.objects.count(), OAuthRefreshToken.objects.count()) == (2, 2)
    assert ApiToken.objects.filter(app_id=crm.id).count() == 0
    assert crm.refresh(live["refresh_token"]).status_code == 200
    OAuthGrant.objects.update(code_used_at=long_ago)
    OAuthRefreshToken.objects.update(expires_at=long_ago)
    forget_spent()
    assert OAuthGrant.objects.count() == 0
    assert OAuthConnection.objects.count() == 1
