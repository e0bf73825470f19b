"""Keep one's conversations: sections of one's own, favourites, what is muted, and in what order.

Rows first and the person's stream last, as whoever moves a read cursor does.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.text import clean_name
from events.journal import hold, publish
from messaging.conversations.access import Do, place_for
from messaging.conversations.models import Membership
from messaging.sidebar import order
from messaging.sidebar.events import PlacementChanged, SectionsChanged
from messaging.sidebar.models import Section

MOST_SECTIONS = 100


def create_section(actor: Actor, *, name: str) -> Section:
    """Add a section below the others.

    Errors  Conflict where the person has a hundred; Invalid names `name`.
    """
    name = clean_name(name)
    with transaction.atomic():
        hold(_own_stream(actor))
        own = _sections(actor)
        if own.count() >= MOST_SECTIONS:
            raise Conflict.field("name", _("A sidebar has at most 100 sections."), code="too_many")
        section = Section.objects.create(user_id=actor.user_id, name=name, position=order.last(own))
        publish(SectionsChanged(_own_stream(actor)), by=actor)
    return section


def change_section(
    actor: Actor,
    *,
    section_id: UUID,
    name: str | None = None,
    is_collapsed: bool | None = None,
    before_id: UUID | None = None,
    is_last: bool = False,
) -> Section:
    """Rename, fold or move a section; what is None stays as it is.

    Errors  NotFound for sections of others; Invalid names `before_id` where it is no other section.
    """
    section = _section(actor, section_id)
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = clean_name(name)
    if is_collapsed is not None:
        changes["is_collapsed"] = is_collapsed
    with transaction.atomic():
        if before_id is not None:
            others = _sections(actor).exclude(id=section_id)
            changes["position"] = _place_before(others, id=before_id)
        elif is_last:
            changes["position"] = order.last(_sections(actor).exclude(id=section_id))
        changed = [field for field in changes if getattr(section, field) != changes[field]]
        for field in changed:
            setattr(section, field, changes[field])
        if changed:
            section.save(update_fields=changed)
            publish(SectionsChanged(_own_stream(actor)), by=actor)
    return section


def delete_section(actor: Actor, *, section_id: UUID) -> None:
    """Take a section away; what stood in it stands where it would without one."""
    section = _section(actor, section_id)
    with transaction.atomic():
        shelf = Membership.objects.filter(user_id=actor.user_id, section_id=section_id)
        # In the order of ids, as everywhere that several rows are locked.
        ids = list(shelf.select_for_update().order_by("id").values_list("id", flat=True))
        own = Membership.objects.filter(id__in=ids)
        own.filter(is_favourite=False).update(position=None)
        own.update(section_id=None)
        section.delete()
        publish(SectionsChanged(_own_stream(actor)), by=actor)


def keep(actor: Actor, *, conversation_id: UUID, **given: Any) -> Membership:
    """Say where a conversation stands in the actor's sidebar; what is not given stays as it is.

    Takes   `section_id` (None for no section), `is_favourite`, `is_muted`, and `before_id`, the
            conversation of the same section, or of the favourites, that it goes before, or
            `is_last`.
    Errors  NotFound and Forbidden by access; Invalid names `section_id` or `before_id`.
    """
    place = place_for(actor, conversation_id, Do.READ)
    if place.membership is None:
        raise Forbidden("conversation", _("Join the conversation first."))
    section_id = given.get("section_id")
    if section_id is not None and not _sections(actor).filter(id=section_id).exists():
        raise Invalid.field("section_id", _("Name a section of your own."))
    with transaction.atomic():
        row = Membership.objects.select_for_update().filter(id=place.membership.id).first()
        if row is None:
            raise NotFound("conversation")
        before = _standing(row)
        for field in ("section_id", "is_favourite", "is_muted"):
            if field in given:
                setattr(row, field, given[field])
        _seat(row, was=before, before_id=given.get("before_id"), is_last=given.get("is_last"))
        if _standing(row) != before:
            row.save(update_fields=["section_id", "position", "is_favourite", "is_muted"])
            publish(PlacementChanged(_own_stream(actor), conversation_id), by=actor)
    return row


type _Standing = tuple[UUID | None, bool, float | None, bool]


def _standing(row: Membership) -> _Standing:
    return (row.section_id, row.is_favourite, row.position, row.is_muted)


def _seat(row: Membership, *, was: _Standing, before_id: UUID | None, is_last: bool | None) -> None:
    """Give the row a position on the shelf it stands on now: favourites, or its section."""
    if not row.is_favourite and row.section_id is None:
        if before_id is not None:
            raise Invalid.field("before_id", _("Only sections and favourites have an order."))
        row.position = None
        return
    shelf = Membership.objects.filter(user_id=row.user_id).exclude(id=row.id)
    if row.is_favourite:
        shelf = shelf.filter(is_favourite=True)
    else:
        shelf = shelf.filter(is_favourite=False, section_id=row.section_id)
    if before_id is not None:
        row.position = _place_before(shelf, conversation_id=before_id)
    elif is_last or (row.section_id, row.is_favourite) != was[:2] or row.position is None:
        row.position = order.last(shelf)


def _place_before(shelf: QuerySet[Any], **target: UUID) -> float:
    position = order.before(shelf, **target)
    if position is None:
        raise Invalid.field("before_id", _("Name another one from the same list."))
    return position


def _sections(actor: Actor) -> QuerySet[Section]:
    return Section.objects.filter(user_id=actor.user_id)


def _section(actor: Actor, section_id: UUID) -> Section:
    section = _sections(actor).filter(id=section_id).first()
    if section is None:
        raise NotFound("section")
    return section


def _own_stream(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise Forbidden("sidebar", _("Only people have a sidebar."))
    return actor.user_id
