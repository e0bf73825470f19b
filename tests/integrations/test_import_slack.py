"""An organisation's history comes over from a Slack export."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.people.models import User
from core.actor import Role, system_actor
from core.errors import Invalid, NotFound
from core.ids import new_id
from events.models import Entry, Stream
from events.outbox.models import OutboxItem
from integrations.slack.services import import_export
from messaging.conversations.models import Conversation, Membership
from messaging.conversations.selectors import summary
from messaging.conversations.services import direct_key, leave_conversation
from messaging.conversations.view import view
from messaging.files.models import File
from messaging.messages.models import Message, Revision
from messaging.messages.services import edit_message, post_message
from messaging.reactions.models import Reaction
from messaging.reactions.services import remove_reaction
from tests.integrations import exports


@pytest.fixture
def export(tmp_path):
    return exports.write(tmp_path / "export.zip")


def run(path, **options):
    return import_export(system_actor("acme"), path, **options)


def kinds(result):
    return {kind: result[kind] for kind in exports.COUNTS}


def conversation(slack_id):
    return Conversation.objects.get(external_id=f"slack:{exports.TEAM}:{slack_id}")


def person(slack_id):
    return User.objects.get(external_id=f"slack:{exports.TEAM}:{slack_id}")


def texts(slack_id):
    rows = Message.objects.filter(conversation_id=conversation(slack_id).id).order_by("seq")
    return list(rows.values_list("text", flat=True))


def test_everything_in_the_export_is_counted(in_acme, export):
    assert kinds(run(export)) == exports.COUNTS


def test_a_second_run_finds_everything_there(in_acme, export):
    run(export)
    before = contents()

    again = run(export)

    assert {kind: counts["created"] for kind, counts in kinds(again).items()} == dict.fromkeys(
        exports.COUNTS, 0
    )
    for kind, counts in exports.COUNTS.items():
        expected = counts | {
            "created": 0,
            "already_there": counts["in_file"] - counts["quarantined"],
        }
        assert again[kind] == expected
    assert contents() == before


def test_a_dry_run_counts_the_same_and_changes_nothing(in_acme, export):
    before = contents()

    result = run(export, dry_run=True)

    assert kinds(result) == exports.COUNTS
    assert contents() == before


def test_messages_are_numbered_in_the_order_of_time_without_gaps(in_acme, export):
    run(export)
    general = conversation(exports.GENERAL)
    rows = list(
        Message.objects.filter(conversation_id=general.id)
        .order_by("created_at")
        .values_list("seq", flat=True)
    )

    assert rows == list(range(1, 14))
    assert Stream.objects.get(id=general.id).last_seq == 13
    entries = Entry.objects.filter(stream_id=general.id).order_by("seq")
    assert [entry.seq for entry in entries] == rows
    assert {entry.type for entry in entries} == {"chancery.message.created.v1"}
    assert [entry.data["message_id"] for entry in entries] == [
        str(id_)
        for id_ in Message.objects.filter(conversation_id=general.id)
        .order_by("seq")
        .values_list("id", flat=True)
    ]


def test_nobody_is_told_of_what_is_old(in_acme, export):
    OutboxItem.objects.all().delete()

    run(export)

    assert OutboxItem.objects.count() == 0


def test_what_people_wrote_becomes_our_markdown(in_acme, export):
    run(export)
    ann, bo, old = person(exports.ANN), person(exports.BEN), conversation(exports.OLD)

    assert texts(exports.GENERAL) == [
        f"<@{ann.id}> has joined the channel",
        f"Hi <@{bo.id}>, **look** at [the plan](https://acme.example/a?b=1&c=2) & reply"
        f" in <#{old.id}> <!here>",
        "a reply",
        "to all of you",
        "first <\\@U0ANN00001> try",
        "waves",
        "[Build 7](https://ci.example/7)\n**green**",
        "see this\n📎 lost.pdf",
        None,
        "set the topic: All of us",
        f"from **blocks** <@{bo.id}>🎉",
        "from somewhere else",
        "last words",
    ]
    assert texts(exports.SECRET) == ["hush `<code>` x_y_z"]


def test_messages_keep_what_they_were(in_acme, export):
    run(export)
    rows = Message.objects.filter(conversation_id=conversation(exports.GENERAL).id)
    join, root, reply, broadcast, edited, me, bot, _file, deleted, topic, *_ = rows.order_by("seq")

    assert (join.kind, join.subtype) == ("system", "channel_join")
    assert (root.reply_count, root.last_reply_at) == (2, broadcast.created_at)
    assert (reply.thread_id, reply.also_in_conversation) == (root.id, False)
    assert (broadcast.thread_id, broadcast.also_in_conversation) == (root.id, True)
    assert edited.edited_at.timestamp() == exports.DAY + 45
    assert (me.kind, me.subtype) == ("text", "me_message")
    assert bot.author_id == person(exports.BOT).id
    assert deleted.deleted_at is not None
    assert (topic.kind, topic.subtype) == ("system", "channel_topic")


def test_reactions_become_unicode_and_own_emoji_keep_their_name(in_acme, export):
    run(export)

    found = sorted(Reaction.objects.values_list("emoji", flat=True))

    assert found == sorted(["👍", "👍", "👋🏼", ":our-parrot:"])


def test_people_come_as_they_were_and_nobody_gains_power(cast, in_acme, export):
    run(export)
    ann, gone, bot = person(exports.ANN), person(exports.GONE), person(exports.BOT)

    assert (ann.name, ann.email, ann.title) == ("ann", "ann@acme.example", "Head of Ops")
    assert (ann.role, ann.is_active, ann.has_usable_password()) == (Role.MEMBER, True, False)
    assert (gone.is_active, bot.is_bot, bot.email) == (False, True, None)
    stranger = person("U0STRANGER")
    assert (stranger.name, stranger.email, stranger.is_active) == ("Str Anger", None, False)
    bo = User.objects.get(id=cast.bo.id)
    assert (bo.name, bo.external_id) == ("Bo", f"slack:{exports.TEAM}:{exports.BEN}")


def test_conversations_come_with_their_access(cast, in_acme, export):
    run(export)
    ann, gone = person(exports.ANN), person(exports.GONE)

    def members(slack_id):
        rows = Membership.objects.filter(conversation=conversation(slack_id))
        return set(rows.values_list("user_id", flat=True))

    general, secret = conversation(exports.GENERAL), conversation(exports.SECRET)
    assert (general.kind, general.name, general.topic) == ("public", "general", "All of us")
    assert general.purpose == "Company-wide talk"
    assert (secret.kind, members(exports.SECRET)) == ("private", {ann.id, gone.id})
    assert conversation(exports.OLD).archived_at is not None
    direct, group = conversation(exports.DIRECT), conversation(exports.GROUP)
    assert (direct.kind, direct.name) == ("direct", None)
    assert direct.direct_key == direct_key([ann.id, cast.bo.id])
    assert members(exports.GROUP) == {ann.id, cast.bo.id, gone.id}
    assert group.kind == "direct"
    with pytest.raises(NotFound):
        summary(cast.cy.actor, secret.id)


def test_nobody_finds_the_history_unread(cast, in_acme, export):
    run(export, join=["ANA@acme.example"])

    for who in (cast.bo, cast.ana):
        found = summary(who.actor, conversation(exports.GENERAL).id)
        assert view(who.actor, found)["unread"] == {"messages": 0, "mentions": 0}


def test_a_channel_whose_name_is_taken_gets_a_suffix(in_acme, export):
    Conversation.objects.create(kind="public", name="General")

    result = run(export)
    run(export)

    assert conversation(exports.GENERAL).name == "general-slack"
    assert result["notes"] == {
        "channels renamed because their name was taken": 1,
        "reactions with the workspace's own emoji, kept as :name:": 1,
    }


def test_a_direct_conversation_that_was_here_goes_on(cast, in_acme, export):
    run(export)
    direct = conversation(exports.DIRECT)

    posted = post_message(cast.bo.actor, conversation_id=direct.id, text="and now?", key=new_id())

    assert posted.message.seq == 2


def test_a_later_export_follows_what_was_said_since(cast, in_acme, export, tmp_path):
    run(export)
    general = conversation(exports.GENERAL)
    post_message(cast.bo.actor, conversation_id=general.id, text="live", key=new_id())
    later = exports.write(
        tmp_path / "later.zip",
        **{
            "general/2023-11-16.json": [
                exports.message(172_800, "the day after"),
                exports.message(172_810, "late reply", thread_ts=exports.ts(10)),
            ]
        },
    )

    result = run(later)

    assert result["messages"] == {
        "in_file": 21,
        "created": 2,
        "already_there": 17,
        "quarantined": 2,
    }
    rows = Message.objects.filter(conversation_id=general.id).order_by("seq")
    assert list(rows.values_list("seq", "text"))[-3:] == [
        (14, "live"),
        (15, "the day after"),
        (16, "late reply"),
    ]
    root = rows.get(seq=2)
    assert (root.reply_count, root.last_reply_at.timestamp()) == (3, exports.DAY + 172_810)


def changed_since(tmp_path):
    """A later export in which things happened to old messages."""
    days = json.loads(json.dumps(exports.GENERAL_DAY_ONE))
    days[1]["reactions"].append({"name": "eyes", "users": [exports.BEN], "count": 1})
    days[2] |= {"text": "a better reply", "edited": {"user": exports.BEN, "ts": exports.ts(500)}}
    days[3] = exports.message(30, "gone", "USLACKBOT", subtype="tombstone", hidden=True)
    days[3]["thread_ts"] = exports.ts(10)
    return exports.write(tmp_path / "changed.zip", **{"general/2023-11-14.json": days})


def test_a_later_export_tells_of_edits_deletions_and_reactions(in_acme, export, tmp_path):
    run(export)
    later = changed_since(tmp_path)

    rehearsed = run(later, dry_run=True)
    result = run(later)

    assert kinds(rehearsed) == kinds(result)
    assert result["edits"]["created"] == 1
    assert result["reactions"]["created"] == 1
    general = conversation(exports.GENERAL).id
    found = Message.objects.filter(conversation_id=general, seq__in=[2, 3, 4])
    root, reply, deleted = found.order_by("seq")
    assert (reply.text, reply.edited_at.timestamp()) == ("a better reply", exports.DAY + 500)
    assert (deleted.text, root.reply_count) == (None, 1)
    assert sorted(Revision.objects.values_list("text", flat=True)) == ["a reply", "to all of you"]
    journal = Entry.objects.filter(stream_id=root.conversation_id, seq__gt=13).order_by("seq")
    assert sorted(entry.type for entry in journal) == [
        "chancery.message.deleted.v1",
        "chancery.message.edited.v1",
        "chancery.reaction.added.v1",
    ]
    before = contents()
    assert run(later)["edits"]["created"] == 0
    assert contents() == before


def test_what_people_did_here_since_wins(cast, in_acme, export, tmp_path):
    run(export)
    root = Message.objects.get(conversation_id=conversation(exports.GENERAL).id, seq=2)
    reply = Message.objects.get(conversation_id=root.conversation_id, seq=3)
    edit_message(cast.bo.actor, message_id=reply.id, text="said here")
    remove_reaction(cast.bo.actor, message_id=root.id, emoji="👍")

    run(changed_since(tmp_path))

    assert Message.objects.get(id=reply.id).text == "said here"
    assert not Reaction.objects.filter(emoji="👍", user_id=cast.bo.id).exists()


def test_what_cannot_be_read_is_named_by_its_place_and_never_quoted(in_acme, export, tmp_path):
    report = tmp_path / "report.jsonl"

    run(export, report=report)

    lines = [json.loads(line) for line in report.read_text().splitlines()]
    assert [(line["file"], line["index"], line["reason"]) for line in lines] == [
        ("general/2023-11-15.json", 4, "its ts is missing or no timestamp"),
        ("general/2023-11-15.json", 5, "it is no JSON object"),
    ]
    assert "between us" not in report.read_text()


def test_a_file_comes_with_its_bytes_under_its_conversations_access(cast, in_acme, export):
    run(export)
    file = File.objects.get()

    answer = cast.bo.api.get(f"/api/v1/files/{file.id}")

    assert b"".join(answer.streaming_content) == exports.PICTURE
    assert (file.name, file.content_type) == ("cat.png", "image/png")
    assert (file.is_unseen, file.scan) == (True, "none")


def test_replies_to_what_the_export_does_not_hold_stand_for_themselves(in_acme, tmp_path):
    lost = exports.message(86_500, "to whom?", thread_ts=exports.ts(-500))
    path = exports.write(tmp_path / "export.zip", **{"general/2023-11-16.json": [lost]})

    result = run(path)

    assert Message.objects.get(text="to whom?").thread_id is None
    assert result["notes"]["replies to messages that the export does not hold"] == 1


def test_two_accounts_of_one_bot_react_once(in_acme, tmp_path):
    cheered = exports.message(
        86_500, "hurray", reactions=[{"name": "tada", "users": [exports.BOT, "B0BOT00004"]}]
    )
    path = exports.write(tmp_path / "export.zip", **{"general/2023-11-16.json": [cheered]})

    assert run(path)["reactions"]["created"] == 5


def test_a_damaged_file_costs_only_itself(in_acme, tmp_path):
    path = exports.write(tmp_path / "export.zip")
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"__uploads/F0PICTURE1/cat.png") + 60] ^= 0xFF
    path.write_bytes(raw)

    result = run(path)

    assert result["files"] == {"in_file": 1, "created": 0, "already_there": 0, "quarantined": 1}
    assert Message.objects.get(text__startswith="see this").text == (
        "see this\n📎 lost.pdf\n📎 cat.png"
    )


def test_bytes_that_a_later_export_holds_come_later(in_acme, export, tmp_path):
    without = exports.write(tmp_path / "first.zip", **{"__uploads/F0PICTURE1/cat.png": None})
    assert run(without)["files"]["created"] == 0

    result = run(export)

    assert result["files"] == {"in_file": 1, "created": 1, "already_there": 0, "quarantined": 0}
    assert File.objects.get().message_id == Message.objects.get(text__startswith="see this").id


def test_channel_names_of_any_script_are_found(in_acme, tmp_path):
    channels = [exports.channel(exports.GENERAL, "日本-général", [exports.ANN])]
    path = exports.write(
        tmp_path / "export.zip",
        {
            "users.json": exports.USERS,
            "channels.json": channels,
            "日本-général/2023-11-14.json": exports.GENERAL_DAY_ONE,
        },
    )
    path.write_bytes(without_utf8_flags(path.read_bytes()))

    assert run(path)["messages"]["created"] == 9
    assert conversation(exports.GENERAL).name == "日本-général"


def without_utf8_flags(raw):
    """What tools write that do not say in which encoding their names are."""
    changed = bytearray(raw)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(signature)
        while at >= 0:
            changed[at + offset + 1] &= 0xF7
            at = raw.find(signature, at + 4)
    return bytes(changed)


def test_another_workspace_that_uses_the_same_ids_is_kept_apart(in_acme, export, tmp_path):
    run(export)
    strangers = [
        exports.user(one["id"], f"Other {number}", profile=one["profile"] | {"display_name": ""})
        for number, one in enumerate(exports.USERS)
    ]
    other = exports.write(tmp_path / "other.zip", **{"users.json": strangers})

    result = run(other)

    assert result["workspace"] == f"{exports.TEAM}~2"
    assert result["messages"]["created"] == 17
    assert person(exports.ANN).name == "ann"
    other_ann = User.objects.get(external_id=f"slack:{exports.TEAM}~2:{exports.ANN}")
    assert other_ann.email is None


@pytest.mark.parametrize("wrapped", ["", "acme-export/"])
def test_the_export_may_lie_in_a_folder_of_its_own(in_acme, tmp_path, wrapped):
    members = {wrapped + name: value for name, value in exports.MEMBERS.items()}

    result = run(exports.write(tmp_path / "wrapped.zip", members))

    assert result["messages"]["created"] == 17


@pytest.mark.parametrize(
    "name", ["general/attachments/F0PICTURE1-cat.png", "files/F0PICTURE1/cat.png"]
)
def test_files_are_found_where_tools_put_them(in_acme, tmp_path, name):
    path = exports.write(
        tmp_path / "export.zip",
        **{"__uploads/F0PICTURE1/cat.png": None, name: exports.PICTURE},
    )

    assert run(path)["files"]["created"] == 1


def test_people_who_are_renamed_here_are_still_themselves(in_acme, export):
    run(export)
    User.objects.update(name="Somebody Else")

    assert run(export)["messages"]["created"] == 0


def test_who_left_here_does_not_come_back(cast, in_acme, export):
    run(export)
    general = conversation(exports.GENERAL)
    leave_conversation(cast.bo.actor, conversation_id=general.id)

    again = run(export)

    assert again["memberships"]["created"] == 0
    assert not Membership.objects.filter(conversation=general, user_id=cast.bo.id).exists()


def test_a_private_channel_among_the_public_ones_stays_private(in_acme, export, tmp_path):
    run(export)
    channels = [exports.CHANNELS[0], exports.CHANNELS[1] | {"is_private": True}]
    later = exports.write(tmp_path / "later.zip", **{"channels.json": channels})

    result = run(later)

    assert conversation(exports.OLD).kind == "private"
    assert result["notes"]["channels that became private"] == 1


def test_an_unknown_person_to_join_changes_nothing(in_acme, export):
    before = contents()

    with pytest.raises(Invalid, match="join"):
        run(export, join=["nobody@acme.example"])

    assert contents() == before


def test_the_command_prints_a_table_and_json(in_acme, export):
    words, data = StringIO(), StringIO()

    call_command("import_slack", str(export), tenant="acme", dry_run=True, stdout=words)
    call_command("import_slack", str(export), tenant="acme", json=True, stdout=data)

    assert "Nothing was changed" in words.getvalue()
    assert kinds(json.loads(data.getvalue())) == exports.COUNTS


def test_the_command_refuses_an_unknown_tenant(cast, export):
    with pytest.raises(CommandError, match="no tenant nowhere"):
        call_command("import_slack", str(export), tenant="nowhere")


def contents():
    """Every row that an import may write."""
    models = (User, Conversation, Membership, Message, Reaction, File, Stream, Entry)
    return {model: list(model.objects.order_by("pk").values()) for model in models}
