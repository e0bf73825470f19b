"""REST: messages."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router, Schema
from pydantic import Field

from accounts.requests import idempotent
from core.api import Body, Moment, answer, answers
from core.errors import Invalid
from core.http import Request
from core.ids import MAX_SEQ, new_id
from core.paging import DEFAULT_LIMIT, MAX_LIMIT
from messaging.messages import selectors, services
from messaging.messages.parts import brought_fields
from messaging.messages.schemas import (
    MessagePage,
    MessageView,
    NewPoll,
    NewPriority,
    RevisionList,
    Text,
)
from messaging.messages.view import view_of_new, views_of

router = Router(tags=["messages"])

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Seq = Annotated[int | None, Query(ge=0, le=MAX_SEQ)]


class NewMessage(Body):
    """`key` makes the message once, however often it is sent; so does `Idempotency-Key`.

    With `file_ids`, of files that were uploaded and not sent yet, it needs no text.
    """

    text: Text
    key: UUID | None = None
    thread_id: UUID | None = None
    also_in_conversation: bool = False
    poll: NewPoll | None = None
    forward_of: UUID | None = None
    priority: NewPriority | None = None
    file_ids: Annotated[list[UUID], Field(max_length=20)] = []
    confirm_mentions: bool = False


class PlaceView(Schema):
    seq: int | None


class MessageChange(Body):
    text: Text
    confirm_mentions: bool = False


@router.get("/conversations/{conversation_id}/messages", response=answers(MessagePage))
def list_messages(
    request: Request,
    conversation_id: UUID,
    thread_id: UUID | None = None,
    before_seq: Seq = None,
    after_seq: Seq = None,
    around_seq: Seq = None,
    cursor: str | None = None,
    limit: Limit = DEFAULT_LIMIT,
) -> HttpResponse:
    """History, newest first; with `after_seq` the oldest after it first."""
    page = selectors.history(
        request.actor,
        conversation_id=conversation_id,
        thread_id=thread_id,
        before_seq=before_seq,
        after_seq=after_seq,
        around_seq=around_seq,
        cursor=cursor,
        limit=limit,
    )
    return answer({"items": page.items, "next": page.next})


@router.get("/conversations/{conversation_id}/place", response=answers(PlaceView))
def place_in_time(request: Request, conversation_id: UUID, at: Moment) -> HttpResponse:
    """Where the history stood at a time, for `around_seq`; null where there is none to read."""
    if at.tzinfo is None:
        raise Invalid.field("at", _("Give the time with its offset, such as 2026-03-09T08:00:00Z."))
    seq = selectors.place_at(request.actor, conversation_id=conversation_id, at=at)
    return answer({"seq": seq})


@router.post("/conversations/{conversation_id}/messages", response=answers(MessageView, 201, 200))
def post_message(request: Request, conversation_id: UUID, body: NewMessage) -> HttpResponse:
    """Post a message; the same key again is answered with 200 and the message that is there."""
    posted = services.post_message(
        request.actor,
        conversation_id=conversation_id,
        text=body.text,
        key=_key(request, body),
        thread_id=body.thread_id,
        also_in_conversation=body.also_in_conversation,
        brought=_brought(body),
        confirms_mentions=body.confirm_mentions,
    )
    if posted.is_new:
        return answer(view_of_new(posted.message), 201)
    return answer(views_of([posted.message])[0])


@router.get("/messages/{message_id}", response=answers(MessageView))
def get_message(request: Request, message_id: UUID) -> HttpResponse:
    """One message."""
    return answer(selectors.message(request.actor, message_id))


@router.patch("/messages/{message_id}", response=answers(MessageView))
def edit_message(request: Request, message_id: UUID, body: MessageChange) -> HttpResponse:
    """Replace a message's text; the version before it is kept."""
    message = services.edit_message(
        request.actor,
        message_id=message_id,
        text=body.text,
        confirms_mentions=body.confirm_mentions,
    )
    return answer(views_of([message])[0])


@router.delete("/messages/{message_id}", response=answers(None, 204))
def delete_message(request: Request, message_id: UUID) -> HttpResponse:
    """Take a message out of sight; it stays listed with `text: null`."""
    services.delete_message(request.actor, message_id=message_id)
    return answer(status=204)


@router.post("/messages/{message_id}/restore", response=answers(MessageView))
@idempotent
def restore_message(request: Request, message_id: UUID) -> HttpResponse:
    """Take one's own deletion back, within 30 seconds."""
    message = services.restore_message(request.actor, message_id=message_id)
    return answer(views_of([message])[0])


@router.get("/messages/{message_id}/revisions", response=answers(RevisionList))
def list_revisions(request: Request, message_id: UUID) -> HttpResponse:
    """The versions a message had before, oldest first."""
    items: list[dict[str, Any]] = [
        {
            "number": row.number,
            "text": row.text,
            "edited_by_id": row.edited_by_id,
            "created_at": row.created_at,
        }
        for row in selectors.revisions(request.actor, message_id)
    ]
    return answer({"items": items, "next": None})


def _brought(body: NewMessage) -> dict[str, Any]:
    """What comes with a new message besides its text."""
    given = ((name, getattr(body, name, None)) for name in brought_fields())
    return {
        name: value.model_dump() if isinstance(value, Body) else value
        for name, value in given
        if value
    }


def _key(request: Request, body: NewMessage) -> UUID:
    """The key of a message: the body's, or the header's, which must then be the same."""
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return body.key or new_id()
    try:
        key = UUID(header)
    except ValueError:
        raise Invalid.field("Idempotency-Key", _("For messages the key is a UUID.")) from None
    if body.key is not None and body.key != key:
        raise Invalid.field("key", _("The key and the header Idempotency-Key differ; send one."))
    return key
