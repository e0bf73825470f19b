"""Small Slack exports, made the way Slack makes them."""

import json
import zipfile
from pathlib import Path
from typing import Any

TEAM = "T024BE7LD"
DAY = 1_700_000_000

ANN, BEN, GONE, BOT = "U0ANN00001", "U0BEN00002", "U0GONE0003", "U0BOT00004"
GENERAL, SECRET, DIRECT, GROUP, OLD = (
    "C0GENERAL1",
    "G0SECRET22",
    "D0DIRECT33",
    "G0GROUP444",
    "C0OLD55555",
)
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


def ts(seconds: float) -> str:
    """A Slack timestamp, so many seconds into our story."""
    return f"{DAY + seconds:.6f}"


def user(slack_id: str, name: str, **more: Any) -> dict[str, Any]:
    profile = {"real_name": name, "display_name": name.lower(), **more.pop("profile", {})}
    return {
        "id": slack_id,
        "team_id": TEAM,
        "name": name.lower(),
        "deleted": False,
        "real_name": name,
        "tz": "Europe/Amsterdam",
        "profile": profile,
        "is_bot": False,
        "updated": DAY - 9_000_000,
        **more,
    }


def channel(slack_id: str, name: str, members: list[str], **more: Any) -> dict[str, Any]:
    return {
        "id": slack_id,
        "name": name,
        "created": DAY - 1_000_000,
        "creator": ANN,
        "is_archived": False,
        "is_general": name == "general",
        "members": members,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        **more,
    }


def message(at: float, text: str, by: str = ANN, **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": by, "text": text, "ts": ts(at), **more}


USERS = [
    user(ANN, "Ann", profile={"email": "ann@acme.example", "title": "Head of Ops"}),
    user(BEN, "Ben", profile={"email": "Bo@Acme.example"}),
    user(GONE, "Gone", deleted=True, profile={"email": "gone@acme.example"}),
    user(BOT, "Deploys", is_bot=True, profile={"bot_id": "B0BOT00004"}),
]

CHANNELS = [
    channel(
        GENERAL,
        "general",
        [ANN, BEN],
        topic={"value": "All of us", "creator": ANN, "last_set": DAY},
        purpose={"value": "Company-wide talk", "creator": ANN, "last_set": DAY},
    ),
    channel(OLD, "old-project", [ANN], is_archived=True),
]
GROUPS = [channel(SECRET, "secret-plans", [ANN, GONE])]
DMS = [{"id": DIRECT, "created": DAY, "members": [ANN, BEN]}]
MPIMS = [channel(GROUP, "mpdm-ann--ben--gone-1", [ANN, BEN, GONE], is_mpim=True)]

GENERAL_DAY_ONE = [
    message(0, f"<@{ANN}> has joined the channel", subtype="channel_join"),
    message(
        10,
        f"Hi <@{BEN}|ben>, *look* at <https://acme.example/a?b=1&amp;c=2|the plan> &amp; reply"
        f" in <#{OLD}|old-project> <!here>",
        thread_ts=ts(10),
        reply_count=2,
        reply_users=[BEN],
        replies=[{"user": BEN, "ts": ts(20)}, {"user": BEN, "ts": ts(30)}],
        reactions=[
            {"name": "thumbsup", "users": [ANN, BEN], "count": 2},
            {"name": "wave::skin-tone-3", "users": [BEN], "count": 1},
            {"name": "our-parrot", "users": [ANN], "count": 1},
        ],
    ),
    message(20, "a reply", BEN, thread_ts=ts(10), parent_user_id=ANN),
    message(
        30,
        "to all of you",
        BEN,
        subtype="thread_broadcast",
        thread_ts=ts(10),
        root={"text": "Hi", "ts": ts(10)},
    ),
    message(40, "first &lt;@U0ANN00001&gt; try", edited={"user": ANN, "ts": ts(45)}),
    message(50, "waves", subtype="me_message"),
    message(
        60,
        "",
        subtype="bot_message",
        bot_id="B0BOT00004",
        username="Deploys",
        attachments=[{"title": "Build 7", "title_link": "https://ci.example/7", "text": "*green*"}],
    )
    | {"user": None},
    message(
        70,
        "see this",
        subtype="file_share",
        upload=True,
        files=[
            {"id": "F0PICTURE1", "name": "cat.png", "mimetype": "image/png", "user": ANN},
            {"id": "F0MISSING2", "name": "lost.pdf", "mimetype": "application/pdf", "user": ANN},
        ],
    ),
    message(80, "This message was deleted.", "USLACKBOT", subtype="tombstone", hidden=True),
]
GENERAL_DAY_TWO = [
    message(86_400, "set the topic: All of us", subtype="channel_topic", topic="All of us"),
    message(
        86_410,
        "",
        blocks=[
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {"type": "text", "text": "from "},
                            {"type": "text", "text": "blocks ", "style": {"bold": True}},
                            {"type": "user", "user_id": BEN},
                            {"type": "emoji", "name": "tada"},
                        ],
                    }
                ],
            }
        ],
    ),
    message(86_420, "from somewhere else", "U0STRANGER", user_profile={"real_name": "Str Anger"}),
    {"type": "message", "subtype": "message_changed", "ts": ts(86_430), "hidden": True},
    {"type": "message", "user": ANN, "text": "between us"},
    "no object",
    message(86_440, "last words"),
]

MEMBERS: dict[str, Any] = {
    "users.json": USERS,
    "channels.json": CHANNELS,
    "groups.json": GROUPS,
    "dms.json": DMS,
    "mpims.json": MPIMS,
    "integration_logs.json": [{"service_id": "1", "user_id": ANN}],
    "canvases.json": [],
    "general/2023-11-14.json": GENERAL_DAY_ONE,
    "general/2023-11-15.json": GENERAL_DAY_TWO,
    "general/canvas_in_the_conversation.json": [{"id": "F0CANVAS99"}],
    "old-project/2023-11-14.json": [message(5, "over", subtype="channel_archive")],
    "secret-plans/2023-11-14.json": [message(7, "hush `&lt;code&gt;` x_y_z", GONE)],
    f"{DIRECT}/2023-11-14.json": [message(8, "just us")],
    "mpdm-ann--ben--gone-1/2023-11-14.json": [message(9, "we three", BEN)],
    "__uploads/F0PICTURE1/cat.png": PICTURE,
}

COUNTS = {
    "users": {"in_file": 5, "created": 4, "already_there": 1, "quarantined": 0},
    "conversations": {"in_file": 5, "created": 5, "already_there": 0, "quarantined": 0},
    "memberships": {"in_file": 10, "created": 10, "already_there": 0, "quarantined": 0},
    "messages": {"in_file": 19, "created": 17, "already_there": 0, "quarantined": 2},
    "replies": {"in_file": 2, "created": 2, "already_there": 0, "quarantined": 0},
    "reactions": {"in_file": 4, "created": 4, "already_there": 0, "quarantined": 0},
    "edits": {"in_file": 1, "created": 1, "already_there": 0, "quarantined": 0},
    "files": {"in_file": 1, "created": 1, "already_there": 0, "quarantined": 0},
}
"""What an import into acme of the tests' cast finds: Ben is Bo, by his e-mail address."""


def write(path: Path, members: dict[str, Any] | None = None, **changed: Any) -> Path:
    """Write an export; `changed` members replace or join ours, None leaves one out."""
    content = dict(MEMBERS if members is None else members)
    content.update(changed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, value in content.items():
            if value is None:
                continue
            raw = value if isinstance(value, bytes) else json.dumps(value).encode()
            target.writestr(name, raw)
    return path
