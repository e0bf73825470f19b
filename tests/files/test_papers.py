"""The first page of a PDF is drawn, whatever the PDF was made for."""

import io
import time
from pathlib import Path

import pytest
from PIL import Image

from messaging.files import first_page, papers
from messaging.files.events import FileUploaded
from messaging.files.handlers import inspect
from messaging.files.models import File
from tests.files import pdfs
from tests.files.pieces import uploaded
from tests.messaging.calls import call


def drawn(document: bytes) -> Image.Image | None:
    found = papers.first_page_of(io.BytesIO(document))
    return None if found is None else Image.open(io.BytesIO(found))


def test_the_first_page_is_drawn_small(cast, in_acme):
    file = uploaded(cast.ana, "report.pdf", pdfs.pdf("first", "second"))
    assert (file["content_type"], file["thumbnail_url"]) == ("application/pdf", None)

    inspect(FileUploaded(cast.ana.id, file["id"]))

    seen = call(cast.ana.api).get(f"/files/{file['id']}/info").body
    picture = Image.open(io.BytesIO(cast.ana.api.get(seen["thumbnail_url"]).content))
    assert (picture.format, picture.size) == ("WEBP", (509, 720))
    shades = picture.convert("L").getextrema()
    assert shades[0] < 60
    assert shades[1] == 255
    assert cast.bo.api.get(seen["thumbnail_url"]).status_code == 404


def test_a_huge_page_is_drawn_as_small_as_any(cast):
    picture = drawn(pdfs.pdf("huge", size=(14_400, 14_400)))

    assert picture is not None
    assert picture.size == (720, 720)


@pytest.mark.parametrize(
    "document",
    [pdfs.broken(), pdfs.with_password(), pdfs.pdf(), pdfs.pdf("thin", size=(10, 14_400)), b""],
    ids=["broken", "password", "no pages", "impossible size", "nothing"],
)
def test_what_cannot_be_drawn_has_no_picture_and_does_no_harm(cast, document):
    assert drawn(document) is None


def test_a_file_that_cannot_be_drawn_is_a_file_all_the_same(cast, in_acme):
    file = uploaded(cast.ana, "broken.pdf", pdfs.broken())

    inspect(FileUploaded(cast.ana.id, file["id"]))

    assert File.objects.get().thumbnail_name is None


def test_a_document_that_unpacks_without_end_takes_no_more_than_its_process_has(cast):
    began = time.monotonic()

    assert drawn(pdfs.bomb(2**20)) is not None
    assert drawn(pdfs.bomb(5 * 2**28)) is None

    assert time.monotonic() - began < 60


def test_scripts_of_a_document_are_not_run(cast):
    assert drawn(pdfs.with_script()) is not None


def test_a_program_that_hangs_is_ended(cast, tmp_path, monkeypatch):
    hanging = tmp_path / "hangs.py"
    hanging.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(papers, "_PROGRAM", hanging)
    monkeypatch.setattr(papers, "_TIMEOUT_S", 0.5)
    began = time.monotonic()
    assert drawn(pdfs.pdf("x")) is None
    assert time.monotonic() - began < 5


def test_its_memory_is_little(cast, tmp_path, monkeypatch):
    """The real limits, before a document that would need two gigabytes."""
    wants = "sys.stdin.buffer.read(); bytearray(2 * 2**30); print('had it all')"
    greedy = tmp_path / "greedy.py"
    program = Path(first_page.__file__).read_text()
    greedy.write_text(program.replace("import pypdfium2\n", f"{wants}; return 0\n"))
    monkeypatch.setattr(papers, "_PROGRAM", greedy)

    assert drawn(pdfs.pdf("x")) is None

    monkeypatch.undo()
    greedy.write_text(greedy.read_text().replace("2 * 2**30", "2**20"))
    monkeypatch.setattr(papers, "_PROGRAM", greedy)
    assert papers.first_page_of(io.BytesIO(b"")) == b"had it all\n"
