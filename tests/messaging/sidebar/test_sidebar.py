"""Sections, favourites and mute: one's own, in one's own order, on all of one's devices."""

from uuid import uuid4

import orjson
import pytest

from core.errors import Conflict, Forbidden, Invalid, NotFound
from events.journal import entries_after
from events.render import frames_of
from messaging.conversations.models import Membership
from messaging.sidebar.models import Section
from messaging.sidebar.selectors import sections
from messaging.sidebar.services import (
    MOST_SECTIONS,
    change_section,
    create_section,
    delete_section,
    keep,
)
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel


def names(person) -> list[str]:
    return [section["name"] for section in sections(person.actor)]


def standing(person, *channels) -> list[str]:
    """The channels as the sidebar orders them."""
    rows = Membership.objects.filter(user_id=person.id, conversation__in=channels)
    return list(rows.order_by("position", "id").values_list("conversation__name", flat=True))


@pytest.fixture
def projects(cast, in_acme):
    return create_section(cast.bo.actor, name="Projects")


def test_sections_are_ones_own_and_in_ones_own_order(cast, in_acme):
    first = create_section(cast.bo.actor, name=" First ")
    create_section(cast.bo.actor, name="Second")
    third = create_section(cast.bo.actor, name="Third")

    change_section(cast.bo.actor, section_id=third.id, before_id=first.id)

    assert names(cast.bo) == ["Third", "First", "Second"]
    change_section(cast.bo.actor, section_id=third.id, is_last=True)
    assert names(cast.bo) == ["First", "Second", "Third"]
    assert names(cast.ana) == []
    assert journal_types(cast.bo.id) == ["sections.changed"] * 5


def test_a_section_is_renamed_and_folded(cast, projects):
    change_section(cast.bo.actor, section_id=projects.id, name="Work", is_collapsed=True)
    change_section(cast.bo.actor, section_id=projects.id, name="Work", is_collapsed=True)

    (shown,) = sections(cast.bo.actor)
    assert (shown["name"], shown["is_collapsed"]) == ("Work", True)
    assert journal_types(cast.bo.id) == ["sections.changed"] * 2


def test_sections_of_others_do_not_exist(cast, projects, general):
    for act in (
        lambda: change_section(cast.ana.actor, section_id=projects.id, name="Mine"),
        lambda: delete_section(cast.ana.actor, section_id=projects.id),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Invalid) as refusal:
        keep(cast.ana.actor, conversation_id=general.id, section_id=projects.id)

    assert refusal.value.about == "section_id"
    assert names(cast.bo) == ["Projects"]


def test_a_hundred_sections_are_enough(cast, in_acme):
    Section.objects.bulk_create(
        Section(user_id=cast.bo.id, name=str(n), position=n) for n in range(MOST_SECTIONS)
    )
    with pytest.raises(Conflict):
        create_section(cast.bo.actor, name="one more")

    assert Section.objects.count() == MOST_SECTIONS


def test_conversations_keep_the_order_they_are_given(cast, projects):
    channels = [make_channel(cast.bo, name=name) for name in "abc"]
    for channel in channels:
        keep(cast.bo.actor, conversation_id=channel.id, section_id=projects.id)
    assert standing(cast.bo, *channels) == ["a", "b", "c"]

    keep(cast.bo.actor, conversation_id=channels[2].id, before_id=channels[0].id)
    keep(cast.bo.actor, conversation_id=channels[0].id, before_id=channels[1].id)
    assert standing(cast.bo, *channels) == ["c", "a", "b"]

    keep(cast.bo.actor, conversation_id=channels[2].id, is_last=True)
    assert standing(cast.bo, *channels) == ["a", "b", "c"]


def test_a_hundred_moves_to_one_place_leave_a_clear_order(cast, projects):
    channels = [make_channel(cast.bo, name=name) for name in "abc"]
    for channel in channels:
        keep(cast.bo.actor, conversation_id=channel.id, section_id=projects.id)

    expected = ["a", "b", "c"]
    for _ in range(50):
        for mover in (1, 0):
            keep(
                cast.bo.actor,
                conversation_id=channels[mover].id,
                before_id=channels[2].id,
            )
            expected.remove("abc"[mover])
            expected.insert(1, "abc"[mover])
            assert standing(cast.bo, *channels) == expected

    positions = Membership.objects.filter(section_id=projects.id).values_list("position", flat=True)
    assert len(set(positions)) == 3


def test_favourites_have_an_order_of_their_own_and_lead_back_to_the_section(cast, projects):
    channels = [make_channel(cast.bo, name=name) for name in "ab"]
    for channel in channels:
        keep(cast.bo.actor, conversation_id=channel.id, section_id=projects.id)
        keep(cast.bo.actor, conversation_id=channel.id, is_favourite=True)
    keep(cast.bo.actor, conversation_id=channels[1].id, before_id=channels[0].id)
    assert standing(cast.bo, *channels) == ["b", "a"]

    row = keep(cast.bo.actor, conversation_id=channels[1].id, is_favourite=False)

    assert (row.section_id, row.is_favourite) == (projects.id, False)


def test_a_section_that_goes_leaves_its_conversations_where_they_would_be(cast, projects):
    a, b = (make_channel(cast.bo, name=name) for name in "ab")
    keep(cast.bo.actor, conversation_id=a.id, section_id=projects.id, is_muted=True)
    keep(cast.bo.actor, conversation_id=b.id, section_id=projects.id, is_favourite=True)

    delete_section(cast.bo.actor, section_id=projects.id)

    rows = {row.conversation_id: row for row in Membership.objects.filter(user_id=cast.bo.id)}
    assert (rows[a.id].section_id, rows[a.id].position, rows[a.id].is_muted) == (None, None, True)
    assert (rows[b.id].section_id, rows[b.id].is_favourite) == (None, True)
    assert rows[b.id].position is not None
    assert not Section.objects.exists()


def test_muting_twice_is_muting_once_and_says_so_on_all_devices(cast, in_acme, general):
    before = len(entries_after(cast.bo.id, 0))
    keep(cast.bo.actor, conversation_id=general.id, is_muted=True)
    keep(cast.bo.actor, conversation_id=general.id, is_muted=True)

    (frame,) = frames_of(entries_after(cast.bo.id, before))
    assert orjson.loads(frame)["data"] == {
        "conversation_id": str(general.id),
        "section_id": None,
        "position": None,
        "is_favourite": False,
        "is_muted": True,
    }
    assert not Membership.objects.get(conversation=general, user_id=cast.ana.id).is_muted


@pytest.mark.parametrize("given", [{"before_id": uuid4()}, {"section_id": uuid4()}])
def test_places_that_are_none_are_refused_by_name(cast, in_acme, general, given):
    with pytest.raises(Invalid) as refusal:
        keep(cast.bo.actor, conversation_id=general.id, **given)

    assert refusal.value.about == next(iter(given))


def test_what_one_is_not_in_is_not_kept(cast, in_acme, general, leadership):
    with pytest.raises(Forbidden):
        keep(cast.cy.actor, conversation_id=general.id, is_favourite=True)
    with pytest.raises(NotFound):
        keep(cast.cy.actor, conversation_id=leadership.id, is_favourite=True)


def test_the_sidebar_over_rest(cast, general):
    bo = call(cast.bo.api)
    made = bo.post("/me/sections", {"name": "Work"})
    assert made.status == 201
    path = f"/me/sections/{made.body['id']}"

    assert bo.patch(path, {"is_collapsed": True}).body["is_collapsed"] is True
    kept = bo.patch(f"/me/conversations/{general.id}", {"section_id": made.body["id"]})
    assert (kept.status, kept.body["section_id"]) == (200, made.body["id"])
    shown = bo.get(f"/conversations/{general.id}").body["membership"]
    assert (shown["section_id"], shown["is_muted"]) == (made.body["id"], False)
    assert bo.patch(path, {"name": "\x00"}).status == 422
    assert bo.delete(path).status == 204
    assert bo.get("/me/sections").items == []
    assert call(cast.ana.api).get("/me/sections").items == []
