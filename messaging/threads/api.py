"""REST: threads, as a person follows them."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from accounts.requests import idempotent
from core.api import Body, answer, answers
from core.http import Request
from core.ids import MAX_SEQ
from core.paging import DEFAULT_LIMIT, MAX_LIMIT
from messaging.messages.schemas import MessageView
from messaging.threads import selectors, services

router = Router(tags=["threads"])


class ThreadState(Schema):
    """`unread` counts replies of others past `read_seq` and stops at 100."""

    root_id: UUID
    conversation_id: UUID
    is_following: bool
    read_seq: int
    last_seq: int
    unread: int


class ThreadView(ThreadState):
    root: MessageView


class ThreadPage(Schema):
    items: list[ThreadView]
    next: str | None


class ThreadStates(Schema):
    items: list[ThreadState]
    next: str | None


class ThreadCursor(Body):
    """`backwards` marks as unread; otherwise the cursor only goes forward."""

    seq: Annotated[int, Field(le=MAX_SEQ, json_schema_extra={"minimum": 0})]
    backwards: bool = False


@router.get("/me/threads", response=answers(ThreadPage))
def list_threads(
    request: Request,
    state: Literal["followed", "unread"] = "followed",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> HttpResponse:
    """The threads one follows, or those of them with unread replies; the latest reply first."""
    page = selectors.threads(request.actor, state=state, cursor=cursor, limit=limit)
    return answer({"items": page.items, "next": page.next})


@router.get("/me/threads/states", response=answers(ThreadStates))
def list_thread_states(request: Request) -> HttpResponse:
    """The states of the latest 1,000 threads one follows, without their messages."""
    return answer({"items": selectors.followed(request.actor), "next": None})


@router.get("/messages/{message_id}/thread", response=answers(ThreadView))
def get_thread(request: Request, message_id: UUID) -> HttpResponse:
    """A thread as one meets it, by the id of its root or of a reply."""
    return answer(selectors.thread(request.actor, message_id))


@router.put("/messages/{message_id}/follow", response=answers(ThreadView))
def follow_thread(request: Request, message_id: UUID) -> HttpResponse:
    """Follow a thread."""
    services.follow_thread(request.actor, message_id=message_id)
    return answer(selectors.thread(request.actor, message_id))


@router.delete("/messages/{message_id}/follow", response=answers(None, 204))
def unfollow_thread(request: Request, message_id: UUID) -> HttpResponse:
    """Stop following a thread."""
    services.unfollow_thread(request.actor, message_id=message_id)
    return answer(status=204)


@router.post("/messages/{message_id}/thread/read", response=answers(ThreadView))
@idempotent
def read_thread(request: Request, message_id: UUID, body: ThreadCursor) -> HttpResponse:
    """Say that the thread was read up to `seq`."""
    services.read_thread(
        request.actor, message_id=message_id, seq=body.seq, backwards=body.backwards
    )
    return answer(selectors.thread(request.actor, message_id))
