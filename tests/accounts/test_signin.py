"""Signing in: password, code, reset, and what an organisation allows; nobody learns who is here."""

import statistics
import time
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.mail import wait_until_sent
from accounts.people.models import User
from accounts.people.services import create_user, update_person
from accounts.policies.selectors import current
from accounts.policies.services import change
from accounts.sessions.models import Session
from accounts.signin.models import SignInPolicy
from core.actor import Role
from core.errors import Conflict, Invalid
from events.models import Entry
from tenants.context import in_tenant
from tenants.signup import clean_email
from tests.cast import PASSWORD

SIGN_IN, CODE, RESET = "/accounts/login/", "/accounts/login/code/", "/accounts/password/reset/"
CONFIRM = "/accounts/login/code/confirm/"
NEW = "a-phrase-of-new-words"


def browser(host: str = "acme.localhost", **options) -> Client:
    return Client(HTTP_HOST=host, **options)


def is_in(client: Client) -> bool:
    return client.get("/api/v1/me").status_code == 200


def by_password(client: Client, email="bo@acme.example", password=PASSWORD, **more):
    return client.post(SIGN_IN, {"login": email, "password": password, **more})


def types_of(user_id) -> list[str]:
    rows = Entry.objects.filter(stream_id=user_id).order_by("seq").values_list("type", flat=True)
    return [name.removeprefix("chancery.") for name in rows]


@pytest.mark.parametrize("typed", ["bo@acme.example", "Bo@Acme.example", "BO@ACME.EXAMPLE"])
def test_an_address_that_was_written_in_capitals_is_the_same_one(in_acme, cast, mail, typed):
    User.objects.filter(id=cast.bo.id).update(email="Bo@Acme.example")
    by_word, by_code = browser(), browser()

    by_password(by_word, typed)
    by_code.post(CODE, {"email": typed})
    by_code.post(CONFIRM, {"code": mail.code()})

    assert (is_in(by_word), is_in(by_code)) == (True, True)
    with pytest.raises(Conflict):
        create_user(cast.ana.actor, email=typed.swapcase(), name="Another")


# A code by e-mail


def test_a_code_signs_in_once(in_acme, cast, mail):
    client = browser()
    asked = client.post(CODE, {"email": "Bo@Acme.example"})
    assert asked["Location"] == CONFIRM
    code = mail.code()

    entered = client.post(CONFIRM, {"code": code.lower()})

    assert (entered.status_code, entered["Location"]) == (302, "/")
    assert is_in(client)
    assert types_of(cast.bo.id) == ["session.started.v1"]
    again = browser()
    again.post(CONFIRM, {"code": code})
    assert not is_in(again)


def test_a_code_is_good_for_its_browser_only(in_acme, cast, mail):
    client, thief = browser(), browser()
    client.post(CODE, {"email": "bo@acme.example"})
    thief.post(CODE, {"email": "cy@acme.example"})
    code = next(m for m in mail.mails if m["To"] == "bo@acme.example")
    mail._mails.append(code)

    thief.post(CONFIRM, {"code": mail.code()})

    assert not is_in(thief)


def test_three_wrong_codes_end_it(in_acme, cast, mail):
    client = browser()
    client.post(CODE, {"email": "bo@acme.example"})
    for _ in range(3):
        client.post(CONFIRM, {"code": "WRONG1"})

    client.post(CONFIRM, {"code": mail.code()})

    assert not is_in(client)


def test_codes_of_one_account_are_limited(in_acme, cast, mail):
    answers = [browser().post(CODE, {"email": "bo@acme.example"}) for _ in range(5)]

    assert len(mail.mails) == 3
    assert [answer.status_code for answer in answers][3:] == [200, 200]


# Nobody learns who has an account


@pytest.mark.parametrize(("path", "field"), [(CODE, "email"), (RESET, "email")])
def test_known_and_unknown_addresses_get_the_same_answer(in_acme, cast, mail, path, field):
    def ask(email: str):
        client = browser()
        answer = client.post(path, {field: email})
        page = client.get(answer["Location"])
        text = page.text.replace(email, "")
        for token in client.cookies.values():
            text = text.replace(token.value, "")
        return answer.status_code, answer["Location"], page.status_code, len(text)

    assert ask("bo@acme.example") == ask("no@acme.example")
    assert [m["To"] for m in mail.mails] == ["bo@acme.example"]


@pytest.mark.parametrize(("path", "field"), [(CODE, "email"), (RESET, "email")])
def test_known_and_unknown_addresses_take_the_same_time(in_acme, cast, mail, path, field, settings):
    settings.ACCOUNT_RATE_LIMITS = {}
    known, unknown = [], []
    for round_ in range(15):
        for took, email in ((known, "bo@acme.example"), (unknown, f"no{round_}@acme.example")):
            client = browser()
            client.get(path)
            begun = time.perf_counter()
            client.post(path, {field: email})
            took.append(time.perf_counter() - begun)

    # A mail server alone would take longer than this; the noise of this machine is of this size.
    assert abs(statistics.median(known) - statistics.median(unknown)) < 0.03


def test_a_mail_server_that_is_away_changes_nothing_for_the_asker(
    in_acme, cast, settings, monkeypatch
):
    monkeypatch.setattr("accounts.mail.PAUSES_S", (0.0, 0.0))
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 1, "timeout": 1},
        }
    }

    assert browser().post(CODE, {"email": "bo@acme.example"}).status_code == 302
    wait_until_sent()


# Forgotten passwords


def test_a_forgotten_password_is_replaced_and_ends_every_session(in_acme, cast, mail):
    assert is_in(cast.bo.client)
    client = browser()
    client.post(RESET, {"email": "bo@acme.example"})
    path = urlsplit(mail.link()).path
    key_page = client.get(path)

    done = client.post(key_page["Location"], {"password1": NEW, "password2": NEW})

    assert done.status_code == 302
    assert User.objects.get(id=cast.bo.id).check_password(NEW)
    assert not is_in(cast.bo.client)
    assert not Session.objects.filter(user_id=cast.bo.id).exists()
    assert types_of(cast.bo.id) == ["password.changed.v1", "session.revoked.v1"]
    again = browser()
    assert "no longer works" in again.get(path, follow=True).text


def test_the_link_leads_to_the_organisations_own_address(in_acme, cast, mail):
    for host in ("acme.localhost:6666", "ACME.localhost"):
        Client(HTTP_HOST=host, HTTP_X_FORWARDED_HOST="evil.example").post(
            RESET, {"email": "bo@acme.example"}
        )

    links = [m.get_content() for m in mail.mails]
    assert all("http://acme.localhost" in text and "evil" not in text for text in links)
    assert browser("evil.example").post(RESET, {"email": "bo@acme.example"}).status_code == 404


@pytest.mark.parametrize(
    "weak", ["password", "Password2024!", "p4ssw0rd!!", "letmeinletmein", "acme-2026!", "bo", ""]
)
def test_common_passwords_are_refused_however_they_are_dressed(in_acme, cast, weak):
    cast.bo.client.post(SIGN_IN)
    answer = cast.bo.client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": weak, "password2": weak},
    )

    assert answer.status_code == 200
    assert User.objects.get(id=cast.bo.id).check_password(PASSWORD)


def test_a_changed_password_ends_the_other_sessions_only(in_acme, cast):
    here, there = browser(), browser()
    by_password(here)
    by_password(there)

    here.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    )

    assert (is_in(here), is_in(there)) == (True, False)


# What an organisation allows


def only(cast, *methods: str, **more) -> None:
    change(cast.ana.actor, SignInPolicy, methods=list(methods), break_glass_id=cast.ana.id, **more)


def test_without_passwords_only_the_owner_for_emergencies_has_one(in_acme, cast):
    only(cast, "code", "passkey")
    bo, ana = browser(), browser()

    refused = by_password(bo)
    by_password(ana, "ana@acme.example")

    assert refused["Location"] == SIGN_IN
    assert "does not let you sign in this way" in bo.get(SIGN_IN).text
    assert (is_in(bo), is_in(ana)) == (False, True)
    assert types_of(cast.bo.id) == ["sign_in.refused.v1"]
    assert 'name="password"' not in browser().get(SIGN_IN).text
    assert 'name="password"' in browser().get(f"{SIGN_IN}?emergency=1").text


def test_without_codes_a_code_signs_nobody_in(in_acme, cast, mail):
    only(cast, "password")
    client = browser()
    client.post(CODE, {"email": "bo@acme.example"})

    client.post(CONFIRM, {"code": mail.code()})

    assert not is_in(client)


def test_no_policy_locks_everybody_out(in_acme, cast):
    for values in (
        {"methods": []},
        {"methods": ["carrier pigeon"]},
        {"methods": ["passkey"]},
        {"methods": ["passkey"], "break_glass_id": cast.bo.id},
        {"methods": ["sso"], "break_glass_id": cast.dee.id},
    ):
        with pytest.raises(Invalid):
            change(cast.ana.actor, SignInPolicy, **values)
    assert current(SignInPolicy).methods == ["password", "code", "passkey", "sso"]


def test_when_the_named_owner_is_gone_every_owner_gets_in(in_acme, cast):
    zoe = create_user(
        cast.ana.actor, email="zoe@acme.example", name="Zoe", role=Role.OWNER, password=PASSWORD
    )
    change(cast.ana.actor, SignInPolicy, methods=["sso"], break_glass_id=zoe.id)
    refused, let_in = browser(), browser()
    by_password(refused, "ana@acme.example")
    update_person(cast.ana.actor, user_id=zoe.id, is_active=False)
    by_password(let_in, "ana@acme.example")

    assert (is_in(refused), is_in(let_in)) == (False, True)


def test_the_console_says_who_loses_their_way_in(in_acme, cast):
    page = cast.ana.client.post(
        "/admin/accounts/signinpolicy/",
        {"methods": ["passkey"], "break_glass_id": str(cast.ana.id), "review": "1"},
    )

    assert "4 people have no way to sign in after this." in page.text


def test_addresses_are_proved_where_the_organisation_asks_for_it(in_acme, cast, mail):
    change(cast.ana.actor, SignInPolicy, requires_verified_email=True)
    client = browser()

    asked = by_password(client)
    assert asked["Location"] == "/accounts/confirm-email/"
    assert not is_in(client)
    client.post(asked["Location"], {"code": mail.code()})

    assert is_in(client)
    assert EmailAddress.objects.get(user_id=cast.bo.id).verified
    assert is_in(browser_after(by_password))


def browser_after(act) -> Client:
    client = browser()
    act(client)
    return client


# Attacks


@pytest.mark.parametrize(
    "target",
    [
        *("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"),
        *("http:evil.example", "https://acme.localhost.evil.example/", "\thttps://evil.example"),
    ],
)
def test_signing_in_leads_nowhere_else(in_acme, cast, target):
    answer = by_password(browser(), next=target)

    assert answer["Location"] == "/"


def test_a_session_planted_before_signing_in_is_worth_nothing_after(in_acme, cast):
    attacker = browser()
    attacker.session.save()
    planted = attacker.cookies["session"].value
    victim = browser()
    victim.cookies["session"] = planted

    by_password(victim)

    assert is_in(victim)
    assert victim.cookies["session"].value != planted
    assert not is_in(attacker)


@pytest.mark.parametrize(
    "path",
    [
        *(SIGN_IN, CODE, RESET, "/accounts/logout/", "/accounts/password/change/"),
        *("/accounts/sessions/", "/accounts/2fa/totp/activate/", "/accounts/2fa/passkeys/login/"),
        "/accounts/email/",
    ],
)
def test_forms_need_their_token(in_acme, cast, path):
    strict = Client(HTTP_HOST="acme.localhost", enforce_csrf_checks=True)
    strict.cookies["session"] = cast.bo.client.cookies["session"].value

    assert strict.post(path, {"login": "x"}).status_code == 403


@pytest.mark.parametrize("typed", ["bo@аcme.example", "bо@acme.example", "ｂｏ@acme.example"])
def test_addresses_that_look_alike_are_not_alike(in_acme, cast, mail, typed):
    for path in (RESET, CODE):
        browser().post(path, {"email": typed})

    assert mail.mails == []


def test_an_address_of_another_script_is_seen_for_what_it_is():
    assert clean_email("ana@bücher.example") == "ana@xn--bcher-kva.example"
    with pytest.raises(Invalid):
        clean_email("аna@acme.example")


def test_the_old_address_is_worth_nothing_once_an_admin_changed_it(in_acme, cast, mail):
    by_password(browser())
    update_person(cast.ana.actor, user_id=cast.bo.id, email="bo2@acme.example")

    browser().post(RESET, {"email": "bo@acme.example"})
    browser().post(RESET, {"email": "bo2@acme.example"})

    assert [m["To"] for m in mail.mails] == ["bo2@acme.example"]


def test_codes_and_links_of_one_organisation_are_nothing_to_another(cast, mail):
    client = browser()
    client.post(RESET, {"email": "bo@acme.example"})
    path = urlsplit(mail.link()).path

    assert "no longer works" in browser("globex.localhost").get(path, follow=True).text
    with in_tenant("acme"):
        assert User.objects.get(id=cast.bo.id).check_password(PASSWORD)


def test_too_many_at_one_door_wait(in_acme, cast, monkeypatch):
    from accounts.signin import entry
    from core.limits import Quota

    monkeypatch.setattr(entry, "PER_TENANT", Quota("entry-test", 1, 2))
    answers = [by_password(browser(), password="wrong-wrong-wrong") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0
