"""What is kept outside of the schemas carries its tenant: cache, topics, files, logs."""

import io
import logging
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import cache

from core.ids import new_id
from core.logs import ContextFilter
from events.models import StreamKind
from events.topics import topic_of
from messaging.files import storage
from tenants.cache import tenant_key
from tenants.context import in_tenant


def test_the_cache_of_one_tenant_is_not_read_by_another(cast):
    for slug in ("acme", "globex"):
        with in_tenant(slug):
            cache.set("colour", slug)
    cache.set("colour", "nobody's")

    with in_tenant("acme"):
        assert cache.get("colour") == "acme"
        assert cache.get_many(["colour"]) == {"colour": "acme"}
        cache.delete("colour")
    with in_tenant("globex"):
        assert cache.get("colour") == "globex"
    assert cache.get("colour") == "nobody's"


def test_no_key_of_one_tenant_can_be_spelt_as_one_of_another():
    with in_tenant("acme"):
        plain, odd = tenant_key("x", "p", 1), tenant_key("1:globex:x", "p", 1)
    with in_tenant("globex"):
        others = {tenant_key("x", "p", 1), tenant_key("1:acme:x", "p", 1)}

    assert not {plain, odd} & others
    assert settings.CACHES["default"]["KEY_FUNCTION"] == "tenants.cache.tenant_key"


def test_topics_carry_the_tenant():
    stream = uuid4()

    names = {topic_of(slug, StreamKind.CONVERSATION, stream) for slug in ("acme", "globex")}

    assert len(names) == 2


def test_a_file_is_read_in_its_own_tenant_only(cast):
    with in_tenant("acme"):
        kept = storage.keep(io.BytesIO(b"secret"), file_id=new_id(), most_bytes=10)
        assert storage.open_kept(kept.storage_name).read() == b"secret"

    with in_tenant("globex"):
        for name in (kept.storage_name, f"../acme/{kept.storage_name}"):
            with pytest.raises(FileNotFoundError):
                storage.open_kept(name)


def test_log_lines_name_the_tenant_they_are_about():
    record = logging.LogRecord("x", logging.INFO, "x", 1, "hello", None, None)
    with in_tenant("acme"):
        ContextFilter().filter(record)

    assert record.tenant == "acme"
    ContextFilter().filter(record)
    assert record.tenant == "-"
