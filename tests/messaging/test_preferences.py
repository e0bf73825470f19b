"""What people change of themselves: told to others where they see it, to their own devices else."""

import pytest

from accounts.people.models import User
from core.json import dumps
from tests.messaging.places import journal_types
from tests.messaging.test_catalogue import catalogue_address


def patch(person, **changes):
    return person.api.patch("/api/v1/me", dumps(changes), content_type="application/json")


def test_a_person_has_the_usual_preferences_before_they_choose(cast):
    mine = cast.bo.api.get("/api/v1/me").json()

    assert mine["preferences"] == {
        "theme": "system",
        "density": "comfortable",
        "text_size": "normal",
        "auto_locale": True,
        "auto_time_zone": True,
    }
    assert [each["code"] for each in mine["languages"]] == ["en", "de", "fr", "es", "ja", "ar"]


def test_what_is_chosen_stays_and_the_rest_is_as_it_was(cast, in_acme):
    patch(cast.bo, preferences={"theme": "dark"}, time_zone="Asia/Tokyo")
    answer = patch(cast.bo, preferences={"density": "compact", "auto_locale": False}, locale="ja")

    mine = answer.json()
    assert answer.status_code == 200
    assert (mine["locale"], mine["time_zone"], mine["name"]) == ("ja", "Asia/Tokyo", "Bo")
    assert mine["preferences"] | {"theme": "dark", "density": "compact"} == mine["preferences"]
    assert mine["preferences"]["auto_locale"] is False
    assert journal_types(cast.bo.id) == ["preferences.changed", "preferences.changed"]


def test_a_new_name_is_told_to_all_and_the_same_name_to_nobody(cast, in_acme):
    assert patch(cast.bo, name="Bo Berg", title="Smith").json()["name"] == "Bo Berg"
    assert patch(cast.bo, name="Bo Berg").status_code == 200

    assert User.objects.get(id=cast.bo.id).title == "Smith"
    assert journal_types(cast.bo.id) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"locale": "xx"}, "locale"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"preferences": {"theme": "pink"}}, "preferences.theme"),
        ({"preferences": {"auto_locale": 1}}, "preferences.auto_locale"),
        ({"preferences": {"theme": ["dark"]}}, "preferences.theme"),
        ({"preferences": {"sound": "off"}}, "preferences.sound"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_nothing_is_stored(cast, in_acme, change, field):
    answer = patch(cast.bo, **({"title": "New"} | change))

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert User.objects.get(id=cast.bo.id).title == ""


def test_a_role_or_an_address_is_nobodys_own_to_change(cast, in_acme):
    answer = patch(cast.bo, role="owner", email="x@acme.example")

    assert answer.status_code in {200, 422}
    assert User.objects.get(id=cast.bo.id).role == "member"


def test_the_page_speaks_the_chosen_language_whatever_the_browser_asks_for(cast):
    patch(cast.bo, locale="de", preferences={"auto_locale": False, "theme": "contrast"})

    page = cast.bo.client.get("/", headers={"Accept-Language": "fr"})

    head = page.content.decode().partition("<head>")[0]
    assert '<html lang="de" data-theme="contrast"' in head
    assert catalogue_address("de") in head
    assert page.cookies["django_language"].value == "de"


def test_the_page_follows_the_browser_until_somebody_chooses(cast):
    cast.bo.client.cookies["django_language"] = "ja"

    page = cast.bo.client.get("/", headers={"Accept-Language": "fr-CH,fr;q=0.9"})

    assert '<html lang="fr"' in page.content.decode()
    assert page.cookies["django_language"].value == ""
