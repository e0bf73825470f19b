"""REST: how the caller keeps their conversations."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema

from accounts.requests import idempotent
from core.api import Body, answer, answers
from core.http import Request
from messaging.sidebar import selectors, services

router = Router(tags=["sidebar"])


class SectionView(Schema):
    id: UUID
    name: str
    is_collapsed: bool


class SectionList(Schema):
    items: list[SectionView]
    next: str | None


class PlacementView(Schema):
    """Where a conversation stands in one person's sidebar."""

    conversation_id: UUID
    section_id: UUID | None
    position: float | None
    is_favourite: bool
    is_muted: bool


class NewSection(Body):
    name: str


class SectionChange(Body):
    """`before_id` is the section that this one goes before."""

    name: str | None = None
    is_collapsed: bool | None = None
    before_id: UUID | None = None
    is_last: bool = False


class PlacementChange(Body):
    """What is left out stays; `before_id` is the conversation of the same list it goes before."""

    section_id: UUID | None = None
    is_favourite: bool = False
    is_muted: bool = False
    before_id: UUID | None = None
    is_last: bool = False


@router.get("/me/sections", response=answers(SectionList))
def list_sections(request: Request) -> HttpResponse:
    """The caller's sections, in their order."""
    return answer({"items": selectors.sections(request.actor), "next": None})


@router.post("/me/sections", response=answers(SectionView, 201, 200))
@idempotent
def create_section(request: Request, body: NewSection) -> HttpResponse:
    """Add a section below the others."""
    return answer(_section(services.create_section(request.actor, name=body.name)), 201)


@router.patch("/me/sections/{section_id}", response=answers(SectionView))
def change_section(request: Request, section_id: UUID, body: SectionChange) -> HttpResponse:
    """Rename, fold or move a section."""
    section = services.change_section(
        request.actor,
        section_id=section_id,
        name=body.name,
        is_collapsed=body.is_collapsed,
        before_id=body.before_id,
        is_last=body.is_last,
    )
    return answer(_section(section))


@router.delete("/me/sections/{section_id}", response=answers(None, 204))
def delete_section(request: Request, section_id: UUID) -> HttpResponse:
    """Take a section away; its conversations stay."""
    services.delete_section(request.actor, section_id=section_id)
    return answer(status=204)


@router.patch("/me/conversations/{conversation_id}", response=answers(PlacementView))
def keep_conversation(
    request: Request, conversation_id: UUID, body: PlacementChange
) -> HttpResponse:
    """Put a conversation into a section, among the favourites, in an order, or mute it."""
    row = services.keep(
        request.actor,
        conversation_id=conversation_id,
        **body.model_dump(exclude_unset=True),
    )
    return answer({name: getattr(row, name) for name in selectors.PLACEMENT})


def _section(section: Any) -> dict[str, Any]:
    return {name: getattr(section, name) for name in ("id", "name", "is_collapsed")}
