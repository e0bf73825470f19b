"""The console of an organisation: people, tokens, sessions, and what is only looked at."""

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from accounts.people.models import User
from accounts.policies.values import kinds
from accounts.sessions.models import Session
from accounts.tokens.models import ApiToken
from core.actor import Role
from core.ids import new_id
from events.models import DeadLetter, Entry
from tests.cast import Person
from tests.messaging.places import make_channel, make_direct, make_message

PEOPLE = "/admin/accounts/user/"


def particulars(**changes) -> dict[str, str]:
    return {
        "name": "Bo",
        "email": "bo@acme.example",
        "title": "",
        "role": "member",
        "is_active": "on",
        "locale": "en",
        "time_zone": "UTC",
        **changes,
    }


def change(person: Person, of: Person, **changes):
    return person.client.post(f"{PEOPLE}{of.id}/change/", particulars(**changes))


def an_admin() -> Client:
    user = User.objects.create(name="Abe", email="abe@acme.example", role=Role.ADMIN)
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_every_page_of_the_console_is_drawn(in_acme, cast):
    make_message(make_channel(cast.ana, cast.bo), cast.bo)
    for path in (
        "",
        "accounts/user/",
        "accounts/user/add/",
        f"accounts/user/{cast.bo.id}/change/",
        f"accounts/user/{cast.bo.id}/password/",
        f"accounts/user/{cast.bo.id}/history/",
        "accounts/apitoken/",
        "accounts/apitoken/add/",
        "accounts/session/",
        "events/deadletter/",
        "messaging/conversation/",
    ):
        assert cast.ana.client.get(f"/admin/{path}").status_code == 200, path


def test_an_owner_changes_a_person(in_acme, cast):
    assert change(cast.ana, cast.bo, name="Bo Berg", role="admin").status_code == 302

    bo = User.objects.get(id=cast.bo.id)
    assert (bo.name, bo.role) == ("Bo Berg", "admin")
    assert bo.has_usable_password()


def test_an_admin_cannot_make_owners_nor_touch_them(in_acme, cast):
    client = an_admin()

    answer = client.post(f"{PEOPLE}{cast.bo.id}/change/", particulars(role="owner"))
    assert answer.status_code == 200
    assert "Select a valid choice" in answer.text
    assert client.post(f"{PEOPLE}{cast.ana.id}/change/", particulars()).status_code == 403
    assert client.post(f"{PEOPLE}{cast.ana.id}/password/", {}).status_code == 403
    assert User.objects.get(id=cast.ana.id).role == "owner"
    assert User.objects.get(id=cast.bo.id).role == "member"


def test_nobody_lowers_or_raises_themselves(in_acme, cast):
    answer = change(cast.ana, cast.ana, name="Ana", email=cast.ana.email, role="member")

    assert "your own role" in answer.text
    assert User.objects.get(id=cast.ana.id).role == "owner"


def test_forged_fields_have_no_effect(in_acme, cast):
    change(cast.ana, cast.bo, granted="console.open", password="plain", id=str(cast.cy.id))

    bo = User.objects.get(id=cast.bo.id)
    assert bo.granted is None
    assert bo.check_password("correct-horse-battery")


def test_bad_values_are_shown_at_their_field(in_acme, cast):
    for field, value in (
        ("name", "Bo\u202e"),
        ("time_zone", "Mars/Olympus"),
        ("email", "cy@acme.example"),
    ):
        answer = change(cast.ana, cast.bo, **{field: value})
        assert answer.status_code == 200
        assert "errorlist" in answer.text
    assert User.objects.get(id=cast.bo.id).name == "Bo"


def test_deactivating_in_the_console_shuts_out(in_acme, cast):
    assert cast.bo.client.get("/api/v1/me").status_code == 200

    change(cast.ana, cast.bo, is_active="")

    assert cast.bo.client.get("/api/v1/me").status_code == 401
    assert not Session.objects.filter(user_id=cast.bo.id).exists()


def test_people_are_added_with_a_password_that_holds(in_acme, cast):
    new = {"name": "Zoe", "email": "zoe@acme.example", "role": "member"}

    refused = cast.ana.client.post(f"{PEOPLE}add/", {**new, "password": "short"})
    assert refused.status_code == 200
    taken = cast.ana.client.post(
        f"{PEOPLE}add/", {**new, "email": "bo@acme.example", "password": "short"}
    )
    assert "Somebody here already has this e-mail address." in taken.text
    assert "accounts_user_email_unique" not in taken.text
    made = cast.ana.client.post(f"{PEOPLE}add/", {**new, "password": "a-phrase-of-words"})

    zoe = User.objects.get(email="zoe@acme.example")
    assert made.status_code == 302
    assert zoe.check_password("a-phrase-of-words")


def test_a_password_set_by_an_admin_ends_the_persons_sessions_and_is_told(in_acme, cast):
    assert cast.bo.client.get("/api/v1/me").status_code == 200
    phrase = "another-phrase-of-words"
    new = {"password1": phrase, "password2": phrase, "usable_password": "true"}

    answer = cast.ana.client.post(f"{PEOPLE}{cast.bo.id}/password/", new)

    assert answer.status_code == 302
    assert User.objects.get(id=cast.bo.id).check_password(phrase)
    assert cast.bo.client.get("/api/v1/me").status_code == 401
    assert cast.ana.client.get("/api/v1/me").status_code == 200
    told = Entry.objects.get(type="chancery.password.changed.v1")
    assert told.data["user_id"] == str(cast.bo.id)


def test_a_password_is_set_by_those_alone_who_proved_lately_who_they_are(in_acme, cast):
    cast.ana.client.get("/api/v1/me")
    Session.objects.update(created_at=timezone.now() - timedelta(hours=1))
    before = User.objects.get(id=cast.bo.id).password
    phrase = "another-phrase-of-words"
    page = f"{PEOPLE}{cast.bo.id}/password/"

    sent = cast.ana.client.post(page, {"password1": phrase, "password2": phrase})
    asked = cast.ana.client.get(page)

    assert sent.headers["Location"] == page
    assert asked.headers["Location"].startswith("/accounts/")
    assert User.objects.get(id=cast.bo.id).password == before


def test_ones_own_password_is_changed_where_the_account_is(in_acme, cast):
    answer = cast.ana.client.get("/admin/password_change/")

    assert answer.headers["Location"] == "/accounts/password/change/"


def test_every_policy_has_its_page_in_the_console(in_acme, cast):
    index = cast.ana.client.get("/admin/").text

    for kind in kinds().values():
        assert f"/admin/{kind._meta.app_label}/{kind._meta.model_name}/" in index, kind


def test_people_are_never_deleted(in_acme, cast):
    assert cast.ana.client.post(f"{PEOPLE}{cast.bo.id}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(id=cast.bo.id).exists()


def test_a_token_is_shown_once_and_works(in_acme, cast):
    page = cast.ana.client.post(
        "/admin/accounts/apitoken/add/",
        {"user": str(cast.bo.id), "name": "CRM", "scopes": ["read"], "days": "30"},
        follow=True,
    )

    (token,) = set(re.findall(r"chy_[\w-]{20,}", page.text))
    api = Client(HTTP_HOST="acme.localhost", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert api.get("/api/v1/me").json()["name"] == "Bo"
    assert "chy_" not in cast.ana.client.get("/admin/accounts/apitoken/").text

    row = ApiToken.objects.get(name="CRM")
    cast.ana.client.post(
        "/admin/accounts/apitoken/", {"action": "revoke", "_selected_action": [str(row.id)]}
    )
    assert api.get("/api/v1/me").status_code == 401


def test_an_admin_makes_no_tokens_for_owners(in_acme, cast):
    answer = an_admin().post(
        "/admin/accounts/apitoken/add/",
        {"user": str(cast.ana.id), "name": "x", "scopes": ["read"], "days": "30"},
    )

    assert answer.status_code == 200
    assert ApiToken.objects.count() == 0


def test_sessions_are_listed_without_their_keys_and_ended(in_acme, cast):
    key = cast.bo.client.cookies["session"].value
    page = cast.ana.client.get("/admin/accounts/session/")

    assert "Bo" in page.text
    assert key not in re.sub(r'value="[^"]*"', "", page.text)

    cast.ana.client.post("/admin/accounts/session/", {"action": "end", "_selected_action": [key]})
    assert cast.bo.client.get("/api/v1/me").status_code == 401


def test_dead_letters_and_conversations_are_only_looked_at(in_acme, cast):
    letter = DeadLetter.objects.create(
        entry_id=new_id(), handler="x.y", error="boom", attempts=8, created_at=timezone.now()
    )
    room = make_channel(cast.ana, cast.bo, name="room", kind="private")
    direct = make_direct(cast.bo, cast.cy)
    make_message(direct, cast.bo, "between us")

    for path, id_ in (("events/deadletter", letter.id), ("messaging/conversation", room.id)):
        assert cast.ana.client.get(f"/admin/{path}/{id_}/change/").status_code == 200
        assert cast.ana.client.post(f"/admin/{path}/{id_}/change/", {}).status_code == 403
        assert cast.ana.client.get(f"/admin/{path}/add/").status_code == 403
        assert cast.ana.client.post(f"/admin/{path}/{id_}/delete/").status_code == 403
    answer = cast.ana.client.get(f"/admin/messaging/conversation/{direct.id}/change/")
    assert answer.status_code == 302
    assert "between us" not in cast.ana.client.get("/admin/messaging/conversation/").text


def test_pages_of_the_console_run_nothing_inline(in_acme, cast):
    page = cast.ana.client.get(PEOPLE)

    policy = page["Content-Security-Policy"]
    assert "default-src 'self';" in policy
    # Django's admin sets styles in its markup; scripts it loads.
    assert re.findall(r"([\w-]+) [^;]*unsafe", policy) == ["style-src"]
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>\s*\S", page.text)


def test_the_console_shows_our_tables_alone(in_acme, cast):
    index = cast.ana.client.get("/admin/").text

    assert "/admin/accounts/user/" in index
    assert "/admin/messaging/conversation/" in index
    assert "/admin/account/" not in index
    assert "/admin/auth/" not in index
    assert "Not available" not in index


NONSENSE = ["🦄", "no id", "a\x00b", "x" * 5_000]


@pytest.mark.parametrize("nonsense", NONSENSE, ids=["emoji", "words", "null", "long"])
def test_no_form_of_the_console_fails_or_saves_by_nonsense(in_acme, cast, nonsense):
    answered = {}
    for model, page in admin.site._registry.items():
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/add/"
        drawn = cast.ana.client.get(path)
        if drawn.status_code != 200:
            continue
        before = model._default_manager.count()
        fields = drawn.context["adminform"].form.fields
        sent = dict.fromkeys([*fields, "guest_until_0", "guest_until_1"], nonsense)
        # What is a mere text is no nonsense by itself: it is told by its length or its nulls.
        answer = cast.ana.client.post(path, sent | {"handle": "Not A Handle!"})
        answered[type(page).__name__] = answer.status_code
        assert answer.status_code == 200, path
        assert answer.context["adminform"].form.errors, path
        assert model._default_manager.count() == before

    assert len(answered) > 10
