"""REST: the organisation's e-mail domains and the records that prove them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema

from accounts.domains import selectors, services
from accounts.domains.models import DomainProof
from accounts.requests import idempotent
from core.api import Body, answer, answers
from core.http import Request

router = Router(tags=["domains"])


class NewDomain(Body):
    domain: str


class DomainView(Schema):
    id: UUID
    domain: str
    is_proved: bool
    proved_at: datetime | None
    checked_at: datetime | None
    missing_since: datetime | None
    record_name: str
    record_value: str


class DomainPage(Schema):
    items: list[DomainView]
    next: str | None


@router.get("/domains", response=answers(DomainPage))
def list_domains(request: Request) -> HttpResponse:
    """All domains that the organisation has claimed; for those who manage how people sign in."""
    rows = selectors.claimed_domains(request.actor)
    return answer({"items": [domain_view(row) for row in rows], "next": None})


@router.post("/domains", response=answers(DomainView, 201, 200))
@idempotent
def add_domain(request: Request, body: NewDomain) -> HttpResponse:
    """Claim a domain; publish `record_value` as a TXT record at `record_name`."""
    return answer(domain_view(services.add_domain(request.actor, domain=body.domain)), 201)


@router.post("/domains/{domain_id}/check", response=answers(DomainView))
@idempotent
def check_domain(request: Request, domain_id: UUID) -> HttpResponse:
    """Look the record up now."""
    return answer(domain_view(services.check_domain(request.actor, domain_id=domain_id)))


@router.delete("/domains/{domain_id}", response=answers(None, 204))
def remove_domain(request: Request, domain_id: UUID) -> HttpResponse:
    """Let go of a domain."""
    services.remove_domain(request.actor, domain_id=domain_id)
    return answer(status=204)


def domain_view(row: DomainProof) -> dict[str, Any]:
    """A domain as its managers see it."""
    names = (
        "id",
        "domain",
        "is_proved",
        "proved_at",
        "checked_at",
        "missing_since",
        "record_name",
        "record_value",
    )
    return {name: getattr(row, name) for name in names}
