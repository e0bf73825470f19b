"""Why can this person reach that, or do that; and if they cannot, what is missing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.grants.kinds import Grantable, kind_named
from accounts.groups.models import Group
from accounts.people.models import User
from accounts.roles.models import RoleAssignment
from core.actor import Actor
from core.errors import Invalid
from core.permissions import GUESTS, IN_WORDS, ROLE_PERMISSIONS, Permission, Role
from messaging.conversations.models import Conversation, Kind, Membership
from messaging.explain.access import (
    conversation_to_explain,
    object_to_explain,
    person_to_explain,
)
from messaging.explain.chains import Chain, chains_of
from messaging.grants.services import CHANNELS


class By(StrEnum):
    """What a path begins with."""

    PUBLIC = "public"
    MEMBERSHIP = "membership"
    GRANT = "grant"
    PRODUCT_ROLE = "product_role"
    OWN_ROLE = "own_role"


@dataclass(frozen=True, slots=True)
class Step:
    """One station of a path: a group on the way, a role, a grant."""

    kind: str
    id: UUID | None
    name: str


@dataclass(frozen=True, slots=True)
class Path:
    """One way by which the person has access; any of them is enough."""

    by: By
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether there is access, every way to it, and what is missing where there is none."""

    has_access: bool
    paths: tuple[Path, ...]
    missing: tuple[str | Promise, ...]


def explain_conversation(actor: Actor, *, user_id: UUID, conversation_id: UUID) -> Explanation:
    """Why a person can, or cannot, see a channel.

    Errors  Forbidden, NotFound by access.
    """
    person = person_to_explain(actor, user_id)
    channel = conversation_to_explain(actor, conversation_id)
    return told(person, ways_into(person, channel), _lacks(person, channel))


def ways_into(person: User, channel: Conversation) -> list[Path]:
    """Every way by which a person sees a conversation."""
    chains = chains_of(person.id) if channel.kind != Kind.DIRECT else {}
    paths = _of_channel(person, channel)
    if channel.kind != Kind.DIRECT:
        end = Step("channel", channel.id, channel.name or "")
        paths += _by_grants(person, CHANNELS, end, chains)
    is_member = any(path.by is By.MEMBERSHIP for path in paths)
    paths += [_joined(person, channel)] if not is_member and _is_open(person, channel) else []
    return paths


def ways_by_grant(person: User, kind: Grantable, end: Step) -> list[Path]:
    """Every grant of a thing, the path's end, that reaches a person."""
    return _by_grants(person, kind, end, chains_of(person.id))


def told(person: User, paths: Iterable[Path], lacks: Iterable[str | Promise]) -> Explanation:
    """The answer: any path is access, unless the account is deactivated."""
    found = tuple(paths)
    if not person.is_active:
        return Explanation(False, found, (_DEACTIVATED,))
    return Explanation(bool(found), found, () if found else tuple(lacks))


def explain_object(actor: Actor, *, user_id: UUID, kind: str, object_id: UUID) -> Explanation:
    """Why a person may, or may not, look after one identity provider, service account …

    Errors  Forbidden, NotFound by access.
    """
    person = person_to_explain(actor, user_id)
    found = kind_named(kind)
    if found.name in _explainers:
        return _explainers[found.name](actor, person, object_id)
    thing = object_to_explain(actor, found, object_id)
    paths = _by_permission(person, found.permission)
    end = Step(found.name, object_id, found.title(thing))
    paths += ways_by_grant(person, found, end)
    return told(person, paths, (_NO_ROLE % {"what": IN_WORDS[found.permission]}, NO_GRANT))


type Explainer = Callable[[Actor, User, UUID], Explanation]

_explainers: dict[str, Explainer] = {}


def explains(kind: Grantable) -> Callable[[Explainer], Explainer]:
    """Register the answer of a kind that is reached by more than its permission and its grants."""

    def register(explainer: Explainer) -> Explainer:
        _explainers[kind.name] = explainer
        return explainer

    return register


def explain_permission(actor: Actor, *, user_id: UUID, permission: str) -> Explanation:
    """Why a person may, or may not, do something in the whole organisation, or over a part of it.

    Errors  Forbidden, NotFound by access; Invalid for a permission that there is not.
    """
    person = person_to_explain(actor, user_id)
    try:
        wanted = Permission(permission)
    except ValueError as wrong:
        raise Invalid.field("permission", _("There is no such permission.")) from wrong
    paths = [*_by_product_role(person, wanted), *_by_roles(person, wanted)]
    if not person.is_active:
        return Explanation(False, tuple(paths), (_DEACTIVATED,))
    everywhere = [path for path in paths if path.steps[-1].kind != "over"]
    missing = () if everywhere else (_NO_ROLE % {"what": IN_WORDS[wanted]},)
    return Explanation(bool(everywhere), tuple(paths), missing)


_DEACTIVATED = _("Their account is deactivated: nothing else counts.")
_NO_ROLE = _("No role of theirs, and none of their groups', allows: %(what)s.")
NO_GRANT = _("It is granted neither to them nor to a group that they are in.")


def _of_channel(person: User, channel: Conversation) -> list[Path]:
    member = Membership.objects.filter(conversation=channel, user=person).first()
    if member is None:
        return []
    kind = "membership_by_grant" if member.by_grant else "membership"
    return [Path(By.MEMBERSHIP, (Step(kind, member.id, member.role),))]


def _is_open(person: User, channel: Conversation) -> bool:
    return channel.kind == Kind.PUBLIC and person.role not in GUESTS


def _joined(person: User, channel: Conversation) -> Path:
    return Path(By.PUBLIC, (Step("channel", channel.id, channel.name or ""),))


def _by_grants(person: User, kind: Grantable, end: Step, chains: dict[UUID, Chain]) -> list[Path]:
    paths = []
    thing = {kind.thing_id: end.id}
    if kind.people.objects.filter(**thing, user=person).exists():
        paths.append(Path(By.GRANT, (end,)))
    granted = kind.groups.objects.filter(**thing, group_id__in=chains)
    names = _names(chains)
    for group_id in sorted(granted.values_list("group_id", flat=True)):
        steps = [Step("group", id_, names[id_]) for id_ in chains[group_id]]
        paths.append(Path(By.GRANT, (*steps, end)))
    return paths


def _by_permission(person: User, permission: Permission) -> list[Path]:
    """The ways to a permission in the whole organisation."""
    roles = [path for path in _by_roles(person, permission) if path.steps[-1].kind != "over"]
    return [*_by_product_role(person, permission), *roles]


def _by_product_role(person: User, permission: Permission) -> list[Path]:
    if permission not in ROLE_PERMISSIONS[Role(person.role)]:
        return []
    return [Path(By.PRODUCT_ROLE, (Step("role", None, str(person.get_role_display())),))]


def _by_roles(person: User, permission: Permission) -> list[Path]:
    chains = chains_of(person.id)
    rows = RoleAssignment.objects.filter(role__permissions__contains=[permission.value])
    rows = rows.filter(user=person) | rows.filter(group_id__in=chains)
    found = list(rows.select_related("role", "over_group").order_by("id"))
    names = _names(chains)
    paths = []
    for row in found:
        steps = [
            Step("group", id_, names[id_]) for id_ in (chains[row.group_id] if row.group_id else ())
        ]
        steps.append(Step("role", row.role_id, row.role.name))
        if row.over_group_id is not None:
            steps.append(Step("over", row.over_group_id, row.over_group.name))
        elif row.over_conversation_id is not None:
            steps.append(Step("over", row.over_conversation_id, ""))
        paths.append(Path(By.OWN_ROLE, tuple(steps)))
    return paths


def _lacks(person: User, channel: Conversation) -> Iterable[str | Promise]:
    if channel.kind == Kind.PUBLIC:
        yield _("Guests see only the public channels they were added to.")
    else:
        yield _("They are not a member of this channel.")
    yield NO_GRANT


def _names(chains: dict[UUID, Chain]) -> dict[UUID, str]:
    ids = {id_ for chain in chains.values() for id_ in chain}
    return dict(Group.objects.filter(id__in=ids).values_list("id", "name"))
