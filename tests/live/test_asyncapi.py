"""The AsyncAPI document says what the code does."""

import orjson

from events.registry import told_types
from messaging.live.asyncapi import asyncapi_document
from messaging.live.protocol import _READERS, CloseCode, ErrorCode


def payloads(operation: str) -> dict[str, dict]:
    """The payloads of one direction, by their `type`."""
    document = asyncapi_document()
    names = [
        reference["$ref"].rsplit("/", 1)[1]
        for reference in document["operations"][operation]["messages"]
    ]
    found = [document["components"]["messages"][name]["payload"] for name in names]
    return {payload["properties"]["type"]["const"]: payload for payload in found}


def test_every_frame_that_the_server_reads_is_described():
    assert set(payloads("sendToServer")) == set(_READERS)


def test_every_frame_that_the_server_sends_is_described():
    assert set(payloads("receiveFromServer")) == {
        "hello",
        "event",
        "resync",
        "ping",
        "drain",
        "error",
        "typing",
        "receipts",
        "presence",
    }


def test_every_registered_event_and_error_code_is_named():
    described = payloads("receiveFromServer")

    assert described["event"]["properties"]["event"]["enum"] == sorted(
        {kind.name for kind in told_types()}
    )
    assert described["error"]["properties"]["code"]["enum"] == [code.value for code in ErrorCode]


def test_close_codes_are_explained():
    words = asyncapi_document()["info"]["description"]

    assert all(f"- {code.value}: " in words for code in CloseCode)


def test_references_lead_somewhere_and_the_document_is_json():
    document = orjson.loads(orjson.dumps(asyncapi_document()))
    channel = document["channels"]["live"]

    for operation in document["operations"].values():
        for reference in operation["messages"]:
            assert reference["$ref"].rsplit("/", 1)[1] in channel["messages"]
    for reference in channel["messages"].values():
        assert reference["$ref"].rsplit("/", 1)[1] in document["components"]["messages"]
