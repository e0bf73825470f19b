"""The client's strings in the person's language."""

import json

from django.test import Client

from messaging.catalogue import catalogue_address


def get(path: str, **headers: str):
    return Client(HTTP_HOST="acme.localhost").get(path, **headers)


def test_a_language_is_kept_for_a_year_under_its_address(cast):
    response = get(catalogue_address("de"))

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert "max-age=31536000" in response["Cache-Control"]
    assert isinstance(json.loads(response.content), dict)


def test_without_its_hash_or_with_an_old_one_nothing_is_kept(cast):
    for path in ("/i18n/de.json", "/i18n/de.json?v=000000000000"):
        assert get(path)["Cache-Control"] == "no-cache"


def test_english_has_no_catalogue_and_unknown_languages_are_not_here(cast):
    assert catalogue_address("en") is None
    for language in ("en", "xx", "..", "de%00"):
        assert get(f"/i18n/{language}.json").status_code == 404


def test_the_page_says_its_language_and_where_its_strings_lie(cast):
    english = cast.ana.client.get("/", headers={"Accept-Language": "en-GB"}).content.decode()
    arabic = cast.ana.client.get("/", headers={"Accept-Language": "ar-EG,en"}).content.decode()

    assert '<html lang="en" data-theme' in english
    assert "data-catalogue" not in english
    assert '<html lang="ar" dir="rtl"' in arabic
    assert f'data-catalogue="{catalogue_address("ar")}"' in arabic
