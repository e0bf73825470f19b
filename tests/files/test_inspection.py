"""What is found out about a file: what it is, what it measures, whether it is harmful."""

import io
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from accounts.policies.services import change
from core.ids import new_id
from messaging.files import pictures, scanner
from messaging.files.events import FileUploaded
from messaging.files.handlers import inspect
from messaging.files.kinds import extension_of, kind_of
from messaging.files.models import File, FilePolicy
from messaging.files.tasks import tidy
from tests.files.pieces import uploaded
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel

HARMFUL = b"this one is harmful: CHANCERY-TEST-SIGNATURE"


def picture(size=(800, 600), *, form="JPEG", turned=False) -> bytes:
    """A picture, as a camera makes them: with where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Secretive Camera"
    if turned:
        exif[0x0112] = 6
    target = io.BytesIO()
    Image.new("RGB", size, "teal").save(target, form, exif=exif)
    return target.getvalue()


def see(person, file):
    """Have the worker look at it."""
    inspect(FileUploaded(person.id, file["id"]))
    return call(person.api).get(f"/files/{file['id']}/info").body


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n...", "x.html", "image/png"),
        (b"<html><script>", "cat.png", "text/plain"),
        (b"<svg xmlns=", "x.svg", "text/plain"),
        (b"%PDF-1.7", "x", "application/pdf"),
        (b"PK\x03\x04..", "a.docx", "application/vnd.openxmlformats-officedocument"),
        (b"PK\x03\x04..", "a.exe", "application/zip"),
        (b"MZ\x90", "cat.png", "application/x-msdownload"),
        (b"\x00\x00\x00\x20ftypisom", "a.mp4", "video/mp4"),
        (b"RIFF\x00\x00\x00\x00WEBP", "a", "image/webp"),
        (b"RIFF\x00\x00\x00\x00????", "a", "application/octet-stream"),
        ("Grüße".encode()[:-1], "a", "text/plain"),
        (b"\xff\xfe\x00", "a.txt", "application/octet-stream"),
        (b"", "a", "text/plain"),
    ],
)
def test_bytes_say_what_they_are_and_names_do_not(head, name, kind):
    assert kind_of(head, name).startswith(kind)


def test_endings():
    assert [extension_of(name) for name in ("a.EXE", "a.tar.gz", "exe", ".bat", "a.")] == [
        "exe",
        "gz",
        "",
        "",
        "",
    ]


def test_a_picture_is_measured_as_it_is_seen(cast, in_acme):
    lying = uploaded(cast.ana, "lying.jpg", picture((800, 600), turned=True))
    upright = uploaded(cast.ana, "upright.png", picture((800, 600), form="PNG"))

    assert (lying["content_type"], lying["width"], lying["height"]) == ("image/jpeg", 600, 800)
    assert (upright["content_type"], upright["width"], upright["height"]) == ("image/png", 800, 600)


def test_a_thumbnail_stands_upright_and_tells_nothing_of_the_camera(cast, in_acme):
    file = uploaded(cast.ana, "large.jpg", picture((3000, 2000), turned=True))
    assert file["thumbnail_url"] is None

    answer = cast.ana.api.get(see(cast.ana, file)["thumbnail_url"])

    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    with Image.open(io.BytesIO(answer.content)) as small:
        assert small.size == (480, 720)
        assert dict(small.getexif()) == {}
    assert b"Secretive" not in answer.content
    assert cast.bo.api.get(f"/api/v1/files/{file['id']}/thumbnail").status_code == 404


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xe0 no picture at all",
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I4sIIBBBBBI", 13, b"IHDR", 2**31 - 1, 9, 8, 2, 0, 0, 0, 0),
        b"GIF89a" + struct.pack("<HH", 65535, 65535) + bytes(20),
        picture()[:400],
    ],
    ids=["rubbish", "bomb", "vast", "cut"],
)
def test_pictures_that_are_none_or_too_large_are_files_without_a_thumbnail(cast, in_acme, content):
    file = uploaded(cast.ana, "x.png", content)

    assert see(cast.ana, file)["thumbnail_url"] is None
    assert cast.ana.api.get(file["url"]).status_code == 200


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    """A picture of 60,000,000 pixels and more is a few kilobytes, and a gigabyte when unpacked."""
    target = io.BytesIO()
    Image.new("1", (9000, 9000)).save(target, "PNG")
    monkeypatch.setattr(Image.Image, "load", lambda *a, **k: pytest.fail("it was unpacked"))

    assert pictures.size_of(io.BytesIO(target.getvalue())) is None
    assert pictures.thumbnail_of(io.BytesIO(target.getvalue())) is None


def test_readers_are_told_when_a_thumbnail_is_there(cast, in_acme):
    general = make_channel(cast.ana)
    file = uploaded(cast.ana, "a.jpg", picture())
    call(cast.ana.api).post(
        f"/conversations/{general.id}/messages",
        {"text": "", "key": str(new_id()), "file_ids": [file["id"]]},
    )

    see(cast.ana, file)
    see(cast.ana, file)

    assert journal_types(general.id)[-1] == "file.inspected"
    assert journal_types(general.id).count("file.inspected") == 1


# The scanner ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clamd(tmp_path_factory):
    """A real clamd with one signature of our own: only the word above is harmful."""
    if not Path("/usr/sbin/clamd").exists():
        pytest.skip("clamd is not installed")
    home = tmp_path_factory.mktemp("clamd")
    (home / "own.ndb").write_text(f"Chancery.Test:0:*:{b'CHANCERY-TEST-SIGNATURE'.hex()}\n")
    line = home / "clamd.ctl"
    (home / "clamd.conf").write_text(
        f"LocalSocket {line}\nDatabaseDirectory {home}\nForeground yes\nStreamMaxLength 1M\n"
        f"LogFile {home}/log\nPidFile {home}/pid\nUser {_me()}\n"
    )
    process = subprocess.Popen(
        ["/usr/sbin/clamd", "-c", str(home / "clamd.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            if line.exists() or process.poll() is not None:
                break
            time.sleep(0.1)
        assert line.exists(), (home / "log").read_text() if (home / "log").exists() else "no log"
        yield f"unix:{line}"
    finally:
        process.terminate()
        process.wait(10)


def _me() -> str:
    import getpass

    return getpass.getuser()


def test_clamd_finds_what_is_harmful_and_nothing_else(cast, in_acme, settings, clamd):
    settings.CHANCERY_CLAMD = clamd
    general = make_channel(cast.ana)
    good = uploaded(cast.ana, "good.txt", b"nothing to see")
    bad = uploaded(cast.ana, "bad.txt", HARMFUL)
    assert (good["scan"], bad["scan"]) == ("pending", "pending")

    assert see(cast.ana, good)["scan"] == "clean"
    assert see(cast.ana, bad)["scan"] == "infected"

    refused = call(cast.ana.api).get(f"/files/{bad['id']}")
    assert refused.problem == (403, "infected")
    assert cast.ana.api.get(good["url"]).status_code == 200
    sent = call(cast.ana.api).post(
        f"/conversations/{general.id}/messages", {"text": "x", "file_ids": [bad["id"]]}
    )
    assert sent.problem == (422, "no_file")


def test_what_was_sent_before_it_was_scanned_is_locked_away_when_it_is_found_out(
    cast, in_acme, settings, clamd
):
    settings.CHANCERY_CLAMD = clamd
    general = make_channel(cast.ana, cast.bo)
    bad = uploaded(cast.ana, "bad.txt", HARMFUL)
    call(cast.ana.api).post(
        f"/conversations/{general.id}/messages", {"text": "x", "file_ids": [bad["id"]]}
    )
    assert cast.bo.api.get(bad["url"]).status_code == 200

    see(cast.ana, bad)

    assert call(cast.bo.api).get(f"/files/{bad['id']}").problem == (403, "infected")
    link = call(cast.bo.api).post(f"/files/{bad['id']}/link").body["url"]
    assert cast.nobody().get(link).status_code == 403


def test_files_wait_for_their_scan_where_the_organisation_wants_it(cast, in_acme, settings, clamd):
    settings.CHANCERY_CLAMD = clamd
    change(cast.ana.actor, FilePolicy, holds_until_clean=True)
    file = uploaded(cast.ana, "good.txt", b"nothing to see")

    early = call(cast.ana.api).get(f"/files/{file['id']}")
    see(cast.ana, file)

    assert early.problem == (409, "being_checked")
    assert early.headers["Retry-After"] == "5"
    assert cast.ana.api.get(file["url"]).status_code == 200


def test_what_is_too_large_for_the_scanner_is_not_called_clean(cast, in_acme, settings, clamd):
    settings.CHANCERY_CLAMD = clamd
    file = uploaded(cast.ana, "large.bin", bytes(2 * 2**20))

    assert see(cast.ana, file)["scan"] == "failed"


def test_a_scanner_that_is_away_is_asked_again_by_the_clock(cast, in_acme, settings, clamd):
    settings.CHANCERY_CLAMD = "tcp:127.0.0.1:1"
    file = uploaded(cast.ana, "good.txt", b"nothing to see")
    assert see(cast.ana, file)["scan"] == "failed"

    settings.CHANCERY_CLAMD = clamd
    tidy()

    assert File.objects.get().scan == "clean"


@pytest.mark.parametrize("answer", [b"", b"stream: ERROR\0", b"rubbish", b"stream: OK FOUND?\0"])
def test_a_scanner_that_makes_no_sense_finds_nothing_clean(settings, answer):
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = server.accept()
        with line:
            taken = b""
            while not taken.endswith(struct.pack("!I", 0)):
                taken += line.recv(65536)
            line.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    settings.CHANCERY_CLAMD = f"tcp:127.0.0.1:{server.getsockname()[1]}"

    with pytest.raises(scanner.ScannerAway):
        scanner.is_harmful(io.BytesIO(b"abc"))

    thread.join()
    server.close()
