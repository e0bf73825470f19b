"""REST: what the organisation has decided; what a change would do is said before it is made."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from ninja import Router, Schema

from accounts.policies import access, selectors, services, values, words
from accounts.policies.models import Policy
from accounts.requests import idempotent
from accounts.stepup import require_recent
from core.api import Body, answer, answers
from core.http import Request, client_address

router = Router(tags=["policies"])


class PolicyChange(Body):
    """`if_version` is that of the policy one has seen: another one is a conflict."""

    values: dict[str, Any]
    if_version: int | None = None


class PolicyFieldView(Schema):
    name: str
    label: str
    help: str
    choices: list[str]
    is_list: bool


class PolicyView(Schema):
    """Of secrets and pictures, `values` says only that they are set."""

    name: str
    title: str
    version: int
    changed_at: datetime | None
    values: dict[str, Any]
    fields: list[PolicyFieldView]


class PolicyList(Schema):
    items: list[PolicyView]
    next: None


class PolicyPreview(Schema):
    """One sentence for each change and each consequence, with the number of people."""

    version: int
    sentences: list[str]


@router.get("/policies", response=answers(PolicyList))
def list_policies(request: Request) -> HttpResponse:
    """The policies that one may change."""
    found = [kind for kind in values.kinds().values() if access.may_change(request.actor, kind)]
    return answer({"items": [_view(selectors.stored(kind)) for kind in found], "next": None})


@router.get("/policies/{policy_id}", response=answers(PolicyView))
def get_policy(request: Request, policy_id: str) -> HttpResponse:
    """One policy, such as `sign_in` or `session`."""
    return answer(_view(selectors.stored(_kind(request, policy_id))))


@router.post("/policies/{policy_id}/preview", response=answers(PolicyPreview))
@idempotent
def preview_policy(request: Request, policy_id: str, body: PolicyChange) -> HttpResponse:
    """Say in words what a change would do, and to how many people; nothing is stored."""
    before = selectors.stored(_kind(request, policy_id))
    after = _after(request, before, body)
    return answer({"version": before.version, "sentences": words.told(before, after)})


@router.patch("/policies/{policy_id}", response=answers(PolicyView))
def change_policy(request: Request, policy_id: str, body: PolicyChange) -> HttpResponse:
    """Change fields of a policy; it is seen everywhere within a second. A sensitive act."""
    found = _kind(request, policy_id)
    require_recent(request)
    _after(request, selectors.stored(found), body)
    given = values.clean(found, body.values)
    made = services.change(request.actor, found, if_version=body.if_version, **given)
    return answer(_view(made))


def _kind(request: Request, name: str) -> type[Policy]:
    kind = values.kind_named(name)
    access.check_may_change(request.actor, kind)
    return kind


def _after(request: Request, before: Policy, body: PolicyChange) -> Policy:
    after = services.changed(before, values.clean(type(before), body.values))
    after.check_maker(client_address(request))
    return after


def _view(policy: Policy) -> dict[str, Any]:
    return {
        "name": values.name_of(type(policy)),
        "title": str(policy),
        "version": policy.version,
        "changed_at": policy.changed_at,
        "values": values.shown(policy),
        "fields": values.described(type(policy)),
    }
