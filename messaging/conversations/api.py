"""REST: conversations and their members."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from accounts.requests import idempotent
from core.api import Body, answer, answers
from core.http import Request
from core.paging import DEFAULT_LIMIT, MAX_LIMIT
from messaging.conversations import convert, owners, policy, selectors, services
from messaging.conversations.models import Membership
from messaging.conversations.schemas import (
    ChannelPolicyView,
    ConversationPage,
    ConversationView,
    MemberPage,
    MemberView,
)
from messaging.conversations.view import view

router = Router(tags=["conversations"])

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]

MOST_OWN = 5000
"""All conversations of a person fit into one answer, so that opening the client is one request."""


type Speakers = Literal["everyone", "owners", "named"]


class RulesGiven(Body):
    """A channel's rules; what is left out stays as it is."""

    posting: Speakers = "everyone"
    replying: Speakers = "everyone"
    history: Literal["all", "joined", "days"] = "all"
    history_days: int | None = None
    response_minutes: int | None = None
    review_on: date | None = None

    @property
    def rules(self) -> dict[str, Any]:
        """What was given, and no defaults."""
        return self.model_dump(include=set(RulesGiven.model_fields), exclude_unset=True)


class NewConversation(RulesGiven):
    kind: Literal["public", "private", "direct"]
    name: str | None = None
    topic: str = ""
    member_ids: list[UUID] = Field(default_factory=list, max_length=500)


class ConversationChange(RulesGiven):
    name: str | None = None
    topic: str | None = None
    purpose: str | None = None


class NewMember(Body):
    user_id: UUID


class MemberChange(Body):
    role: Literal["owner", "member"] | None = None
    may_post: bool | None = None


class Departure(Body):
    """The last owner of a channel names who takes over."""

    successor_id: UUID | None = None


class NewChannel(Body):
    name: str


@router.get("/conversations", response=answers(ConversationPage))
def list_conversations(
    request: Request,
    scope: Literal["mine", "open", "public", "archived", "all"] = "mine",
    sort: Literal["made", "name"] = "made",
    q: str = "",
    cursor: str | None = None,
    limit: Limit = DEFAULT_LIMIT,
) -> HttpResponse:
    """The caller's conversations (`mine`), public ones to join (`open`), or both (`all`).

    `public` holds the public ones that one is in as well, `archived` whatever is archived. By
    `name` only channels are listed.
    """
    actor = request.actor
    page = selectors.conversations(
        actor, scope=scope, sort=sort, query=q, cursor=cursor, limit=limit
    )
    return answer({"items": [view(actor, row) for row in page.items], "next": page.next})


@router.get("/me/conversations", response=answers(ConversationPage))
def list_own_conversations(
    request: Request,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST_OWN)] = MOST_OWN,
) -> HttpResponse:
    """Everything the caller belongs to, at once: what a client shows when it opens."""
    actor = request.actor
    page = selectors.conversations(actor, cursor=cursor, limit=limit)
    return answer({"items": [view(actor, row) for row in page.items], "next": page.next})


@router.get("/channel-policy", response=answers(ChannelPolicyView))
def get_channel_policy(request: Request) -> HttpResponse:
    """Which channels the caller may make, and how they are to be called."""
    return answer(policy.shown_to(request.actor))


@router.post("/conversations", response=answers(ConversationView, 201, 200))
@idempotent
def create_conversation(request: Request, body: NewConversation) -> HttpResponse:
    """Make a conversation; a direct one of the same people is answered with 200."""
    conversation, is_new = services.create_conversation(
        request.actor,
        kind=body.kind,
        name=body.name,
        member_ids=body.member_ids,
        topic=body.topic,
        rules=body.rules,
    )
    return _one(request, conversation.id, status=201 if is_new else 200)


@router.get("/conversations/{conversation_id}", response=answers(ConversationView))
def get_conversation(request: Request, conversation_id: UUID) -> HttpResponse:
    """One conversation."""
    return answer(view(request.actor, selectors.summary(request.actor, conversation_id)))


@router.patch("/conversations/{conversation_id}", response=answers(ConversationView))
def update_conversation(
    request: Request, conversation_id: UUID, body: ConversationChange
) -> HttpResponse:
    """Change a channel's name, topic, purpose or rules; its owners alone change rules."""
    services.update_conversation(
        request.actor,
        conversation_id=conversation_id,
        name=body.name,
        topic=body.topic,
        purpose=body.purpose,
        rules=body.rules,
    )
    return _one(request, conversation_id)


@router.post("/conversations/{conversation_id}/join", response=answers(ConversationView))
@idempotent
def join_conversation(request: Request, conversation_id: UUID) -> HttpResponse:
    """Become a member of a public channel."""
    services.join_conversation(request.actor, conversation_id=conversation_id)
    return _one(request, conversation_id)


@router.post("/conversations/{conversation_id}/leave", response=answers(None, 204))
@idempotent
def leave_conversation(
    request: Request, conversation_id: UUID, body: Departure | None = None
) -> HttpResponse:
    """Stop being a member of a channel; its last owner names who takes over."""
    services.leave_conversation(
        request.actor,
        conversation_id=conversation_id,
        successor_id=None if body is None else body.successor_id,
    )
    return answer(status=204)


@router.post("/conversations/{conversation_id}/archive", response=answers(ConversationView))
@idempotent
def archive_conversation(request: Request, conversation_id: UUID) -> HttpResponse:
    """Close a channel for new messages."""
    services.archive_conversation(request.actor, conversation_id=conversation_id)
    return _one(request, conversation_id)


@router.post("/conversations/{conversation_id}/restore", response=answers(ConversationView))
@idempotent
def restore_conversation(request: Request, conversation_id: UUID) -> HttpResponse:
    """Open an archived channel again."""
    services.restore_conversation(request.actor, conversation_id=conversation_id)
    return _one(request, conversation_id)


@router.get("/conversations/{conversation_id}/members", response=answers(MemberPage))
def list_members(
    request: Request,
    conversation_id: UUID,
    q: str = "",
    cursor: str | None = None,
    limit: Limit = DEFAULT_LIMIT,
) -> HttpResponse:
    """Who belongs to a conversation, by name; with `q` those who have it in their names."""
    page = selectors.members(
        request.actor, conversation_id=conversation_id, query=q, cursor=cursor, limit=limit
    )
    return answer({"items": [_member(row) for row in page.items], "next": page.next})


@router.post("/conversations/{conversation_id}/members", response=answers(ConversationView, 201))
@idempotent
def add_member(request: Request, conversation_id: UUID, body: NewMember) -> HttpResponse:
    """Put a person into a channel."""
    services.add_members(request.actor, conversation_id=conversation_id, user_ids=[body.user_id])
    return _one(request, conversation_id, status=201)


@router.patch("/conversations/{conversation_id}/members/{user_id}", response=answers(MemberView))
def change_member(
    request: Request, conversation_id: UUID, user_id: UUID, body: MemberChange
) -> HttpResponse:
    """Give or take the owner's role, or the right to post where only named people do."""
    row = owners.change_member(
        request.actor,
        conversation_id=conversation_id,
        user_id=user_id,
        role=body.role,
        may_post=body.may_post,
    )
    return answer(_member(row))


@router.delete("/conversations/{conversation_id}/members/{user_id}", response=answers(None, 204))
def remove_member(
    request: Request, conversation_id: UUID, user_id: UUID, successor_id: UUID | None = None
) -> HttpResponse:
    """Take a person out of a channel; they see nothing further, at once.

    For its last owner `successor_id` names the member who takes over.
    """
    services.remove_member(
        request.actor,
        conversation_id=conversation_id,
        user_id=user_id,
        successor_id=successor_id,
    )
    return answer(status=204)


@router.post("/conversations/{conversation_id}/convert", response=answers(ConversationView))
@idempotent
def convert_conversation(request: Request, conversation_id: UUID, body: NewChannel) -> HttpResponse:
    """Make a group message a private channel of the same people; what was said stays."""
    convert.convert_to_channel(request.actor, conversation_id=conversation_id, name=body.name)
    return _one(request, conversation_id)


def _member(row: Membership) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("user_id", "role", "joined_at", "may_post")}


def _one(request: Request, conversation_id: UUID, *, status: int = 200) -> HttpResponse:
    (row,) = selectors.summaries(request.actor, [conversation_id])
    return answer(view(request.actor, row), status)
