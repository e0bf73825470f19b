"""An object store, and the product with its files in it."""

from collections.abc import Iterator

import pytest

from core.ids import new_id
from messaging.files import storage
from tests.files.object_store import ObjectStore, running_store


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    with running_store() as running:
        yield running


@pytest.fixture
def bucket(object_store: ObjectStore, settings) -> Iterator[str]:
    """The name of a new bucket, in which the product keeps its files for this test."""
    name = f"files-{new_id().hex}"
    object_store.client.create_bucket(Bucket=name)
    settings.CHANCERY_FILES = "s3"
    settings.CHANCERY_S3_BUCKET = name
    settings.CHANCERY_S3_ENDPOINT = object_store.endpoint
    settings.CHANCERY_S3_PUBLIC_ENDPOINT = ""
    settings.CHANCERY_S3_REGION = "us-east-1"
    settings.CHANCERY_S3_KEY_ID = object_store.key_id
    settings.CHANCERY_S3_SECRET = object_store.secret
    settings.CHANCERY_S3_TIMEOUT_S = 10
    storage._store.cache_clear()
    yield name
    storage._store.cache_clear()
