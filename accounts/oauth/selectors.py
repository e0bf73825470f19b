"""Read apps and what people let them do; never a secret, which is not kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery

from accounts.oauth import access
from accounts.oauth.models import OAuthApp, OAuthConnection
from accounts.tokens.models import ApiToken
from core.actor import Actor

MOST = 200


@dataclass(frozen=True, slots=True)
class Connected:
    """An app that a person let in, as they see it."""

    app_id: UUID
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None


def apps(actor: Actor) -> list[OAuthApp]:
    """The organisation's apps that are good, by name, each with `people`; two queries.

    Errors  Forbidden.
    """
    access.check_sees(actor)
    rows = OAuthApp.objects.filter(revoked_at=None).order_by("name", "id")
    return list(_told(rows)[:MOST])


def app(actor: Actor, app_id: UUID) -> OAuthApp:
    """One app, with `people`: how many let it act for them.

    Errors  Forbidden, NotFound.
    """
    found = access.app_to_see(actor, app_id)
    return _told(OAuthApp.objects.filter(id=found.id)).get()


def connected_apps(actor: Actor) -> list[Connected]:
    """The apps that the acting person lets act for them, by name; one query."""
    rows = OAuthConnection.objects.filter(user_id=actor.user_id).select_related("app")
    return [
        Connected(
            app_id=row.app_id,
            name=row.app.name,
            scopes=tuple(row.scopes),
            created_at=row.created_at,
            last_used_at=row.used_at or row.last_used_at,  # type: ignore[attr-defined]
        )
        for row in used(rows).order_by("app__name", "id")[:MOST]
    ]


def used(rows: QuerySet[OAuthConnection]) -> QuerySet[OAuthConnection]:
    """The same, each with `used_at`: when one of its tokens was last used."""
    tokens = ApiToken.objects.filter(app_id=OuterRef("app_id"), user_id=OuterRef("user_id"))
    newest = tokens.order_by().values("app_id").annotate(newest=Max("last_used_at"))
    return rows.annotate(used_at=Subquery(newest.values("newest")))


def _told(rows: QuerySet[OAuthApp]) -> QuerySet[OAuthApp]:
    return rows.annotate(people=Count("connections"))
