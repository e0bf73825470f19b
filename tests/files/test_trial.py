"""`manage.py check_files` says what works, and what does not."""

import pytest
from django.core.management import CommandError, call_command

from messaging.files import storage


def test_a_disk_is_tried(cast, capsys):
    call_command("check_files")

    assert capsys.readouterr().out.startswith("kept in: disk\nwrite, read and remove: works")


def test_an_object_store_is_tried_and_left_as_it_was(cast, bucket, object_store, capsys):
    call_command("check_files")

    said = capsys.readouterr().out
    assert "kept in: s3" in said
    assert "send parts to signed addresses: works" in said
    listed = object_store.client.list_objects_v2(Bucket=bucket)
    begun = object_store.client.list_multipart_uploads(Bucket=bucket)
    assert (listed["KeyCount"], begun.get("Uploads", [])) == (0, [])


def test_a_wrong_secret_is_named(cast, bucket, settings):
    settings.CHANCERY_S3_SECRET = "another"
    storage._store.cache_clear()

    with pytest.raises(CommandError, match=r"write, read and remove: .* SignatureDoesNotMatch"):
        call_command("check_files")


def test_a_store_that_does_not_check_sums_is_found_out(cast, bucket, monkeypatch):
    monkeypatch.setattr("messaging.files.trial._put", lambda *_args: 0)

    with pytest.raises(CommandError, match="damaged on the way: it does not check it"):
        call_command("check_files")
