"""What every operation does first: who calls, how often, how far that reaches, and once."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import orjson
import pytest
import redis
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.idempotency.models import IdempotencyRecord
from accounts.tokens.models import ApiToken
from accounts.tokens.services import create_token
from core.limits import Limiter, Quota, default_limiter
from core.permissions import ROLE_PERMISSIONS, Role
from core.redis_line import Errands
from messaging.conversations.models import Conversation
from tenants.context import in_tenant
from tests.messaging.calls import Answer, call

CHANNEL = {"kind": "public", "name": "plans"}


def conversations() -> int:
    with in_tenant("acme"):
        return Conversation.objects.count()


def bearer(token: str, host: str = "acme.localhost") -> Client:
    return Client(HTTP_HOST=host, HTTP_AUTHORIZATION=f"Bearer {token}")


def token_with(person, **more) -> str:
    with in_tenant(person.tenant):
        return create_token(person.user, **more)[1]


def test_me_says_whose_credential_it_is(cast):
    for client in (cast.bo.api, cast.bo.client):
        answer = call(client).get("/me")

        assert answer.status == 200
        languages = answer.body.pop("languages")
        assert answer.body.pop("preferences")["theme"] == "system"
        assert [language["code"] for language in languages] == ["en", "de", "fr", "es", "ja", "ar"]
        assert answer.body == {
            "id": str(cast.bo.id),
            "name": "Bo",
            "title": "",
            "avatar_url": None,
            "email": "bo@acme.example",
            "tenant": {"slug": "acme", "name": "Acme"},
            "role": "member",
            "roles": ["member"],
            "permissions": sorted(ROLE_PERMISSIONS[Role.MEMBER]),
            "locale": "en",
            "time_zone": "UTC",
        }


@pytest.mark.parametrize(
    "header",
    [
        None,
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer chy_x",
        "Bearer chy_" + "x" * 43,
        "Bearer chy_" + "x" * 5_000,
        "Bearer chy_é",
        "Bearer \x00",
        "Basic Ym86Ym8=",
        "chy_x",
        "Bearer Bearer chy_x",
    ],
)
def test_without_a_good_credential_nobody_is_there(cast, header):
    client = Client(HTTP_HOST="acme.localhost")
    more = {} if header is None else {"HTTP_AUTHORIZATION": header}

    answer = Answer.of(client.get("/api/v1/me", **more))

    assert answer.problem == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_ends_with_its_time_its_revocation_and_its_person(cast):
    tokens = [token_with(cast.bo, days=1), token_with(cast.bo), token_with(cast.cy)]
    with in_tenant("acme"):
        rows = list(ApiToken.objects.order_by("id"))
        rows[0].expires_at = timezone.now() - timedelta(seconds=1)
        rows[1].revoked_at = timezone.now()
        for row in rows[:2]:
            row.save()
        cast.cy.user.is_active = False
        cast.cy.user.save()

    for token in tokens:
        assert call(bearer(token)).get("/me").problem == (401, "not_signed_in")


def test_a_token_and_a_session_are_good_in_their_own_organisation_alone(cast):
    assert call(bearer(cast.bo.token, "globex.localhost")).get("/me").problem[0] == 401
    elsewhere = Client(HTTP_HOST="globex.localhost")
    elsewhere.cookies["session"] = cast.bo.client.cookies["session"].value
    assert call(elsewhere).get("/me").problem[0] == 401


def test_a_token_reaches_as_far_as_its_scopes(cast):
    reader = call(bearer(token_with(cast.ana, scopes=["read"])))
    writer = call(bearer(token_with(cast.ana, scopes=["write"])))

    nowhere = call(bearer(token_with(cast.ana, scopes=[])))

    assert nowhere.get("/me").problem == (403, "scope")
    assert reader.get("/me").status == 200
    assert reader.post("/conversations", CHANNEL).problem == (403, "scope")
    assert writer.get("/me").problem == (403, "scope")
    assert conversations() == 0
    assert writer.post("/conversations", CHANNEL).status == 201


@pytest.fixture
def browser(cast) -> Client:
    client = Client(HTTP_HOST="acme.localhost", enforce_csrf_checks=True)
    with in_tenant("acme"):
        client.force_login(
            cast.ana.user, backend="allauth.account.auth_backends.AuthenticationBackend"
        )
    return client


def post(client: Client, **headers: str) -> Answer:
    return call(client).post("/conversations", CHANNEL, **headers)


def test_a_session_reads_without_and_writes_only_with_its_csrf_token(browser):
    assert call(browser).get("/me").status == 200
    assert post(browser).problem == (403, "csrf")
    assert post(browser, X_CSRFToken="wrong").problem == (403, "csrf")
    assert conversations() == 0

    browser.cookies["csrftoken"] = "a" * 32
    assert post(browser, X_CSRFToken="a" * 32).status == 201


def test_an_empty_authorization_header_does_not_take_the_place_of_the_csrf_token(browser):
    assert post(browser, Authorization="").problem == (403, "csrf")
    assert conversations() == 0


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data; boundary=x", "multipart/form-data", "application/x-www-form-urlencoded"],
)
def test_a_form_is_not_what_an_operation_reads(browser, content_type):
    browser.cookies["csrftoken"] = "a" * 32
    body = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--x--\r\n'

    for headers in ({}, {"X-CSRFToken": "a" * 32}):
        answer = Answer.of(
            browser.generic("POST", "/api/v1/conversations", body, content_type, headers=headers)
        )
        assert answer.problem[0] in (400, 403, 415)

    assert conversations() == 0


@pytest.mark.parametrize(
    ("raw", "content_type", "status", "code"),
    [
        (b"", "application/json", 422, "invalid"),
        (b"{", "application/json", 400, "malformed"),
        (b'{"kind": "public", "name": "x"} x', "application/json", 400, "malformed"),
        (b'{"kind": "public", "name": NaN}', "application/json", 400, "malformed"),
        (b'{"kind": "public", "name": "\\ud800"}', "application/json", 400, "malformed"),
        (b'{"kind": "public", "name": "\xff"}', "application/json", 400, "malformed"),
        (b"[" * 100_000, "application/json", 400, "malformed"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "application/json", 400, "malformed"),
        (b'{"name": "' + b"x" * 1_000_000 + b'"}', "application/json", 413, "too_large"),
        (orjson.dumps(CHANNEL), "text/plain", 415, "unsupported_type"),
        (b"<name/>", "application/xml", 415, "unsupported_type"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_and_nothing_is_made(
    cast, raw, content_type, status, code
):
    answer = Answer.of(cast.ana.api.generic("POST", "/api/v1/conversations", raw, content_type))

    assert answer.problem == (status, code)
    assert conversations() == 0


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", ""]
)
def test_json_is_read_also_where_its_type_is_not_said(cast, content_type):
    answer = Answer.of(
        cast.ana.api.generic("POST", "/api/v1/conversations", orjson.dumps(CHANNEL), content_type)
    )

    assert answer.status == 201


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_a_method_that_is_not_known_is_refused_with_those_that_are(cast, method):
    answer = Answer.of(cast.ana.api.generic(method, "/api/v1/conversations"))

    assert answer.status == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert answer.problem == (405, "method_not_allowed")


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/users/x/y", "/conversations/", "/%00", "/é", "/../admin", "//me"]
)
def test_an_address_that_is_not_known_is_a_problem(cast, path):
    answer = call(cast.ana.api).get(path)

    assert answer.problem == (404, "not_found")


# Limits -----------------------------------------------------------------------------------------


def test_callers_are_told_where_they_stand(cast):
    first, second = (call(cast.bo.api).get("/me") for _ in range(2))

    assert first.headers["RateLimit-Policy"] == '"read";q=1500;w=15'
    assert first.headers["RateLimit"] == '"read";r=1499;t=1'
    assert second.headers["RateLimit"] in ('"read";r=1498;t=1', '"read";r=1499;t=1')


def test_too_many_requests_are_refused_until_the_time_that_is_said(cast, monkeypatch):
    monkeypatch.setattr("accounts.requests.WRITE", Quota("write", per_minute=6, burst=2))
    bo, path = call(cast.bo.api), "/conversations"

    statuses = [bo.post(path, {"kind": "direct"}).status for _ in range(2)]
    refused = bo.post(path, {"kind": "direct"})

    assert statuses == [201, 200]
    assert refused.problem == (429, "too_many")
    assert 1 <= int(refused.headers["Retry-After"]) <= 10
    assert refused.headers["RateLimit"].startswith('"write";r=0')
    # Others, and reading, are another matter.
    assert call(cast.ana.api).post(path, {"kind": "direct"}).status == 201
    assert bo.get("/me").status == 200


def test_limits_hold_per_process_while_redis_is_away(monkeypatch):
    limiter, quota = default_limiter(), Quota("test", per_minute=60, burst=2)
    monkeypatch.setattr(limiter, "_away_until", float("inf"))
    bucket = str(uuid4())

    standings = [limiter.take(bucket, quota) for _ in range(3)]

    assert [standing.left for standing in standings] == [2, 1, 0]
    assert standings[2].retry_after_s > 0


def test_redis_counts_like_the_process_itself(cast):
    limiter, quota = default_limiter(), Quota("test", per_minute=60, burst=2)
    bucket = str(uuid4())

    standings = [limiter.take(bucket, quota) for _ in range(3)]

    assert [standing.left for standing in standings] == [2, 1, 0]
    assert 0 < standings[2].retry_after_s <= 1


def _a_lenient_one(burst: int = 8) -> tuple[Quota, str]:
    return Quota("test", per_minute=1, burst=burst, is_lenient=True), str(uuid4())


class TestLenient:
    """Redis is asked when a caller is new, or nears the end; else it is told afterwards."""

    def test_within_a_request_redis_is_told_after_the_answer(self, cast):
        limiter, (quota, bucket) = default_limiter(), _a_lenient_one()
        other = Limiter(settings.REDIS_URL)
        limiter.take(bucket, quota)
        errands = Errands()

        strict = replace(quota, is_lenient=False)
        standing = errands.of(lambda: limiter.take(bucket, quota))
        unheard = other.take(bucket, strict).left
        errands.run()

        assert (standing.left, unheard, other.take(bucket, strict).left) == (7, 7, 5)

    def test_from_half_on_it_is_asked_first_and_refuses_as_ever(self, cast):
        limiter, (quota, bucket) = default_limiter(), _a_lenient_one()

        standings = [Errands().of(lambda: limiter.take(bucket, quota)) for _ in range(2)]
        # What two processes took of it, which this one learns when it asks.
        other = Limiter(settings.REDIS_URL)
        for _ in range(5):
            other.take(bucket, replace(quota, is_lenient=False))
        ends = [Errands().of(lambda: limiter.take(bucket, quota)).left for _ in range(6)]

        assert [standing.left for standing in standings] == [8, 7]
        assert ends == [6, 5, 2, 1, 0, 0]

    def test_what_is_refused_is_not_counted(self, cast):
        limiter, (quota, bucket) = default_limiter(), _a_lenient_one(burst=2)
        for _ in range(2):
            limiter.take(bucket, quota)

        waits = [limiter.take(bucket, quota).retry_after_s for _ in range(5)]

        assert all(0 < wait <= 60 for wait in waits)

    def test_without_a_word_from_redis_for_long_it_is_asked_again(self, cast, monkeypatch):
        monkeypatch.setattr("core.limits._TRUSTED_S", 0.0)
        limiter, (quota, bucket) = default_limiter(), _a_lenient_one()
        limiter.take(bucket, quota)
        other = Limiter(settings.REDIS_URL)
        for _ in range(3):
            other.take(bucket, quota)

        assert Errands().of(lambda: limiter.take(bucket, quota)).left == 4

    def test_a_redis_that_lost_everything_counts_from_the_start_again(self, cast):
        limiter, (quota, bucket) = default_limiter(), _a_lenient_one()
        limiter.take(bucket, quota)
        redis.Redis.from_url(settings.REDIS_URL).script_flush()

        lefts = [limiter.take(bucket, quota).left for _ in range(3)]

        assert lefts == [7, 6, 5]

    def test_while_it_is_away_the_process_goes_on_counting(self, cast, monkeypatch):
        limiter, (quota, bucket) = default_limiter(), _a_lenient_one(burst=2)
        limiter.take(bucket, quota)
        monkeypatch.setattr(limiter, "_away_until", float("inf"))

        assert [limiter.take(bucket, quota).left for _ in range(3)] == [1, 0, 0]


# Once -------------------------------------------------------------------------------------------


def test_a_replay_is_answered_with_200_and_the_same_body(cast):
    ana = call(cast.ana.api)

    first = ana.post("/conversations", CHANNEL, Idempotency_Key="one")
    again = ana.post("/conversations", CHANNEL, Idempotency_Key="one")

    assert (first.status, again.status) == (201, 200)
    assert first.raw == again.raw
    assert again.headers["Content-Type"] == "application/json"
    assert conversations() == 1


def test_a_key_is_for_one_request_of_one_person(cast):
    ana = call(cast.ana.api)
    made = ana.post("/conversations", CHANNEL, Idempotency_Key="one")

    other_body = ana.post(
        "/conversations", {"kind": "public", "name": "other"}, Idempotency_Key="one"
    )
    other_address = ana.post(
        f"/conversations/{made.body['id']}/join", CHANNEL, Idempotency_Key="one"
    )
    other_person = call(cast.bo.api).post(
        "/conversations", {"kind": "public", "name": "bo's"}, Idempotency_Key="one"
    )

    for answer in (other_body, other_address):
        assert answer.problem == (409, "key_reused")
        assert answer.fields == ["Idempotency-Key"]
    assert other_person.status == 201
    assert conversations() == 2


def test_a_replayed_leaving_is_still_nothing_to_say(cast):
    ana = call(cast.ana.api)
    made = ana.post("/conversations", CHANNEL)
    path = f"/conversations/{made.body['id']}/leave"

    answers = [ana.post(path, Idempotency_Key="bye") for _ in range(2)]

    assert [(answer.status, answer.body) for answer in answers] == [(204, None), (204, None)]


def test_a_refused_request_does_not_use_its_key_up(cast):
    ana = call(cast.ana.api)

    refused = ana.post("/conversations", {"kind": "public", "name": ""}, Idempotency_Key="one")
    made = ana.post("/conversations", CHANNEL, Idempotency_Key="one")

    assert (refused.status, made.status) == (422, 201)
    with in_tenant("acme"):
        assert IdempotencyRecord.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_that_cannot_be_one_is_refused_by_name(cast, key):
    answer = call(cast.ana.api).post("/conversations", CHANNEL, Idempotency_Key=key)

    assert answer.problem == (422, "invalid")
    assert answer.fields == ["Idempotency-Key"]
    assert conversations() == 0
