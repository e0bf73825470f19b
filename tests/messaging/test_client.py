"""The page of the client and how its files are found."""

import json

from core import assets


def test_a_stranger_is_led_to_the_sign_in_and_back(cast):
    answer = cast.nobody().get("/c/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001")

    assert answer.status_code == 302
    assert answer["Location"] == ("/accounts/login/?next=/c/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001")


def test_the_page_runs_nothing_but_our_files(cast, monkeypatch):
    entry = assets.Entry(script="/static/x.js", styles=("/static/x.css",), preloads=())
    monkeypatch.setattr(assets, "entry", lambda source: entry)

    answer = cast.ana.client.get("/")

    policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == "chancery-worker"
    assert "unsafe" not in answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert '<script type="module" src="/static/x.js">' in page
    assert "style=" not in page
    assert "csrftoken" in answer.cookies
    assert "no-store" in answer["Cache-Control"]


def test_a_client_that_is_not_built_says_so(cast, monkeypatch):
    monkeypatch.setattr(assets, "_manifest_path", lambda: None)

    answer = cast.ana.client.get("/")

    assert answer.status_code == 503
    assert b"The client is not built" in answer.content


def test_a_new_build_is_seen_without_a_restart(tmp_path, monkeypatch, settings):
    manifest = tmp_path / "manifest.json"
    monkeypatch.setattr(assets, "_manifest_path", lambda: manifest)
    chunks = {
        "src/main.tsx": {"file": "a.js", "css": ["a.css"], "imports": ["_shared.js"]},
        "_shared.js": {"file": "shared.js", "css": ["shared.css"]},
    }
    manifest.write_text(json.dumps(chunks))
    first = assets.entry("src/main.tsx")
    manifest.write_text(json.dumps(chunks | {"src/main.tsx": {"file": "b.js"}}))

    assert first == assets.Entry(
        script="/static/messaging/web/a.js",
        styles=("/static/messaging/web/shared.css", "/static/messaging/web/a.css"),
        preloads=("/static/messaging/web/shared.js",),
    )
    second = assets.entry("src/main.tsx")
    assert second is not None
    assert second.script == "/static/messaging/web/b.js"
    assert assets.entry("src/nothing.ts") is None
