"""REST: conversations and their members."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.people.models import User
from accounts.people.selectors import page_by_name
from messaging.attention.models import Mention
from messaging.conversations.models import Conversation, Membership
from messaging.conversations.services import add_members, archive_conversation, remove_member
from tenants.context import in_tenant
from tests.messaging.calls import call
from tests.messaging.places import make_channel, make_direct, make_message

VIEW = {
    "id",
    "kind",
    "name",
    "topic",
    "purpose",
    "archived_at",
    "created_at",
    "created_by_id",
    "last_seq",
    "member_count",
    "member_ids",
    "last_message_at",
    "posting",
    "replying",
    "history",
    "history_days",
    "response_minutes",
    "review_on",
    "membership",
    "unread",
    "can",
}


def names(answer) -> list[str]:
    return [item["name"] for item in answer.items]


def test_a_conversation_is_made_and_shown_in_full(cast):
    ana = call(cast.ana.api)

    made = ana.post("/conversations", {"kind": "public", "name": "Plans", "topic": "All of them"})

    assert made.status == 201
    assert set(made.body) == VIEW
    assert made.body["name"] == "Plans"
    assert made.body["topic"] == "All of them"
    assert made.body["created_by_id"] == str(cast.ana.id)
    assert made.body["last_seq"] == 2
    assert made.body["member_count"] == 1
    assert made.body["member_ids"] == []
    assert made.body["last_message_at"] is None
    assert made.body["membership"]["role"] == "owner"
    assert made.body["unread"] == {"messages": 0, "mentions": 0}
    assert made.body["can"] == {
        "post": True,
        "reply": True,
        "edit": True,
        "invite": True,
        "archive": True,
        "manage": True,
        "move_own": True,
        "move_own_hours": None,
        "move_others": True,
    }
    assert made.body["created_at"].endswith("Z")
    assert ana.get(f"/conversations/{made.body['id']}").body == made.body


def test_a_direct_conversation_is_made_once_and_then_answered_with_200(cast):
    body = {"kind": "direct", "member_ids": [str(cast.bo.id)]}
    first = call(cast.ana.api).post("/conversations", body)
    again = call(cast.ana.api).post("/conversations", body)
    other_side = call(cast.bo.api).post(
        "/conversations", {"kind": "direct", "member_ids": [str(cast.ana.id)]}
    )

    assert [first.status, again.status, other_side.status] == [201, 200, 200]
    assert first.body["id"] == again.body["id"] == other_side.body["id"]
    assert set(first.body["member_ids"]) == {str(cast.ana.id), str(cast.bo.id)}
    assert first.body["name"] is None


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "kind"),
        ({"kind": "secret", "name": "x"}, 422, "kind"),
        ({"kind": "public"}, 422, "name"),
        ({"kind": "public", "name": 5}, 422, "name"),
        ({"kind": "public", "name": "x" * 81}, 422, "name"),
        ({"kind": "public", "name": "a\u202eb"}, 422, "name"),
        ({"kind": "public", "name": "x", "topic": "y" * 251}, 422, "topic"),
        ({"kind": "public", "name": "x", "colour": "red"}, 422, "colour"),
        ({"kind": "public", "name": "x", "member_ids": ["bo"]}, 422, "member_ids.0"),
        ({"kind": "public", "name": "x", "member_ids": "bo"}, 422, "member_ids"),
        ({"kind": "public", "name": "x", "member_ids": [str(uuid4())]}, 422, "member_ids"),
        ({"kind": "direct", "name": "x", "member_ids": []}, 422, "name"),
        ({"kind": "public", "name": "general"}, 409, "name"),
        ([], 422, "body"),
        ("public", 422, "body"),
    ],
)
def test_a_refusal_names_the_field_and_makes_nothing(cast, general, body, status, field):
    answer = call(cast.ana.api).post("/conversations", body)

    assert answer.problem[0] == status
    assert answer.fields == [field]
    with in_tenant("acme"):
        assert Conversation.objects.count() == 1


def test_guests_make_nothing(cast):
    answer = call(cast.eve.api).post("/conversations", {"kind": "public", "name": "x"})

    assert answer.problem == (403, "forbidden")


def test_scopes_show_mine_those_open_and_both(cast, general, leadership):
    hidden = make_channel(cast.cy, name="cy's own", kind="private")
    direct = make_direct(cast.cy, cast.bo)
    cy = call(cast.cy.api)

    assert [item["id"] for item in cy.get("/conversations").items] == [
        str(hidden.id),
        str(direct.id),
    ]
    assert names(cy.get("/conversations", scope="open")) == ["general"]
    assert names(cy.get("/conversations", scope="all")) == ["general", "cy's own", None]
    assert names(cy.get("/conversations", scope="all", q="GEN")) == ["general"]
    assert names(cy.get("/conversations", scope="all", q="%")) == []
    assert names(call(cast.eve.api).get("/conversations", scope="all")) == []


def test_what_is_archived_is_not_open_to_join(cast, general):
    with in_tenant("acme"):
        archive_conversation(cast.ana.actor, conversation_id=general.id)

    assert names(call(cast.cy.api).get("/conversations", scope="open")) == []
    assert call(cast.bo.api).get("/conversations").items[0]["can"]["post"] is False


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"scope": "every"}, "scope"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": str(10**30)}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"cursor": "W10"}, "cursor"),
        ({"cursor": "WyJ4Il0"}, "cursor"),
        ({"cursor": "WyIuIl0="}, "cursor"),
        ({"q": "a\x00b"}, "q"),
        ({"q": "x" * 201}, "q"),
    ],
)
def test_a_list_names_what_it_cannot_read(cast, query, field):
    answer = call(cast.ana.api).get("/conversations", **query)

    assert answer.problem[0] == 422
    assert answer.fields == [field]


def test_pages_walk_all_conversations_once(cast):
    made = [make_channel(cast.ana, name=f"channel {n}") for n in range(5)]
    seen, cursor = [], {}

    while True:
        page = call(cast.ana.api).get("/conversations", limit=2, **cursor)
        seen += names(page)
        if page.body["next"] is None:
            break
        cursor = {"cursor": page.body["next"]}

    assert seen == [channel.name for channel in made]


def test_lists_take_the_same_queries_whatever_their_length(cast):
    channels = [make_channel(cast.ana, cast.bo, name=f"channel {n}") for n in range(8)]
    for channel in channels:
        make_message(channel, cast.bo)
    ana = call(cast.ana.api)
    ana.get("/conversations")

    def queries(path: str, **query: object) -> int:
        with CaptureQueriesContext(connection) as context:
            assert ana.get(path, **query).status == 200
        return len(context)

    for path in ("/conversations", f"/conversations/{channels[0].id}/members", "/users"):
        # One for the token, and at most three for the list.
        assert queries(path, limit=1) == queries(path, limit=100) <= 4


def test_unread_counts_and_mentions_are_shown_to_each(cast, general):
    message = make_message(general, cast.bo)
    with in_tenant("acme"):
        for user_id in (None, cast.ana.id):
            Mention.objects.create(
                user_id=user_id,
                conversation_id=general.id,
                message_id=message.id,
                author_id=cast.bo.id,
                seq=message.seq,
            )

    (for_ana,), (for_bo,) = (
        call(person.api).get("/conversations").items for person in (cast.ana, cast.bo)
    )

    assert for_ana["unread"] == {"messages": 1, "mentions": 1}
    assert for_bo["unread"] == {"messages": 0, "mentions": 0}
    assert for_ana["last_message_at"] == for_bo["last_message_at"]


def test_what_may_not_be_known_looks_like_what_is_not_there(cast, leadership):
    path = f"/conversations/{leadership.id}"
    nowhere = f"/conversations/{uuid4()}"
    stranger = call(cast.cy.api)

    for here, there in (
        (stranger.get(path), stranger.get(nowhere)),
        (stranger.patch(path, {"topic": "x"}), stranger.patch(nowhere, {"topic": "x"})),
        (stranger.post(f"{path}/join"), stranger.post(f"{nowhere}/join")),
        (stranger.post(f"{path}/leave"), stranger.post(f"{nowhere}/leave")),
        (stranger.post(f"{path}/archive"), stranger.post(f"{nowhere}/archive")),
        (stranger.get(f"{path}/members"), stranger.get(f"{nowhere}/members")),
        (stranger.get(f"{path}/messages"), stranger.get(f"{nowhere}/messages")),
        (stranger.get(f"{path}/events"), stranger.get(f"{nowhere}/events")),
        (stranger.post(f"{path}/read", {"seq": 1}), stranger.post(f"{nowhere}/read", {"seq": 1})),
        (call(cast.dee.api).get(path), call(cast.dee.api).get(nowhere)),
    ):
        assert here.problem == (404, "not_found")
        assert here.body == there.body


@pytest.mark.parametrize("address", ["x", "1", "%00", str(2**70), "..", "é"])
def test_an_id_that_cannot_be_one_names_nothing(cast, address):
    assert call(cast.ana.api).get(f"/conversations/{address}").problem[0] == 404


def test_a_channel_is_changed_and_a_refused_change_changes_nothing(cast, general, leadership):
    bo = call(cast.bo.api)
    make_channel(cast.ana, name="Plans")

    changed = bo.patch(f"/conversations/{general.id}", {"name": "News", "purpose": "To tell"})
    refused = bo.patch(f"/conversations/{general.id}", {"name": "plans", "topic": "x"})

    assert (changed.status, changed.body["name"]) == (200, "News")
    assert refused.problem == (409, "name_taken")
    assert refused.fields == ["name"]
    after = bo.get(f"/conversations/{general.id}").body
    assert (after["name"], after["purpose"], after["topic"]) == ("News", "To tell", "")
    assert bo.patch(f"/conversations/{general.id}", {}).status == 200


def test_joining_and_leaving_over_rest(cast, general):
    cy = call(cast.cy.api)
    path = f"/conversations/{general.id}"

    assert cy.get(path).body["membership"] is None
    joined = cy.post(f"{path}/join")
    assert (joined.status, joined.body["membership"]["role"]) == (200, "member")
    assert joined.body["membership"]["read_seq"] == joined.body["last_seq"] == 4
    assert cy.post(f"{path}/leave").status == 204
    assert cy.post(f"{path}/leave").status == 204
    assert cy.get(path).body["membership"] is None


def test_members_are_listed_added_and_removed(cast, general):
    ana, path = call(cast.ana.api), f"/conversations/{general.id}/members"

    added = ana.post(path, {"user_id": str(cast.eve.id)})
    assert (added.status, added.body["member_count"]) == (201, 3)
    listed = ana.get(path)
    assert {item["user_id"]: item["role"] for item in listed.items} == {
        str(cast.ana.id): "owner",
        str(cast.bo.id): "member",
        str(cast.eve.id): "member",
    }
    assert set(listed.items[0]) == {"user_id", "role", "joined_at", "may_post"}

    for _ in range(2):
        assert ana.delete(f"{path}/{cast.eve.id}").status == 204
    assert len(ana.get(path).items) == 2
    assert call(cast.bo.api).delete(f"{path}/{cast.ana.id}").problem == (403, "forbidden")
    assert len(ana.get(path).items) == 2


@pytest.mark.parametrize("user_id", ["x", "6536ed96-d1da-429e-be56-af8411241e34", None])
def test_nobody_unknown_is_added(cast, general, user_id):
    answer = call(cast.ana.api).post(f"/conversations/{general.id}/members", {"user_id": user_id})

    assert answer.problem[0] == 422
    assert answer.fields == ["user_id"]


def test_an_archived_channel_is_restored_over_rest(cast, general):
    ana, path = call(cast.ana.api), f"/conversations/{general.id}"

    archived = ana.post(f"{path}/archive")
    assert (archived.status, archived.body["can"]["post"]) == (200, False)
    assert archived.body["archived_at"] is not None
    assert call(cast.bo.api).post(f"{path}/restore").problem == (403, "forbidden")
    assert ana.post(f"{path}/restore").body["archived_at"] is None


def test_a_client_opens_with_everything_its_person_belongs_to_in_one_answer(cast):
    for number in range(3):
        make_channel(cast.ana, cast.bo, name=f"ours {number}")
    make_channel(cast.ana, name="hers alone", kind="private")
    bo = call(cast.bo.api)

    with in_tenant("acme"), CaptureQueriesContext(connection) as queries:
        mine = bo.get("/me/conversations")

    assert names(mine) == ["ours 0", "ours 1", "ours 2"]
    assert mine.body["next"] is None
    assert mine.items == bo.get("/conversations?limit=200").items
    assert len(queries) <= 4
    assert bo.get("/me/conversations?limit=5001").status == 422


def test_a_name_does_not_tell_that_a_private_channel_has_it(cast, leadership):
    cy = call(cast.cy.api)

    public = cy.post("/conversations", {"kind": "public", "name": leadership.name})
    private = cy.post("/conversations", {"kind": "private", "name": leadership.name})

    assert (public.status, private.status) == (201, 201)


def test_channels_are_listed_by_name_page_by_page(cast):
    ana = call(cast.ana.api)
    for name in ("beta", "Alpha", "delta", "Gamma"):
        make_channel(cast.bo, name=name)
    make_direct(cast.ana, cast.bo)

    first = ana.get("/conversations", scope="public", sort="name", limit=3)
    rest = ana.get(
        "/conversations", scope="public", sort="name", limit=3, cursor=first.body["next"]
    )

    assert names(first) == ["Alpha", "beta", "delta"]
    assert (names(rest), rest.body["next"]) == (["Gamma"], None)
    assert names(ana.get("/conversations", scope="all", sort="name")) == [
        "Alpha",
        "beta",
        "delta",
        "Gamma",
    ]
    wrong = ana.get("/conversations", sort="name", cursor="x")
    assert wrong.status == 422


def test_public_channels_hold_ones_own_and_archived_ones_have_a_list(cast, in_acme, general):
    make_channel(cast.ana, name="hidden", kind="private")
    old = make_channel(cast.bo, cast.ana, name="old")
    secret = make_channel(cast.ana, name="old and secret", kind="private")
    for channel in (old, secret):
        archive_conversation(cast.ana.actor, conversation_id=channel.id)
    ana, cy, eve = (call(person.api) for person in (cast.ana, cast.cy, cast.eve))

    def listed(person, scope) -> list[str]:
        return names(person.get("/conversations", scope=scope, sort="name"))

    assert listed(ana, "public") == listed(cy, "public") == ["general"]
    assert listed(ana, "archived") == ["old", "old and secret"]
    assert listed(cy, "archived") == ["old"]
    assert listed(eve, "public") == listed(eve, "archived") == []


class TestMembersByName:
    """Whatever the case and the accents, page by page, in the order people look for a name."""

    NAMES = (
        "Zo\u00eb",
        "\u00c1ron",
        "eva",
        "\u00c9mile",
        "Ole",
        "\u00d6zil",
        "Eva",
        "\u5c71\u7530",
        "\u0391\u03bd\u03bd\u03b1",
    )
    IN_ORDER = (
        *("\u00c1ron", "\u00c9mile", "eva", "Eva", "Ole", "\u00d6zil", "Zo\u00eb"),
        *("\u0391\u03bd\u03bd\u03b1", "\u5c71\u7530"),
    )

    @pytest.fixture
    def crowd(self, cast, in_acme):
        people = [User.objects.create(name=name) for name in self.NAMES]
        place = make_channel(cast.ana, name="crowd")
        add_members(cast.ana.actor, conversation_id=place.id, user_ids=[one.id for one in people])
        remove_member(cast.ana.actor, conversation_id=place.id, user_id=people[0].id)
        return place, {str(one.id): one.name for one in people}

    @pytest.mark.parametrize("limit", [1, 4, 50])
    def test_each_once(self, cast, crowd, limit):
        place, names = crowd
        api, found, cursor = call(cast.ana.api), [], {}
        while cursor is not None:
            page = api.get(f"/conversations/{place.id}/members", limit=limit, **cursor).body
            found += [row["user_id"] for row in page["items"]]
            cursor = {"cursor": page["next"]} if page["next"] else None

        shown = [names[id_] for id_ in found if id_ in names]
        assert len(set(found)) == len(found) == len(self.NAMES)
        assert shown == [name for name in self.IN_ORDER if name != "Zo\u00eb"]

    def test_a_page_is_read_along_the_index(self, cast, crowd):
        place, _names = crowd
        rows = Membership.objects.filter(conversation_id=place.id)
        with CaptureQueriesContext(connection) as asked:
            page = page_by_name(rows, "user__name", "user_id", cursor=None, limit=2)
            page_by_name(rows, "user__name", "user_id", cursor=page.next, limit=2)
        assert len(asked) == 2
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
            for query in asked.captured_queries:
                cursor.execute("EXPLAIN " + query["sql"])
                plan = "\n".join(line for (line,) in cursor.fetchall())
                assert "accounts_user_sorted_name" in plan
                assert "Sort" not in plan
