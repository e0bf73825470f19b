"""Set apps up, change and end them; and what people let them do.

Locks are taken in one order: app, person, grant, then streams.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.oauth import access
from accounts.oauth.asking import Wish
from accounts.oauth.events import (
    OAuthAppAllowed,
    OAuthAppChanged,
    OAuthAppCreated,
    OAuthAppDisallowed,
    OAuthAppRevoked,
    OAuthSecretEnded,
    OAuthSecretMade,
)
from accounts.oauth.models import (
    GrantType,
    Kind,
    OAuthApp,
    OAuthConnection,
    OAuthGrant,
)
from accounts.oauth.redirects import clean_redirect_uri, is_loopback
from accounts.oauth.schemas import OAuthSecret
from accounts.people.events import UserDeactivated
from accounts.people.models import User
from accounts.tokens.events import ServiceAccountCreated
from accounts.tokens.models import ApiToken
from accounts.tokens.reach import clean_channels, clean_networks
from accounts.tokens.services import (
    SCOPES,
    digest_of,
    end_tokens,
    new_token,
    revoke_tokens_of,
)
from core.actor import Actor
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.permissions import Role
from core.text import clean_name
from events.journal import publish
from tenants.selectors import tenant_id

SECRET_PREFIX, CODE_PREFIX, REFRESH_PREFIX = "chs_", "chc_", "chr_"
"""By these secret scanners tell what they have found."""

CODE_LASTS = timedelta(seconds=60)
GRANT_LASTS = timedelta(days=365)
MOST_SECRETS = 2
MOST_URIS = 20
_CHANGEABLE = frozenset({"name", "redirect_uris", "scopes", "networks", "conversation_ids"})


@dataclass(frozen=True, slots=True)
class NewApp:
    """An app that was just made; `secret` is shown this once, None for public apps."""

    app: OAuthApp
    secret: str | None


def create_app(
    actor: Actor,
    *,
    name: str,
    kind: str,
    redirect_uris: Sequence[str] = (),
    grants: Sequence[str] = (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
    scopes: Sequence[str] = ("read",),
    networks: Sequence[str] = (),
    conversation_ids: Sequence[UUID] = (),
) -> NewApp:
    """Set an app up; one that acts by itself gets a service account of its own.

    Errors  Forbidden; Invalid, naming the field.
    """
    access.check_sets_up(actor)
    if kind not in Kind.values:
        known = ", ".join(Kind.values)
        raise Invalid.field("kind", _("An app is one of %(known)s.") % {"known": known})
    app = OAuthApp(
        name=clean_name(name, longest=120),
        kind=kind,
        grants=_clean_grants(grants, kind),
        created_by_id=actor.user_id,
        **_clean(
            {
                "redirect_uris": redirect_uris,
                "scopes": scopes,
                "networks": networks,
            }
        ),
        conversation_ids=clean_channels(conversation_ids, people=[actor.user_id]),
    )
    _check_uris(app)
    with transaction.atomic():
        if GrantType.CLIENT_CREDENTIALS in app.grants:
            app.account = _make_account(actor, app.name)
        app.save(force_insert=True)
        publish(_created(app), by=actor)
        secret = _add_secret(actor, app) if app.is_confidential else None
    return NewApp(app, None if secret is None else secret[1])


def change_app(actor: Actor, *, app_id: UUID, **changes: Any) -> OAuthApp:
    """Change an app's name, redirect_uris, scopes, networks or conversation_ids.

    Who was asked before its redirect URIs changed is asked again. What people allowed beyond the
    scopes that are left is worth nothing from the next token on.
    Errors  Forbidden, NotFound; Invalid, naming the field.
    """
    unknown = set(changes) - _CHANGEABLE
    if unknown:
        raise Invalid.field(sorted(unknown)[0], _("This cannot be changed here."))
    channels = changes.pop("conversation_ids", None)
    clean = _clean(changes)
    with transaction.atomic():
        app = access.app_to_set_up(actor, app_id)
        if channels is not None:
            clean["conversation_ids"] = clean_channels(
                channels, people=[actor.user_id, app.account_id], before=app.conversation_ids or ()
            )
        before = {name: getattr(app, name) for name in clean}
        changed = [name for name, value in clean.items() if value != before[name]]
        if not changed:
            return app
        for name in changed:
            setattr(app, name, clean[name])
        _check_uris(app)
        app.save(update_fields=changed)
        if "redirect_uris" in changed:
            OAuthConnection.objects.filter(app=app).update(remembers=False)
        publish(
            OAuthAppChanged(
                app.id,
                before={name: _in_words(name, before[name]) for name in changed},
                after={name: _in_words(name, clean[name]) for name in changed},
            ),
            by=actor,
        )
    return app


def make_secret(actor: Actor, *, app_id: UUID) -> tuple[OAuthSecret, str]:
    """Make another secret beside the one in use, so that the app can change over without a pause.

    Errors  Forbidden, NotFound; Conflict for a public app, and where two are good already.
    """
    with transaction.atomic():
        app = access.app_to_set_up(actor, app_id)
        if not app.is_confidential:
            raise Conflict("secret", _("A public app has no secret."))
        if len(app.secrets) >= MOST_SECRETS:
            raise Conflict("secret", _("Two secrets are already valid: end one first."))
        return _add_secret(actor, app)


def end_secret(actor: Actor, *, app_id: UUID, secret_id: UUID) -> None:
    """End a secret at once. Tokens that were had with it stay good.

    Errors  Forbidden, NotFound; Conflict for the only one: end the app instead.
    """
    with transaction.atomic():
        app = access.app_to_set_up(actor, app_id)
        left = [one for one in app.secrets if one.id != secret_id]
        if len(left) == len(app.secrets):
            raise NotFound("secret")
        if not left:
            raise Conflict("secret", _("Make the next secret first: the app needs one."))
        app.keep_secrets(left)
        publish(OAuthSecretEnded(app.id, secret_id), by=actor)


def revoke_app(actor: Actor, *, app_id: UUID) -> None:
    """End an app for good, at once: its secrets, its tokens and sockets, its account.

    Errors  Forbidden, NotFound.
    """
    with transaction.atomic():
        app = access.app_to_end(actor, app_id)
        people = OAuthConnection.objects.filter(app=app).values("user_id")
        whose = Q(id__in=people) | Q(id=app.account_id)
        # Whoever is being deactivated meanwhile holds their row, and would wait for the tokens.
        list(User.objects.select_for_update(no_key=True).filter(whose).order_by("id"))
        app.revoked_at = timezone.now()
        app.save(update_fields=["revoked_at"])
        app.keep_secrets([])
        _end_access(actor, app_id=app.id)
        connections = OAuthConnection.objects.filter(app=app)
        count = connections.count()
        connections.delete()
        if app.account_id is not None:
            revoke_tokens_of(actor, user_id=app.account_id)
            if User.objects.filter(id=app.account_id, is_active=True).update(is_active=False):
                publish(UserDeactivated(app.account_id), by=actor)
        publish(OAuthAppRevoked(app.id, count, {"name": app.name}), by=actor)


def allow(actor: Actor, *, app_id: UUID, wish: Wish) -> str:
    """Let an app act for the acting person; returns the code that it exchanges for tokens.

    Errors  Forbidden for whoever may make no tokens; NotFound for an app that was ended.
    """
    if actor.scopes is not None or not access.may_connect(actor):
        raise Forbidden("app", _("Your role does not let you connect apps."))
    code, now = new_token(CODE_PREFIX), timezone.now()
    with transaction.atomic():
        app = OAuthApp.objects.select_for_update(no_key=True).filter(id=app_id, revoked_at=None)
        if app.first() is None:
            raise NotFound("app")
        person = User.objects.select_for_update(no_key=True).filter(id=actor.user_id)
        if person.filter(is_active=True).first() is None:
            raise NotFound("user")
        connection, is_new = OAuthConnection.objects.get_or_create(
            app_id=app_id, user_id=actor.user_id, defaults={"scopes": sorted(wish.scopes)}
        )
        added = set(wish.scopes) - set(connection.scopes)
        _remember(connection, wish)
        OAuthGrant.objects.create(
            connection=connection,
            scopes=sorted(wish.scopes),
            code_digest=digest_of(code),
            challenge=wish.challenge,
            redirect_uri=wish.redirect_uri,
            code_expires_at=now + CODE_LASTS,
            ends_at=now + GRANT_LASTS,
        )
        if is_new or added:
            assert actor.user_id is not None
            publish(OAuthAppAllowed(app_id, actor.user_id, tuple(connection.scopes)), by=actor)
    return code


def is_remembered(actor: Actor, app: OAuthApp, wish: Wish) -> bool:
    """Say whether the person has allowed all of this at this address, and need not be asked again.

    Anybody's program can claim to be one that answers at a loopback address: there people are
    asked each time (RFC 8252, 8.6).
    """
    return OAuthConnection.objects.filter(
        app=app,
        user_id=actor.user_id,
        remembers=True,
        scopes__contains=list(wish.scopes),
        redirect_uris__contains=[wish.redirect_uri],
    ).exists()


def _remember(connection: OAuthConnection, wish: Wish) -> None:
    """The address, too: a yes to one is no yes to another that is registered later."""
    before = connection.redirect_uris if connection.remembers else []
    here = [] if is_loopback(wish.redirect_uri) else [wish.redirect_uri]
    connection.scopes = sorted({*connection.scopes, *wish.scopes})
    connection.redirect_uris, connection.remembers = sorted({*before, *here}), True
    connection.save(update_fields=["scopes", "redirect_uris", "remembers"])


def disconnect(actor: Actor, *, app_id: UUID, user_id: UUID | None = None) -> None:
    """Take back what a person allowed an app, at once, sockets included: one's own by default.

    Errors  NotFound where nothing was allowed; Forbidden for other people's without the right.
    """
    whose = actor.user_id if user_id is None else user_id
    if whose != actor.user_id:
        access.check_sees(actor)
    with transaction.atomic():
        list(OAuthApp.objects.select_for_update(no_key=True).filter(id=app_id))
        list(User.objects.select_for_update(no_key=True).filter(id=whose))
        connection = OAuthConnection.objects.filter(app_id=app_id, user_id=whose).first()
        if connection is None or whose is None:
            raise NotFound("app")
        _end_access(actor, app_id=app_id, user_id=whose)
        connection.delete()
        publish(OAuthAppDisallowed(app_id, whose), by=actor)


def disconnect_all(actor: Actor, user_id: UUID) -> None:
    """Take back all that a person allowed: they are shut out. Their tokens are ended already."""
    rows = OAuthConnection.objects.filter(user_id=user_id)
    apps = list(rows.order_by("app_id").values_list("app_id", flat=True))
    rows.delete()
    for app_id in apps:
        publish(OAuthAppDisallowed(app_id, user_id), by=actor)


def _end_access(actor: Actor, **which: UUID) -> None:
    now = timezone.now()
    rows = ApiToken.objects.filter(revoked_at=None, expires_at__gt=now, **which)
    end_tokens(actor, list(rows.order_by("user_id", "id")))


def _add_secret(actor: Actor, app: OAuthApp) -> tuple[OAuthSecret, str]:
    secret = new_token(SECRET_PREFIX)
    row = OAuthSecret(digest=digest_of(secret).hex(), hint=secret[-4:])
    app.keep_secrets([*app.secrets, row])
    publish(OAuthSecretMade(app.id, row.id), by=actor)
    return row, secret


def _make_account(actor: Actor, name: str) -> User:
    account = User(name=name, role=Role.BOT, is_bot=True)
    account.set_unusable_password()
    account.save(force_insert=True)
    fact = ServiceAccountCreated(tenant_id(actor.tenant), account.id, {"name": name})
    publish(fact, by=actor)
    return account


def _created(app: OAuthApp) -> OAuthAppCreated:
    return OAuthAppCreated(
        app_id=app.id,
        kind=app.kind,
        grants=tuple(app.grants),
        scopes=tuple(app.scopes),
        redirect_uris=tuple(app.redirect_uris),
        account_id=app.account_id,
        after={"name": app.name},
    )


def _clean_grants(grants: Sequence[str], kind: str) -> list[str]:
    if not grants or set(grants) - set(GrantType.values):
        known = ", ".join(GrantType.values)
        raise Invalid.field("grants", _("Name at least one of %(known)s.") % {"known": known})
    if GrantType.CLIENT_CREDENTIALS in grants and kind != Kind.CONFIDENTIAL:
        raise Invalid.field("grants", _("Only a confidential app can act by itself."))
    if GrantType.REFRESH_TOKEN in grants and GrantType.AUTHORIZATION_CODE not in grants:
        raise Invalid.field(
            "grants", _("refresh_token goes with authorization_code: people allow both at once.")
        )
    return sorted(set(grants))


def _clean(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _CLEAN[name](value) for name, value in values.items()}


def _clean_uris(uris: Sequence[str]) -> list[str]:
    if len(uris) > MOST_URIS:
        raise Invalid.field("redirect_uris", _("Name at most 20 addresses."))
    return list(dict.fromkeys(clean_redirect_uri(uri) for uri in uris))


def _clean_scopes(scopes: Sequence[str]) -> list[str]:
    if not scopes or set(scopes) - SCOPES:
        known = ", ".join(sorted(SCOPES))
        raise Invalid.field("scopes", _("Known scopes are %(known)s.") % {"known": known})
    return sorted(set(scopes))


_CLEAN = {
    "name": lambda name: clean_name(name, longest=120),
    "redirect_uris": _clean_uris,
    "scopes": _clean_scopes,
    "networks": clean_networks,
}


def _check_uris(app: OAuthApp) -> None:
    if GrantType.AUTHORIZATION_CODE in app.grants and not app.redirect_uris:
        raise Invalid.field("redirect_uris", _("Name the address that people are sent back to."))


def _in_words(name: str, value: Any) -> str:
    """A field's value for the journal."""
    return value if name == "name" else " ".join(map(str, value or ()))
