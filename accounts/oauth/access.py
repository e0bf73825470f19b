"""Who looks after an organisation's apps, and who may let one act for them."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.oauth.models import OAuthApp
from core.actor import Actor
from core.errors import Forbidden, NotFound
from core.permissions import Permission


def check_sees(actor: Actor) -> None:
    """Refuse whoever may neither set apps up nor end other people's tokens.

    Errors  Forbidden.
    """
    if not (actor.may(Permission.INTEGRATIONS_MANAGE) or actor.may(Permission.TOKENS_MANAGE)):
        raise Forbidden("app", _("Setting up apps requires a role that allows it."))


def check_sets_up(actor: Actor) -> None:
    """Refuse whoever may not set apps up, and tokens, which make no further credentials.

    Errors  Forbidden.
    """
    if not actor.may(Permission.INTEGRATIONS_MANAGE):
        raise Forbidden("app", _("Setting up apps requires a role that allows it."))
    if actor.scopes is not None:
        raise Forbidden("app", _("Sign in to set up apps: a token cannot set them up."))


def may_connect(actor: Actor) -> bool:
    """Say whether a person may let apps act for them: whoever may make tokens for themselves."""
    return actor.user_id is not None and actor.may(Permission.TOKENS_CREATE)


def app_to_see(actor: Actor, app_id: UUID) -> OAuthApp:
    """An app, for those who look after them; ended ones, too.

    Errors  Forbidden, NotFound.
    """
    check_sees(actor)
    return _found(app_id)


def app_to_set_up(actor: Actor, app_id: UUID) -> OAuthApp:
    """An app to change, locked; the caller is in a transaction.

    Errors  Forbidden, also where the app's account was given rights that the actor lacks: its
            secret would give them; NotFound, also for one that was ended.
    """
    check_sets_up(actor)
    app = _found(app_id, lock=True)
    if app.account is not None and not actor_for(app.account).permissions <= actor.permissions:
        raise Forbidden("app", _("The account of this app may do more than you."))
    return app


def app_to_end(actor: Actor, app_id: UUID) -> OAuthApp:
    """An app to end, locked; the caller is in a transaction. For those who see it.

    Errors  Forbidden, NotFound.
    """
    check_sees(actor)
    return _found(app_id, lock=True)


def _found(app_id: UUID, *, lock: bool = False) -> OAuthApp:
    rows = OAuthApp.objects.filter(id=app_id)
    if lock:
        rows = rows.filter(revoked_at=None).select_for_update(no_key=True)
    app = rows.first()
    if app is None:
        raise NotFound("app")
    return app
