"""Imported files are looked at after the import, quietly."""

import io

import pytest
from PIL import Image

from core.ids import new_id
from messaging.files import services, storage
from messaging.files.models import File, Scan
from messaging.files.storage import StoreAway
from messaging.files.tasks import look_at_imported
from messaging.messages.parts import Part, note_part
from tests.files import pdfs
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel, make_message


@pytest.fixture
def imported(cast, in_acme):
    """Put a file under a message as the import does, with what the export says of it."""
    general = make_channel(cast.ana)

    def bring(name: str, content: bytes, content_type: str, **more) -> File:
        message = make_message(general, by=cast.ana)
        kept = storage.keep(io.BytesIO(content), file_id=new_id(), most_bytes=len(content))
        note_part([message.id], Part.FILES)
        return File.objects.create(
            conversation_id=general.id,
            message_id=message.id,
            name=name,
            content_type=content_type,
            size_bytes=kept.size_bytes,
            sha256=kept.sha256,
            storage_name=kept.storage_name,
            external_id=str(new_id()),
            is_unseen=True,
            **more,
        )

    return bring


def the_channel():
    return File.objects.values_list("conversation_id", flat=True)[0]


def photo() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (900, 300), "teal").save(target, "JPEG")
    return target.getvalue()


def test_what_an_imported_file_says_of_itself_decides_nothing(cast, imported):
    page = imported("photo.png", b"<html><script>", "image/png")
    picture = imported("notes.txt", photo(), "text/plain")
    paper = imported("plan.pdf", pdfs.pdf("the plan"), "application/octet-stream")
    before = journal_types(the_channel())

    look_at_imported()

    seen = [
        call(cast.ana.api).get(f"/files/{file.id}/info").body for file in (page, picture, paper)
    ]
    assert [one["content_type"] for one in seen] == ["text/plain", "image/jpeg", "application/pdf"]
    assert [(one["width"], one["height"]) for one in seen] == [
        (None, None),
        (900, 300),
        (None, None),
    ]
    assert [one["thumbnail_url"] is not None for one in seen] == [False, True, True]
    assert journal_types(the_channel()) == before
    assert not File.objects.filter(is_unseen=True).exists()


def test_harm_that_was_imported_is_locked_away_quietly(cast, imported, monkeypatch):
    monkeypatch.setattr("messaging.files.scanner.is_configured", lambda: True)
    monkeypatch.setattr("messaging.files.scanner.is_harmful", lambda _source: True)
    file = imported("photo.jpg", photo(), "image/jpeg", scan=Scan.PENDING)
    before = journal_types(the_channel())

    look_at_imported()

    answer = call(cast.ana.api).get(f"/files/{file.id}")
    assert answer.problem == (403, "infected")
    assert File.objects.get().thumbnail_name is None
    assert journal_types(the_channel()) == before


def test_lost_bytes_are_passed_over_and_a_store_that_is_away_is_asked_again(imported, monkeypatch):
    lost = imported("lost.jpg", photo(), "image/jpeg")
    storage.remove_kept(lost.storage_name)
    kept = imported("kept.jpg", photo(), "image/jpeg")

    def away(*_args, **_options):
        raise StoreAway("away")

    with monkeypatch.context() as then:
        then.setattr(services, "measure", away)
        look_at_imported()
    assert File.objects.filter(is_unseen=True).count() == 2

    look_at_imported()

    assert not File.objects.filter(is_unseen=True).exists()
    assert File.objects.get(id=kept.id).thumbnail_name is not None
    assert File.objects.get(id=lost.id).content_type == "image/jpeg"


def test_it_stops_by_itself_and_goes_on_with_the_next(imported, monkeypatch):
    for number in range(3):
        imported(f"{number}.jpg", photo(), "image/jpeg")
    monkeypatch.setattr("messaging.files.tasks._LOOKS_FOR_S", -1)
    look_at_imported()
    assert File.objects.filter(is_unseen=True).count() == 3

    monkeypatch.setattr("messaging.files.tasks._LOOKS_FOR_S", 60)
    monkeypatch.setattr("messaging.files.tasks._MOST_AT_ONCE", 2)
    look_at_imported()

    assert File.objects.filter(thumbnail_name__isnull=False).count() == 3
