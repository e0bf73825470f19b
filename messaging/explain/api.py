"""REST: why somebody has, or lacks, access."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from core.api import answer, answers
from core.errors import Invalid
from core.http import Request
from messaging.explain import selectors
from messaging.explain.selectors import Explanation

router = Router(tags=["access"])


class StepView(Schema):
    """A station: `group`, `role`, `over` (what a role is limited to), `membership`,
    `membership_by_grant`, or what it is about: `channel`, `provider`, `bot` …
    """

    kind: str
    id: UUID | None
    name: str


class PathView(Schema):
    by: Literal["public", "membership", "grant", "product_role", "own_role"]
    steps: list[StepView]


class ExplanationView(Schema):
    """Any of the paths is enough; without access, `missing` says in words what there is not."""

    has_access: bool
    paths: list[PathView]
    missing: list[str]


@router.get("/access/explanation", response=answers(ExplanationView))
def explain_access(
    request: Request,
    user_id: UUID,
    conversation_id: UUID | None = None,
    permission: str = "",
    kind: str = "",
    object_id: UUID | None = None,
) -> HttpResponse:
    """Why a person reaches a channel (`conversation_id`), may do something (`permission`), or looks
    after one thing (`kind`, such as `provider` or `bot`, with its `object_id`).
    """
    if sum((conversation_id is not None, bool(permission), object_id is not None)) != 1:
        raise Invalid.field(
            "conversation_id", _("Give exactly one of conversation_id, permission and object_id.")
        )
    if object_id is not None:
        found = selectors.explain_object(
            request.actor, user_id=user_id, kind=kind, object_id=object_id
        )
    elif conversation_id is not None:
        found = selectors.explain_conversation(
            request.actor, user_id=user_id, conversation_id=conversation_id
        )
    else:
        found = selectors.explain_permission(request.actor, user_id=user_id, permission=permission)
    return answer(_view(found))


def _view(found: Explanation) -> dict[str, Any]:
    return {
        "has_access": found.has_access,
        "paths": [
            {
                "by": path.by.value,
                "steps": [
                    {"kind": step.kind, "id": step.id, "name": step.name} for step in path.steps
                ],
            }
            for path in found.paths
        ],
        "missing": [str(words) for words in found.missing],
    }
