"""What changes are about, by name: the journal holds identifiers, which nobody reads."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.grants.kinds import kinds
from accounts.groups.models import Group
from accounts.oauth.models import OAuthApp
from accounts.people.models import User
from accounts.roles.models import CustomRole
from accounts.sso.models import IdentityProvider
from accounts.tokens.models import ApiToken
from core.actor import Actor
from core.errors import Words

type Titles = Callable[[Actor, Collection[UUID]], Mapping[UUID, str]]

_fields: dict[str, tuple[Words, Titles]] = {}


def called(titles: Titles, **fields: Words) -> None:
    """Register what the things are called whose identifiers stand in these fields of events.

    Each field comes with what it is called itself. Who may not know a thing is told no name.
    """
    for name, label in fields.items():
        _fields[name] = (label, titles)


def label_of(name: str) -> str:
    """A field of an event, or of what it tells of, as people call it."""
    return str(_fields[name][0]) if name in _fields else name.replace("_", " ")


def names_in(actor: Actor, facts: Iterable[Mapping[str, Any]]) -> dict[UUID, str]:
    """The names of everything that these events mention; a query per sort of thing."""
    wanted: dict[Titles, set[UUID]] = {}
    for data in facts:
        for name in _fields.keys() & data.keys():
            wanted.setdefault(_fields[name][1], set()).update(ids_of(data[name]))
    return {
        id_: title
        for titles, ids in wanted.items()
        if ids
        for id_, title in titles(actor, ids).items()
    }


def name_of(actor: Actor, id_: UUID) -> str:
    """What the thing of this identifier is called; empty where that is not known."""
    for titles in dict.fromkeys(titles for _label, titles in _fields.values()):
        if found := titles(actor, [id_]).get(id_):
            return found
    return ""


def ids_of(value: Any) -> list[UUID]:
    """The identifiers in a field, of which there may be several."""
    found = []
    for each in value if isinstance(value, list) else [value]:
        try:
            found.append(UUID(each))
        except (TypeError, ValueError, AttributeError):
            continue
    return found


def _titles(rows: Callable[[], QuerySet[Any]]) -> Titles:
    def titles(actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, str]:
        return {row.pk: str(row) for row in rows().filter(pk__in=ids)}

    return titles


def _granted(actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """What one looks after. Kinds with services of their own tell of their things themselves."""
    return {
        row.pk: kind.title(row)
        for kind in kinds()
        if kind.give is None and not kind.is_private
        for row in kind.objects().filter(pk__in=ids)
    }


called(
    _titles(User.objects.all),
    user_id=_("person"),
    user_ids=_("people"),
    reviewer_id=_("reviewer"),
    account_id=_("service account"),
)
called(
    _titles(Group.objects.all),
    group_id=_("group"),
    child_ids=_("groups"),
    over_group_id=_("only over this group"),
)
called(_titles(CustomRole.objects.all), role_id=_("role"))
called(_titles(IdentityProvider.objects.all), provider_id=_("identity provider"))
called(_titles(OAuthApp.objects.all), app_id=_("app"))
called(_titles(ApiToken.objects.all), token_id=_("token"))
called(_granted, object_id=_("what is looked after"))
