"""Every page that is no API operation: which are for everybody is written down here, by name."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.tokens.models import ApiToken
from core.ids import new_id
from messaging.conversations.models import Conversation
from tenants.context import OPERATORS, in_tenant
from tenants.models import Tenant
from tests.messaging.places import make_channel

FOR_EVERYBODY = {
    "tenant": {
        "accounts/login/",
        "accounts/logout/",
        "accounts/inactive/",
        "accounts/language/",
        # Only by POST; what they are sent is judged by its signature, or tells nothing.
        "accounts/saml/<slug:slug>/acs/",
        "accounts/oidc/<slug:slug>/logout/back/",
        "accounts/sso/route/",
        "accounts/login/code/",
        "accounts/join/",
        "accounts/brand/logo",
        "accounts/brand/style.css",
        "accounts/join/by-mail/<str:proof>/",
        "accounts/join/<str:secret>/",
        "accounts/password/reset/",
        "accounts/password/reset/done/",
        "accounts/password/reset/key/done/",
        r"accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)/",
        "accounts/2fa/passkeys/login/",
        "i18n/<language>.json",
        "sw.js",
        "manifest.webmanifest",
        "favicon.ico",
        "files/parts/<path:name>",
        # By POST only, for programs, which prove themselves; and where those are.
        "oauth/token",
        "oauth/introspect",
        "oauth/revoke",
        ".well-known/oauth-authorization-server",
        "api/v1/asyncapi.json",
        "api/v1/openapi.json",
        "api/v1/docs",
        "admin/jsi18n/",
        "admin/logout/",
    },
    "root": {
        "",
        "favicon.ico",
        "signup/<uuid:id_>/",
        "signup/<uuid:id_>/state",
        "accounts/login/",
        "accounts/logout/",
        "accounts/inactive/",
        "accounts/language/",
        "accounts/login/code/",
        "accounts/join/",
        "accounts/brand/logo",
        "accounts/brand/style.css",
        "accounts/join/by-mail/<str:proof>/",
        "accounts/join/<str:secret>/",
        "accounts/password/reset/",
        "accounts/password/reset/done/",
        "accounts/password/reset/key/done/",
        r"accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)/",
        "accounts/2fa/passkeys/login/",
        "admin/jsi18n/",
        "admin/logout/",
    },
}
"""Pages that hold nothing of anybody's, or lead to signing in. Adding one here is a decision."""

VALUES = {
    "uuid": uuid4,
    "path": lambda: "x",
    "str": lambda: "x",
    "int": lambda: 1,
    "language": lambda: "de",
}
NAMED = {"object_id": "path", "language": "language"}


def pages(site: str) -> list[str]:
    """The routes of a site's URL table, without those of the REST API, which has its own walk."""
    table = settings.ROOT_URLCONF if site == "tenant" else settings.ROOT_SITE_URLCONF
    routes = list(_routes(get_resolver(table).url_patterns, ""))
    return [route for route in routes if not _is_operation(route)]


def _is_operation(route: str) -> bool:
    return route.startswith("api/v1/") and not route.endswith((".json", "docs"))


def _routes(patterns: list, before: str) -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern).lstrip("^").rstrip("$")
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def address(route: str) -> str:
    """An address that the route matches."""
    import re

    def value(found: re.Match[str]) -> str:
        kind, _, name = found[1].rpartition(":")
        return str(VALUES.get(kind or NAMED.get(name, "str"), VALUES["str"])())

    return "/" + re.sub(r"<([^>]+)>", value, re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route))


def leads_to_sign_in(response) -> bool:
    """A redirect to signing in, if by way of a console's own page for it."""
    return response.status_code == 302 and "/login/" in response["Location"]


@pytest.mark.parametrize("route", pages("tenant"))
def test_nobody_sees_a_page_of_an_organisation(cast, route):
    response = cast.nobody("acme").get(address(route))

    if route in FOR_EVERYBODY["tenant"]:
        # A link whose secret nobody has leads to nothing.
        assert response.status_code in {200, 301, 302, 404, 405}
    else:
        assert leads_to_sign_in(response) or response.status_code in {401, 403, 404}


@pytest.mark.parametrize("route", pages("root"))
def test_nobody_sees_a_page_of_the_operators(cast, route):
    response = cast.nobody(OPERATORS).get(address(route), REMOTE_ADDR="192.0.2.4")

    if route in FOR_EVERYBODY["root"]:
        assert response.status_code in {200, 301, 302, 404, 405}
    else:
        assert leads_to_sign_in(response) or response.status_code in {401, 403, 404}


@pytest.mark.parametrize("route", [r for r in pages("tenant") if r.startswith("admin/")])
def test_members_and_guests_see_nothing_of_the_console(cast, route):
    if route in FOR_EVERYBODY["tenant"]:
        return
    for person in (cast.bo, cast.eve):
        response = person.client.get(address(route), follow=True)
        assert response.status_code in {403, 404}


@pytest.mark.parametrize("route", [r for r in pages("tenant") if r.startswith("admin/")])
def test_an_owner_elsewhere_sees_nothing_of_the_console(cast, route):
    intruder = Client(HTTP_HOST="acme.localhost")
    intruder.cookies["session"] = cast.dee.client.cookies["session"].value

    response = intruder.get(address(route))

    if route not in FOR_EVERYBODY["tenant"]:
        assert leads_to_sign_in(response) or response.status_code in {403, 404}


@pytest.mark.parametrize("route", [r for r in pages("root") if r.startswith("admin/")])
def test_owners_of_organisations_are_no_operators(cast, route):
    intruder = Client(HTTP_HOST="localhost")
    intruder.cookies["session"] = cast.ana.client.cookies["session"].value

    response = intruder.get(address(route))

    if route not in FOR_EVERYBODY["root"]:
        assert leads_to_sign_in(response) or response.status_code in {403, 404}


def test_rows_of_another_organisation_are_not_in_an_owners_console(cast):
    room = make_channel(cast.ana, name="room", kind="private")
    with in_tenant("acme"):
        assert cast.bo.token
        token = ApiToken.objects.get(user_id=cast.bo.id)
    for path, known in (
        ("accounts/user", cast.bo.id),
        ("accounts/apitoken", token.id),
        ("messaging/conversation", room.id),
    ):
        answers = [
            cast.dee.client.get(f"/admin/{path}/{id_}/change/", follow=True)
            for id_ in (known, new_id())
        ]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert [chain[0] for answer in answers for chain in answer.redirect_chain] == [
            "/admin/"
        ] * 2
        assert "room" not in cast.dee.client.get(f"/admin/{path}/").text
        assert cast.ana.client.get(f"/admin/{path}/{known}/change/").status_code == 200


def test_tenants_are_in_the_operators_console_and_no_other(cast):
    tenant = Tenant.objects.get(slug="globex")

    assert cast.ana.client.get("/admin/tenants/tenant/").status_code == 404
    assert cast.ana.client.get(f"/admin/tenants/tenant/{tenant.id}/change/").status_code == 404
    assert "globex" not in cast.ana.client.get("/admin/").text
    assert "globex" in cast.op.client.get("/admin/tenants/tenant/").text


def test_operators_see_nothing_from_inside_a_tenant(cast):
    make_channel(cast.ana, name="room", kind="private")

    text = cast.op.client.get("/admin/").text + cast.op.client.get("/admin/accounts/user/").text

    # As a word: its letters also turn up in the pages' random tokens.
    assert re.findall(r"\bAna\b", text) == []
    assert cast.op.client.get("/admin/messaging/conversation/").status_code == 404
    with in_tenant(OPERATORS):
        assert Conversation.objects.count() == 0


def test_hosts_that_are_not_ours_get_the_same_bare_answer(cast):
    answers = [
        Client(HTTP_HOST=host).get("/")
        for host in (
            "never-was.localhost",
            "www.localhost",
            "a.acme.localhost",
            "acme.localhost.evil.example",
            "acme.localhost\u0130",
            "t_acme.localhost",
            "[::1]",
            "127.0.0.1:8000",
            "",
            "x" * 300,
            "acme.localhost, globex.localhost",
        )
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("host", ["ACME.localhost", "acme.localhost:8000", "Acme.LocalHost:1"])
def test_case_and_port_of_a_host_do_not_matter(cast, host):
    assert Client(HTTP_HOST=host).get("/accounts/login/").status_code == 200
