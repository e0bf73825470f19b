"""The worker that holds the shell of the client, and the manifest of the app."""

import json
import re

from django.contrib.staticfiles import finders
from django.test import Client

from core import assets


def get(path: str):
    return Client(HTTP_HOST="acme.localhost").get(path)


def test_the_worker_knows_each_file_of_the_build_and_is_asked_for_each_time(cast):
    answer = get("/sw.js")

    head = answer.content.decode().partition("\n")[0]
    shell = json.loads(re.fullmatch(r"self\.SHELL=(.*);", head)[1])
    client = assets.entry("src/main.tsx")
    assert answer["Content-Type"] == "text/javascript"
    assert answer["Cache-Control"] == "no-cache"
    assert {client.script, *client.styles, *client.preloads} <= set(shell["files"])
    assert len(shell["version"]) == 12


def test_the_worker_is_another_one_when_the_build_is(cast, monkeypatch):
    before = get("/sw.js").content
    build = assets.build()
    other = assets.Build(build.folder, build.files[1:], build.entries)
    monkeypatch.setattr(assets, "build", lambda: other)

    assert get("/sw.js").content.partition(b"\n")[0] != before.partition(b"\n")[0]


def test_without_a_build_there_is_no_worker(cast, monkeypatch):
    monkeypatch.setattr(assets, "_manifest_path", lambda: None)

    assert get("/sw.js").status_code == 404


def test_the_app_has_the_organisations_name_and_icons_that_are_there(cast):
    answer = get("/manifest.webmanifest")

    manifest = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert manifest["short_name"] == "Acme"
    assert manifest["display"] == "standalone"
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    for icon in manifest["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))


def test_signing_out_empties_the_browser_and_only_looking_does_not(cast):
    looked = cast.bo.client.get("/accounts/logout/")
    left = cast.bo.client.post("/accounts/logout/")

    assert "Clear-Site-Data" not in looked
    assert left["Clear-Site-Data"] == '"storage"'
