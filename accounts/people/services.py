"""Add people to an organisation and look after their accounts."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.people import access, avatars
from accounts.people.events import PreferencesChanged, UserDeactivated, UserJoined, UserUpdated
from accounts.people.models import User
from accounts.people.preferences import clean_preferences
from accounts.sessions.services import revoke_sessions_of
from accounts.signin.events import PasswordChanged
from accounts.tokens.services import revoke_tokens_of
from core.actor import Actor, Role
from core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from core.permissions import GUESTS
from core.text import clean_name, masked
from events.journal import hold, publish
from tenants.hooks import NewOwner
from tenants.selectors import tenant_id
from tenants.signup import clean_email, clean_password


def create_user(
    actor: Actor,
    *,
    email: str | None,
    name: str,
    role: str = Role.MEMBER,
    password: str | None = None,
    user_id: UUID | None = None,
    way: str = "added",
    invitation_id: UUID | None = None,
) -> User:
    """Add a person. Without a password they cannot sign in by one, without an e-mail not at all.

    `way` tells by which way they come in: see `UserJoined`.

    Errors  Forbidden for a role above the actor's; Invalid, naming the field; Conflict for an
            e-mail address that somebody here has already.
    """
    new = check_new(actor, email=email, name=name, role=role, password=password)
    user = User(password=make_password(password), **new)
    if user_id is not None:
        user.id = user_id
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            note_joined(actor, user_id=user.id, way=way, invitation_id=invitation_id)
    except IntegrityError as taken:
        raise _taken() from taken
    return user


def note_joined(
    actor: Actor, *, user_id: UUID, way: str, invitation_id: UUID | None = None
) -> None:
    """Tell that a person is one of the organisation now; the caller has stored them."""
    publish(UserJoined(tenant_id(actor.tenant), user_id, way, invitation_id), by=actor)


def check_new(
    actor: Actor, *, email: str | None, name: str, role: str, password: str | None
) -> dict[str, Any]:
    """A new person's particulars as they may be stored; refuses like `create_user`."""
    chosen = clean_role(actor, role)
    email = clean_email(email) if email else None
    name = clean_name(name or (email or "").partition("@")[0], longest=120)
    if password is not None:
        clean_password(password, email=email or "", name=name)
    if email and User.objects.filter(email__iexact=email).exists():
        raise _taken()
    return {"email": email, "name": name, "role": chosen}


def make_owner(owner: NewOwner) -> None:
    """Add the person who signed the organisation up."""
    User.objects.create(
        email=owner.email,
        name=owner.name,
        role=Role.OWNER,
        password=owner.password_hash,
        locale=owner.locale,
    )


def note_password_set(actor: Actor, *, user_id: UUID, but: str | None = None) -> None:
    """Tell that somebody set a person's password, and end the person's sessions but this one.

    The caller has seen to it that the actor may.
    """
    publish(PasswordChanged(user_id, is_reset=True), by=actor)
    revoke_sessions_of(actor, user_id=user_id, but=but)


def update_person(actor: Actor, *, user_id: UUID, **changes: Any) -> User:
    """Change a person's `name`, `email`, `title`, `role`, `locale`, `time_zone` or `is_active`.

    Errors  NotFound, Forbidden where the person or the role is out of the actor's reach; Invalid,
            naming the field; Conflict for a taken e-mail address, and where no owner would be left.
    """
    with transaction.atomic():
        # The stream before the rows, as changes of groups do, which write to people's rows, too.
        tenant = tenant_id(actor.tenant)
        hold(tenant)
        person = access.person_to_manage(actor, user_id, lock=True)
        before = {name: getattr(person, name) for name in changes}
        for name, value in check_changes(actor, person, changes).items():
            setattr(person, name, value)
        changed = [name for name, value in before.items() if value != getattr(person, name)]
        if not changed:
            return person
        _save(person, changed)
        if "email" in changed:
            # allauth's list: whoever reads the old address's mail could sign in by it otherwise.
            EmailAddress.objects.filter(user=person).delete()
        publish(_updated(tenant, person, {name: before[name] for name in changed}), by=actor)
        if "is_active" in changed and not person.is_active:
            _shut_out(actor, person)
        was_guest = before.get("role") in GUESTS and person.role not in GUESTS
        if person.is_active and ("is_active" in changed or was_guest):
            note_joined(actor, user_id=person.id, way="changed")
    return person


def change_own(actor: Actor, **changes: Any) -> User:
    """Change one's own `name`, `title`, `locale`, `time_zone` or some `preferences`.

    What others see of a person is told to all; the rest to the person's own devices.

    Errors  Invalid, naming the field; NotFound for whoever is no person here any more.
    """
    unknown = set(changes) - OWN
    if unknown:
        raise Invalid.field(sorted(unknown)[0], _("This cannot be changed here."))
    with transaction.atomic():
        if SEEN_BY_OTHERS & set(changes):
            hold(tenant_id(actor.tenant))
        person = User.objects.select_for_update(no_key=True).filter(id=actor.user_id).first()
        if person is None:
            raise NotFound("user")
        wanted = {name: _CLEAN[name](value) for name, value in changes.items()}
        if "preferences" in wanted:
            wanted["preferences"] = {**person.preferences, **wanted["preferences"]}
        changed = {name for name, value in wanted.items() if value != getattr(person, name)}
        if not changed:
            return person
        seen = {name: getattr(person, name) for name in sorted(changed & SEEN_BY_OTHERS)}
        for name in changed:
            setattr(person, name, wanted[name])
        person.save(update_fields=sorted(changed))
        if seen:
            publish(_updated(tenant_id(actor.tenant), person, seen), by=actor)
        if changed - SEEN_BY_OTHERS:
            publish(PreferencesChanged(person.id), by=actor)
    return person


def note_avatar(actor: Actor, *, user_id: UUID, version: str | None) -> User:
    """Show this picture of a person from now on, or none; the one before is let go of.

    The caller has stored its bytes. Everybody may change their own, others by their right to
    manage people.

    Errors  NotFound, Forbidden where the person is out of the actor's reach.
    """
    with transaction.atomic():
        hold(tenant_id(actor.tenant))
        if user_id == actor.user_id:
            person = User.objects.select_for_update(no_key=True).filter(id=user_id).first()
        else:
            person = access.person_to_manage(actor, user_id, lock=True)
        if person is None:
            raise NotFound("user")
        before = person.avatar
        if before == version:
            return person
        person.avatar = version
        person.save(update_fields=["avatar"])
        publish(_updated(tenant_id(actor.tenant), person, {"avatar": before}), by=actor)
        if before is not None:
            transaction.on_commit(lambda: avatars.forget(user_id, before), robust=True)
    return person


def deactivate(actor: Actor, *, user_id: UUID) -> User:
    """Shut a person out at once: sessions, tokens and open sockets end. Twice is once."""
    return update_person(actor, user_id=user_id, is_active=False)


def check_changes(actor: Actor, person: User, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes as they may be stored; refuses like `update_person`, and stores nothing."""
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise Invalid.field(sorted(unknown)[0], _("This cannot be changed here."))
    checked = {name: _CLEAN[name](value) for name, value in changes.items() if name in _CLEAN}
    checked = {**changes, **checked}
    role = checked.get("role", person.role)
    if role != person.role:
        checked["role"] = clean_role(actor, role)
    if person.id == actor.user_id and (role != person.role or not checked.get("is_active", True)):
        raise Forbidden("role", _("Let somebody else change your own role or deactivate you."))
    stops_owning = role != Role.OWNER or not checked.get("is_active", person.is_active)
    if person.role == Role.OWNER and person.is_active and stops_owning:
        _keep_an_owner(person)
    return checked


def clean_role(actor: Actor, role: str) -> Role:
    """Accept a role that the actor may give: owners any, admins any but owner, others none."""
    try:
        chosen = Role(role)
    except ValueError as wrong:
        known = ", ".join(Role)
        raise Invalid.field("role", _("Roles are %(known)s.") % {"known": known}) from wrong
    if chosen not in access.roles_to_give(actor):
        raise Forbidden("role", _("You cannot give a role above your own."))
    return chosen


def _clean_name(value: str) -> str:
    return clean_name(value, longest=120)


def _clean_title(value: str) -> str:
    return clean_name(value, field="title", longest=120) if value.strip() else ""


def _clean_email(value: str | None) -> str | None:
    return clean_email(value) if value else None


def _clean_zone(value: str) -> str:
    if value not in available_timezones():
        raise Invalid.field("time_zone", _("Give a time zone such as Europe/Berlin."))
    return value


def _clean_locale(value: str) -> str:
    known = dict(settings.LANGUAGES)
    if value in known:
        return value
    raise Invalid.field("locale", _("Choose one of %(known)s.") % {"known": ", ".join(known)})


_CLEAN: dict[str, Callable[[Any], Any]] = {
    "name": _clean_name,
    "title": _clean_title,
    "email": _clean_email,
    "time_zone": _clean_zone,
    "locale": _clean_locale,
    "preferences": clean_preferences,
}
OWN = frozenset({"name", "title", "locale", "time_zone", "preferences"})
"""What people change of themselves."""
SEEN_BY_OTHERS = frozenset({"name", "title"})
_KEPT_OUT = frozenset({"name", "title", "email", "avatar"})
"""What says who somebody is stays in their row, where it can be erased."""
CHANGEABLE = frozenset(_CLEAN) - {"preferences"} | {"role", "is_active"}
"""What `update_person` changes."""


def _keep_an_owner(person: User) -> None:
    # Locked since the person was fetched: two owners deactivating each other leave one.
    owners = User.objects.filter(role=Role.OWNER, is_active=True)
    if {owner.id for owner in owners} <= {person.id}:
        raise Conflict(
            "role", _("An organisation needs an owner: make somebody else an owner first.")
        )


def _save(person: User, changed: list[str]) -> None:
    try:
        with transaction.atomic():
            person.save(update_fields=changed)
    except IntegrityError as taken:
        raise _taken() from taken


def _updated(tenant: UUID, person: User, before: Mapping[str, Any]) -> UserUpdated:
    """The fact, with what of it the journal may hold."""
    return UserUpdated(
        tenant,
        person.id,
        before={name: _told(person, name, value) for name, value in before.items()},
        after={name: _told(person, name, getattr(person, name)) for name in before},
    )


def _told(person: User, name: str, value: Any) -> str | bool:
    # What a program is called is a setting, and nobody whom it tells of.
    if name in _KEPT_OUT and not (person.is_bot and name in SEEN_BY_OTHERS):
        return masked(value)
    return value if isinstance(value, bool) else str(value)


def _shut_out(actor: Actor, person: User) -> None:
    revoke_sessions_of(actor, user_id=person.id)
    revoke_tokens_of(actor, user_id=person.id)
    publish(UserDeactivated(person.id), by=actor)


def _taken() -> Conflict:
    words = _("Somebody here already has this e-mail address.")
    return Conflict("email", words, code="taken", errors=[FieldError("email", words)])
