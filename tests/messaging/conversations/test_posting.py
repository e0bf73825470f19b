"""Announcement channels: who posts and who replies."""

import pytest

from core.errors import Forbidden, Invalid
from messaging.conversations.access import Do, allowed, place_for
from messaging.conversations.owners import change_member
from messaging.conversations.services import create_conversation, update_conversation
from messaging.messages.models import Message
from messaging.messages.services import delete_message, edit_message
from messaging.reactions.models import Reaction
from messaging.reactions.services import add_reaction
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel, make_message


@pytest.fixture
def news(cast):
    """Cy owns it; Bo and Eve only read. Ana is an owner of the organisation."""
    channel = make_channel(cast.cy, cast.ana, cast.bo, cast.eve, name="news")
    update_rules(cast.cy, channel, posting="owners")
    return channel


def update_rules(person, channel, **rules):
    return update_conversation(person.actor, conversation_id=channel.id, rules=rules)


def test_in_an_announcement_channel_only_owners_and_admins_post(cast, in_acme, news):
    make_message(news, cast.cy, "by the channel's owner")
    make_message(news, cast.ana, "by the organisation's")
    for person in (cast.bo, cast.eve):
        with pytest.raises(Forbidden) as refusal:
            make_message(news, person)
        assert "owners" in str(refusal.value.detail)

    assert Message.objects.count() == 2


def test_everybody_replies_and_reacts_to_an_announcement(cast, in_acme, news):
    root = make_message(news, cast.cy)

    make_message(news, cast.bo, "thanks", thread=root)
    add_reaction(cast.eve.actor, message_id=root.id, emoji="👍")

    root.refresh_from_db(fields=["reply_count"])
    assert root.reply_count == 1
    assert Reaction.objects.count() == 1


def test_a_reply_is_no_way_to_post_all_the_same(cast, in_acme, news):
    root = make_message(news, cast.cy)
    with pytest.raises(Forbidden):
        make_message(news, cast.bo, "to all", thread=root, also_in_conversation=True)

    assert Message.objects.count() == 1


def test_replies_can_be_closed_as_well_and_reactions_stay(cast, in_acme, news):
    root = make_message(news, cast.cy)
    update_rules(cast.cy, news, replying="owners")

    with pytest.raises(Forbidden):
        make_message(news, cast.bo, thread=root)
    make_message(news, cast.ana, thread=root)
    add_reaction(cast.bo.actor, message_id=root.id, emoji="👍")

    root.refresh_from_db(fields=["reply_count"])
    assert root.reply_count == 1


def test_owners_name_people_who_post(cast, in_acme, news):
    update_rules(cast.cy, news, posting="named")
    with pytest.raises(Forbidden):
        make_message(news, cast.bo)

    change_member(cast.cy.actor, conversation_id=news.id, user_id=cast.bo.id, may_post=True)
    make_message(news, cast.bo)
    change_member(cast.cy.actor, conversation_id=news.id, user_id=cast.bo.id, may_post=False)

    with pytest.raises(Forbidden):
        make_message(news, cast.bo)
    assert Message.objects.count() == 1
    assert journal_types(cast.bo.id)[-2:] == ["membership.changed"] * 2


def test_what_one_posted_while_one_could_is_ones_own_to_mend(cast, in_acme):
    channel = make_channel(cast.cy, cast.bo)
    message = make_message(channel, cast.bo)
    update_rules(cast.cy, channel, posting="owners")

    edit_message(cast.bo.actor, message_id=message.id, text="mended")
    delete_message(cast.bo.actor, message_id=message.id)

    message.refresh_from_db(fields=["text"])
    assert message.text is None


def test_only_owners_and_admins_change_rules(cast, in_acme):
    channel = make_channel(cast.cy, cast.bo)
    with pytest.raises(Forbidden):
        update_conversation(
            cast.bo.actor, conversation_id=channel.id, topic="t", rules={"posting": "owners"}
        )

    channel.refresh_from_db()
    assert (channel.posting, channel.topic) == ("everyone", "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("posting", "nobody"),
        ("replying", ""),
        ("history", "some"),
        ("history_days", 0),
        ("history_days", 99_999),
        ("response_minutes", -1),
        ("response_minutes", 10**9),
        ("review_on", "2001-01-01"),
        ("posting", None),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_its_name(cast, general, field, value):
    body = {field: value}
    if field == "history_days":
        body["history"] = "days"

    answer = call(cast.ana.api).patch(f"/conversations/{general.id}", body)

    assert answer.status == 422
    assert answer.fields == [field]


def test_days_belong_to_a_history_of_days(cast, in_acme, general):
    for rules in ({"history": "days"}, {"history_days": 3}, {"history": "all", "history_days": 3}):
        with pytest.raises(Invalid) as refusal:
            update_rules(cast.ana, general, **rules)
        assert refusal.value.about == "history_days"

    general.refresh_from_db()
    assert (general.history, general.history_days) == ("all", None)


def test_a_channel_is_made_with_its_rules_and_shown_with_them(cast):
    ana = call(cast.ana.api)
    rules = {"posting": "owners", "replying": "named", "history": "days", "history_days": 7}
    rules |= {"response_minutes": 240, "review_on": "2030-01-31"}

    made = ana.post("/conversations", {"kind": "public", "name": "news", **rules})

    assert made.status == 201
    assert {name: made.body[name] for name in rules} == rules
    changed = ana.patch(f"/conversations/{made.body['id']}", {"review_on": None, "history": "all"})
    assert changed.body["review_on"] is None
    assert (changed.body["history"], changed.body["history_days"]) == ("all", None)
    assert changed.body["response_minutes"] == 240


def test_the_view_says_who_may_post_and_reply(cast, in_acme, news):
    can = call(cast.bo.api).get(f"/conversations/{news.id}").body["can"]

    assert (can["post"], can["reply"], can["manage"]) == (False, True, False)
    may = allowed(cast.bo.actor, place_for(cast.bo.actor, news.id, Do.READ))
    assert Do.TAKE_PART in may


def test_direct_messages_have_no_rules(cast, in_acme):
    with pytest.raises(Invalid) as refusal:
        create_conversation(
            cast.ana.actor,
            kind="direct",
            name=None,
            member_ids=[cast.bo.id],
            rules={"posting": "owners"},
        )
    assert refusal.value.about == "posting"
