"""REST: what people say of themselves."""

from datetime import datetime

from django.http import HttpResponse
from ninja import Router

from core.api import Body, answer, answers
from core.http import Request
from messaging.status import services
from messaging.status.schemas import StatusView
from messaging.status.selectors import own_status

router = Router(tags=["status"])


class NewStatus(Body):
    """What is left out is empty: a status is replaced as a whole."""

    emoji: str = ""
    text: str = ""
    expires_at: datetime | None = None
    dnd_until: datetime | None = None


@router.get("/me/status", response=answers(StatusView))
def get_status(request: Request) -> HttpResponse:
    """The caller's own status."""
    return answer(own_status(request.actor))


@router.put("/me/status", response=answers(StatusView))
def put_status(request: Request, body: NewStatus) -> HttpResponse:
    """Say something of oneself; an empty status says nothing."""
    return answer(services.set_status(request.actor, **body.model_dump()))
