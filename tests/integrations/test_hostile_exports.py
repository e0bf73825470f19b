"""A zip comes from a stranger: it may lie, lead outside, swell or be broken anywhere."""

import json
import stat
import zipfile

import pytest

from core.actor import system_actor
from core.errors import Invalid
from integrations.slack import archive, export, records
from integrations.slack.archive import Archive
from integrations.slack.records import Bad
from integrations.slack.services import import_export
from messaging.messages.models import Message
from tests.integrations import exports
from tests.integrations.test_import_slack import contents


def run(path, **options):
    return import_export(system_actor("acme"), path, **options)


def day(*messages):
    return json.dumps(list(messages)).encode()


def refused(path):
    """Import a file that must be refused as a whole; returns the sentence."""
    before = contents()
    with pytest.raises(Invalid) as refusal:
        run(path)
    assert contents() == before
    return str(refusal.value.detail)


def test_a_file_that_is_no_zip(in_acme, tmp_path):
    path = tmp_path / "export.zip"
    path.write_bytes(b"PK not really")

    assert refused(path) == "export.zip is no zip file, or a damaged one."


def test_a_file_that_is_not_there(in_acme, tmp_path):
    assert refused(tmp_path / "gone.zip").startswith("There is no file ")


def test_a_folder(in_acme, tmp_path):
    assert refused(tmp_path).endswith("is a folder; give the zip file as Slack delivers it.")


def test_an_archive_that_was_cut_off(in_acme, tmp_path):
    path = exports.write(tmp_path / "export.zip")
    path.write_bytes(path.read_bytes()[:-200])

    assert refused(path) == "export.zip is no zip file, or a damaged one."


def test_a_zip_of_something_else(in_acme, tmp_path):
    path = exports.write(tmp_path / "export.zip", {"photo.png": b"x"})

    assert refused(path) == "This is no Slack export: it has no users.json."


def test_an_export_without_conversations(in_acme, tmp_path):
    path = exports.write(tmp_path / "export.zip", {"users.json": exports.USERS})

    assert refused(path).startswith("This is no Slack export: it has none of channels.json")


@pytest.mark.parametrize("content", [b"", b"{}", b"[{", b'"x"', b"\x00\x01", b'[{"id": 1}'])
def test_a_list_of_people_that_is_none(in_acme, tmp_path, content):
    path = exports.write(tmp_path / "export.zip", **{"users.json": content})

    assert refused(path).startswith("users.json cannot be read: ")


def test_more_json_than_anybody_wrote(in_acme, tmp_path, monkeypatch):
    monkeypatch.setattr(Archive.__init__, "__kwdefaults__", {"json_limit": 1000})

    assert "would unpack to" in refused(exports.write(tmp_path / "export.zip"))


def test_a_bomb_among_the_days_is_left_alone(in_acme, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "RATIO_MATTERS_FROM", 1 << 20)
    bomb = b"[" + b" " * (4 << 20) + b"]"
    path = exports.write(tmp_path / "export.zip", **{"general/2023-11-16.json": bomb})

    result = run(path)

    assert result["messages"]["created"] == 17
    assert (
        result["quarantine"]["reasons"]["it unpacks to far more than it holds, like a zip bomb"]
        == 1
    )


@pytest.mark.parametrize(
    "name",
    [
        "../general/2023-11-16.json",
        "general/../../2023-11-16.json",
        "/general/2023-11-16.json",
        "general\\2023-11-16.json",
        "C:/general/2023-11-16.json",
        "general//2023-11-16.json",
    ],
)
def test_names_that_lead_elsewhere_are_left_alone(in_acme, tmp_path, name):
    path = exports.write(tmp_path / "export.zip", **{name: [exports.message(1e6, "hostile")]})

    result = run(path)

    assert result["messages"]["created"] == 17
    assert result["messages"]["quarantined"] == 3
    assert not Message.objects.filter(text="hostile").exists()


def test_symbolic_links_are_left_alone(in_acme, tmp_path):
    path = exports.write(tmp_path / "export.zip")
    link = zipfile.ZipInfo("general/2023-11-16.json")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as target:
        target.writestr(link, "/etc/passwd")

    assert run(path)["quarantine"]["reasons"]["it is a symbolic link"] == 1


def test_two_files_of_one_name_are_both_left_alone(in_acme, tmp_path):
    path = exports.write(tmp_path / "export.zip")
    with zipfile.ZipFile(path, "a") as target, pytest.warns(UserWarning, match="Duplicate"):
        target.writestr("general/2023-11-15.json", day(exports.message(1e6, "which one?")))

    result = run(path)

    assert result["quarantine"]["reasons"] == {"another file of the same name is in the zip": 2}
    assert not Message.objects.filter(text__in=["which one?", "last words"]).exists()


def test_encrypted_files_are_left_alone(in_acme, tmp_path):
    path = exports.write(tmp_path / "export.zip", **{"zz.json": [1]})
    raw = bytearray(path.read_bytes())
    entry = raw.rindex(b"general/2023-11-15.json") - 46
    assert raw[entry : entry + 4] == b"PK\x01\x02"
    raw[entry + 8] |= 1
    path.write_bytes(raw)

    assert run(path)["quarantine"]["reasons"] == {"it is encrypted": 1}


def test_a_damaged_day_costs_only_that_day(in_acme, tmp_path):
    path = tmp_path / "export.zip"
    exports.write(path)
    raw = bytearray(path.read_bytes())
    at = raw.index(b"general/2023-11-15.json") + 40
    raw[at] ^= 0xFF
    path.write_bytes(raw)

    result = run(path)

    assert result["messages"]["created"] == 13
    assert result["messages"]["quarantined"] == 1


ONE = exports.message(1e6, "a")


@pytest.mark.parametrize(
    ("content", "created", "reason"),
    [
        (b"", 0, "it is empty"),
        (b"{}", 0, "it is no JSON array"),
        (day(ONE)[:-1], 1, "it ends in the middle"),
        (day(ONE)[:-1] + b", {nonsense", 1, "from here on it is no valid JSON"),
        (b"[" * 100_000, 0, "from here on it is no valid JSON"),
        (day(ONE).replace(b'"a"', b'"\xff\xfe"'), 0, "its text is not valid UTF-8"),
        (day(ONE | {"ts": "soon"}), 0, "its ts is missing or no timestamp"),
        (day(ONE | {"ts": "999999999999.0"}), 0, "its ts lies beyond the year 9999"),
        (day(ONE | {"text": {"a": 1}}), 0, "its text is no string"),
        (day(ONE | {"type": "event"}), 0, "it is no message"),
    ],
)
def test_records_that_cannot_be_read(in_acme, tmp_path, content, created, reason):
    path = exports.write(tmp_path / "export.zip", **{"general/2023-11-16.json": content})

    result = run(path)

    assert result["messages"]["created"] == 17 + created
    assert result["messages"]["quarantined"] == 3
    assert result["quarantine"]["reasons"][reason] >= 1


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + day(exports.message(1e6, "ünïcode")),
        json.dumps([exports.message(1e6, "ünïcode")], ensure_ascii=False).encode("utf-16"),
        day(exports.message(1e6, "ünïcode")).replace(b"code", b"code\\ud800"),
        day(exports.message(1e6, "ünïcode")).replace(b"code", b"code\\u0000"),
        day(exports.message(1e6, "ünïcode")).replace(b"code", b"code\x01"),
    ],
)
def test_odd_encodings_are_read_where_they_can_be(in_acme, tmp_path, content):
    path = exports.write(tmp_path / "export.zip", **{"general/2023-11-16.json": content})

    assert run(path)["messages"]["created"] == 18
    assert Message.objects.filter(text__startswith="ünïcode").count() == 1


def test_folders_that_no_list_names_are_put_aside(in_acme, tmp_path):
    path = exports.write(
        tmp_path / "export.zip", **{"lost/2023-11-16.json": [exports.message(1e6, "whose?")]}
    )

    result = run(path)

    assert result["quarantine"]["reasons"]["no list names its conversation"] == 1
    assert not Message.objects.filter(text="whose?").exists()


def test_a_folder_that_two_channels_claim_is_nobodys(in_acme, tmp_path):
    groups = [exports.channel(exports.SECRET, "general", [exports.ANN])]

    result = run(exports.write(tmp_path / "export.zip", **{"groups.json": groups}))

    assert result["quarantine"]["reasons"]["two conversations claim its folder"] == 14
    assert not Message.objects.filter(text="a reply").exists()


def test_a_channel_may_have_a_folder_by_its_name_and_one_by_its_id(in_acme, tmp_path):
    more = {f"{exports.GENERAL}/2023-11-16.json": [exports.message(1e6, "by id")]}

    assert run(exports.write(tmp_path / "export.zip", **more))["messages"]["created"] == 18


def test_days_that_are_out_of_order_come_in_order(in_acme, tmp_path):
    days = {
        "general/2023-11-14.json": [exports.message(at, str(at)) for at in (30, 10, 50)],
        "general/2023-11-15.json": [exports.message(at, str(at)) for at in (20, 40, 50)],
    }

    result = run(exports.write(tmp_path / "export.zip", **days))

    rows = Message.objects.filter(text__in=["10", "20", "30", "40", "50"]).order_by("seq")
    assert list(rows.values_list("text", flat=True)) == ["10", "20", "30", "40", "50"]
    assert result["messages"]["already_there"] == 1


def test_a_large_file_streams_and_gives_the_same_records(tmp_path, monkeypatch):
    path = exports.write(tmp_path / "export.zip")

    def read():
        with Archive.open(path) as opened:
            found = export.Export(opened)
            conversations = [one for one in found.conversations() if not isinstance(one, Bad)]
            found.settle(conversations)
            return [list(found.messages(one)) for one in conversations]

    whole = read()
    monkeypatch.setattr(records, "WHOLE_UP_TO", 0)

    assert read() == whole


def test_a_record_too_large_to_be_held_ends_its_file_and_nothing_else(
    in_acme, tmp_path, monkeypatch
):
    monkeypatch.setattr(records, "WHOLE_UP_TO", 200_000)
    monkeypatch.setattr(records, "MOST_RECORD_BYTES", 300_000)
    days = {
        "general/2023-11-20.json": [
            exports.message(1e6, "before"),
            exports.message(1e6 + 1, "x" * 900_000),
            exports.message(1e6 + 2, "after"),
        ],
        "general/2023-11-21.json": [exports.message(2e6, "the next day")],
    }

    result = run(exports.write(tmp_path / "export.zip", **days))

    found = Message.objects.filter(text__in=["before", "after", "the next day"])
    assert set(found.values_list("text", flat=True)) == {"before", "the next day"}
    assert [(one["file"], one["index"]) for one in too_large(result)] == [
        ("general/2023-11-20.json", 1)
    ]


def too_large(result):
    reason = "it is too large, and so nothing after it was read"
    return [one for one in result["quarantine"]["first"] if one["reason"] == reason]


def test_many_records_within_the_limit_are_no_large_one(tmp_path, monkeypatch):
    day = [exports.message(at, "x" * 1000) for at in range(2_000)]
    path = exports.write(tmp_path / "export.zip", **{"general/2023-11-20.json": day})
    monkeypatch.setattr(records, "WHOLE_UP_TO", 0)
    monkeypatch.setattr(records, "MOST_RECORD_BYTES", 300_000)

    with Archive.open(path) as opened:
        member = opened.members["general/2023-11-20.json"]
        assert len(list(records.records(opened, member, kind="messages"))) == 2_000
