"""The language chosen before sign-in: on every page, kept, and no way out of the site."""

import pytest
from django.test import Client

from tests.cast import PASSWORD

CHOOSE, SIGN_IN = "/accounts/language/", "/accounts/login/"


def browser(host: str = "acme.localhost") -> Client:
    return Client(HTTP_HOST=host, headers={"Accept-Language": "en-GB"})


def choose(client: Client, language: str, goes_to: str = SIGN_IN):
    return client.post(CHOOSE, {"language": language, "next": goes_to})


def test_the_page_one_chose_on_comes_back_in_that_language(in_acme):
    client = browser()
    assert 'lang="ja"' in client.get(SIGN_IN).content.decode()

    answer = choose(client, "ar", "/accounts/login/?next=/c/x")

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/c/x")
    page = client.get(SIGN_IN)
    assert page["Content-Language"] == "ar"
    assert '<html lang="ar" dir="rtl"' in page.content.decode()


def test_what_was_chosen_before_sign_in_holds_after_it_and_after_leaving(in_acme, cast):
    client = browser()
    choose(client, "de")

    client.post(SIGN_IN, {"login": "bo@acme.example", "password": PASSWORD})

    assert client.get("/")["Content-Language"] == "de"
    assert client.get("/")["Content-Language"] == "de"
    client.post("/accounts/logout/")
    assert client.get(SIGN_IN)["Content-Language"] == "de"


def test_a_persons_own_setting_goes_before_what_the_browser_chose(in_acme, cast):
    client = browser()
    choose(client, "de")
    client.post(SIGN_IN, {"login": "bo@acme.example", "password": PASSWORD})

    change = {"locale": "fr", "preferences": {"auto_locale": False}}
    client.patch("/api/v1/me", change, content_type="application/json")

    assert client.get("/")["Content-Language"] == "fr"


@pytest.mark.parametrize("host", ["localhost", "acme.localhost"])
def test_nobody_is_led_away_and_no_unknown_language_is_kept(in_acme, host):
    client = browser(host)

    away = choose(client, "de", "https://elsewhere.example/")
    unknown = choose(browser(host), "xx")

    assert away["Location"] == "/"
    assert not {"django_language", "language_here"} & set(unknown.cookies)
    assert client.get(CHOOSE).status_code == 405
    assert Client(enforce_csrf_checks=True, HTTP_HOST=host).post(CHOOSE).status_code == 403


def test_who_is_signed_in_chooses_in_the_settings(in_acme, cast):
    assert "language_here" not in cast.bo.client.get("/accounts/2fa/").content.decode()
    assert CHOOSE not in cast.bo.client.get("/accounts/2fa/").content.decode()
