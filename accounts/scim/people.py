"""People by SCIM: made, changed, deactivated and removed as the identity provider says.

The attributes that it sends never become rights: a role comes from the token's mapping alone, and
owners keep their address and stay active whatever is sent.
"""

from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize
from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.groups.services import leave_all_groups
from accounts.people.models import User
from accounts.people.services import note_joined, update_person
from accounts.scim.documents import core_of_person, scim_of
from accounts.scim.errors import ScimError, invalid_value
from accounts.scim.events import DirectorySynced
from accounts.scim.models import ScimPerson
from accounts.scim.patching import Operation, patched
from accounts.scim.schema import cleaned
from core.actor import Actor
from core.errors import Refusal
from core.permissions import ROLE_PERMISSIONS, Role, known_permissions
from core.text import repaired_name
from events.journal import publish
from tenants.selectors import tenant_id
from tenants.signup import clean_email

MOST_BYTES = 64 * 1024
_OWN = frozenset({"userName", "externalId", "password"})


@dataclass(frozen=True)
class Directory:
    """Who synchronises: the acting service account, and what its token says of roles.

    `voucher` has the rights of whoever made the token.
    """

    actor: Actor
    voucher: Actor
    token_id: UUID
    new_role: Role = Role.MEMBER
    role_map: dict[str, str] = field(default_factory=dict)


def create(directory: Directory, sent: Any) -> User:
    """Add a person, or take back one whom the directory had removed.

    Errors  ScimError: 409 for a userName or address that somebody here has, 400 naming what is
            wrong.
    """
    wanted = cleaned("User", sent)
    user_name = _user_name(wanted)
    with transaction.atomic():
        known = ScimPerson.objects.filter(user_name__iexact=user_name).first()
        if known is not None and known.deleted_at is None:
            raise ScimError(409, "Somebody here has this userName already.", "uniqueness")
        if known is not None:
            user = _locked(known.user_id, removed=True)
            wanted.setdefault("active", True)
            _store(directory, user, wanted, act="restored")
            return user
        _check_free(user_name)
        return _added(directory, user_name, wanted)


def replace(directory: Directory, user: User, sent: Any) -> None:
    """Make a person what was sent; what is left out is gone.

    An account is not activated by leaving `active` out.
    """
    wanted = cleaned("User", sent)
    _user_name(wanted)
    _store(directory, user, wanted, act="changed")


def patch(directory: Directory, user: User, operations: list[Operation]) -> None:
    """Apply operations to a person, all or none."""
    before = core_of_person(user, scim_of(user))
    wanted = patched("User", before, operations)
    if "active" in before and "active" not in wanted:
        # Taken back, not left out: nothing is said of it then, and the account stays as it is.
        wanted["active"] = None
    _store(directory, user, wanted, act="changed")


def remove(directory: Directory, user: User) -> None:
    """Shut a person out for good and forget them here; what they wrote stays theirs.

    Errors  ScimError: 403 for an owner.
    """
    before = _state(user)
    _check_owner(user, {"is_active": False})
    if user.is_active:
        _update(directory, user, {"is_active": False})
    leave_all_groups(directory.actor, user_id=user.id)
    synced = scim_of(user)
    if synced is None:
        synced = ScimPerson(user=user, user_name=user.email or str(user.id))
    synced.deleted_at = synced.modified_at = timezone.now()
    synced.save()
    _tell(directory, user, "removed", (), before)


def locked_person(id_: str) -> User:
    """The person with this id, locked; 404 where the directory knows of none."""
    try:
        user = _locked(UUID(id_), removed=False)
    except ValueError:
        user = None
    if user is None:
        raise ScimError(404, "There is no such person.")
    return user


def _locked(id_: UUID, *, removed: bool) -> Any:
    user = User.objects.select_for_update(no_key=True).filter(id=id_, is_bot=False).first()
    synced = scim_of(user) if user is not None else None
    is_removed = synced is not None and synced.deleted_at is not None
    return user if is_removed == removed else None


def _added(directory: Directory, user_name: str, wanted: dict[str, Any]) -> User:
    role = _mapped_role(directory, wanted) or directory.new_role
    account = _account(wanted)
    user = User(role=role, **account)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            ScimPerson.objects.create(
                user=user,
                user_name=user_name,
                external_id=wanted.get("externalId"),
                attributes=_kept(wanted),
            )
    except IntegrityError as taken:
        what = "userName" if "scimperson" in str(taken) else "e-mail address"
        raise ScimError(409, f"Somebody here has this {what} already.", "uniqueness") from taken
    note_joined(directory.actor, user_id=user.id, way="directory")
    _tell(directory, user, "added", tuple(sorted(wanted)), {})
    return user


def _store(directory: Directory, user: User, wanted: dict[str, Any], *, act: str) -> None:
    user_name = _user_name(wanted)
    synced = scim_of(user)
    before, state = core_of_person(user, synced), _state(user)
    if user_name.lower() != before["userName"].lower():
        _check_free(user_name)
    account = _account(wanted, user)
    role = _mapped_role(directory, wanted)
    if role is not None and user.role != Role.OWNER:
        account["role"] = role
    _check_owner(user, account)
    _check_reach(directory, user, account)
    _update(directory, user, account)
    if synced is None:
        synced = ScimPerson(user=user)
    synced.user_name, synced.external_id = user_name, wanted.get("externalId")
    synced.attributes, synced.deleted_at = _kept(wanted), None
    if synced.attributes.get("active") is not None:
        synced.attributes["active"] = user.is_active
    synced.modified_at = timezone.now()
    try:
        with transaction.atomic():
            synced.save()
    except IntegrityError as taken:
        raise ScimError(409, "Somebody here has this userName already.", "uniqueness") from taken
    user.scim = synced  # type: ignore[attr-defined]
    after = core_of_person(user, synced)
    names = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    if names or act != "changed":
        _tell(directory, user, act, tuple(sorted(names)), state)


def _update(directory: Directory, user: User, account: dict[str, Any]) -> None:
    changes = {name: value for name, value in account.items() if getattr(user, name) != value}
    if changes:
        changed = update_person(directory.actor, user_id=user.id, **changes)
        for name in changes:
            setattr(user, name, getattr(changed, name))


def _check_owner(user: User, account: dict[str, Any]) -> None:
    """An owner can always come in, whatever happens at the identity provider."""
    if user.role != Role.OWNER:
        return
    if account.get("email", user.email) != user.email or not account.get("is_active", True):
        words = "An owner's address and account are changed by another owner, not by the directory."
        raise ScimError(403, words)


def _check_reach(directory: Directory, user: User, account: dict[str, Any]) -> None:
    """Who may set a directory up would else be anybody: by an address comes a new password."""
    allowed = ROLE_PERMISSIONS[Role(user.role)] | known_permissions(user.granted or ())
    if account.get("email", user.email) != user.email and not (
        allowed <= directory.voucher.permissions
    ):
        raise ScimError(
            403,
            "This person may do more than whoever made the token: their address is not changed by"
            " it. Let an owner make the token for directory sync.",
        )


def _account(wanted: dict[str, Any], user: User | None = None) -> dict[str, Any]:
    """What the account takes from the attributes; what is missing stays as it is."""
    account: dict[str, Any] = {
        "name": _name(wanted),
        "email": _email(wanted),
        "title": repaired_name(wanted.get("title", ""), longest=120),
    }
    if user is None or wanted.get("active") is not None:
        account["is_active"] = wanted.get("active", True)
    if (zone := wanted.get("timezone")) in available_timezones():
        account["time_zone"] = zone
    if language := _language(wanted):
        account["locale"] = language
    return account


def _user_name(wanted: dict[str, Any]) -> str:
    # Composed, so that two ways to write the same letters are one name.
    user_name = normalize("NFC", str(wanted.get("userName", ""))).strip()
    if not user_name or len(user_name) > 255:
        raise invalid_value("userName is needed, with at most 255 characters.")
    return user_name


def _check_free(user_name: str) -> None:
    """Whom the directory has not synchronised yet goes by their address: that is taken, too."""
    if User.objects.filter(email__iexact=user_name, is_bot=False, scim=None).exists():
        raise ScimError(409, "Somebody here has this userName already.", "uniqueness")


def _name(wanted: dict[str, Any]) -> str:
    name = wanted.get("name", {})
    parts = " ".join(filter(None, (name.get("givenName"), name.get("familyName"))))
    for one in (wanted.get("displayName"), name.get("formatted"), parts, wanted["userName"]):
        if one and (shown := repaired_name(one, longest=120)):
            return shown
    raise invalid_value("displayName or userName must show something.")


def _email(wanted: dict[str, Any]) -> str | None:
    """The primary address, else the one for work, else the first, else the userName."""
    emails = [one for one in wanted.get("emails", []) if one.get("value")]
    ranked = sorted(emails, key=lambda e: (not e.get("primary"), e.get("type") != "work"))
    try:
        if ranked:
            return clean_email(ranked[0]["value"], field="emails.value")
        return clean_email(wanted["userName"]) if "@" in wanted["userName"] else None
    except Refusal as refusal:
        raise invalid_value(f"emails.value: {refusal.detail or refusal.title}") from refusal


def _language(wanted: dict[str, Any]) -> str | None:
    spoken = {code for code, _name in settings.LANGUAGES}
    for one in (wanted.get("preferredLanguage"), wanted.get("locale")):
        code = str(one or "").replace("_", "-").split(",")[0].lower()
        for known in (code, code.split("-")[0]):
            if known in spoken:
                return known
    return None


def _mapped_role(directory: Directory, wanted: dict[str, Any]) -> Role | None:
    """The role that the token's mapping gives for what was sent; rights come from nowhere else."""
    for one in wanted.get("roles", []):
        mapped = directory.role_map.get(str(one.get("value", "")))
        if mapped in set(Role) and mapped != Role.OWNER:
            return Role(mapped)
    return None


def _kept(wanted: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in wanted.items() if name not in _OWN}
    if len(str(kept)) > MOST_BYTES:
        raise ScimError(413, "A person's attributes are at most 64 kB.")
    return kept


def _state(user: User) -> dict[str, str | bool]:
    return {"active": user.is_active, "role": str(user.role)}


def _tell(
    directory: Directory,
    user: User,
    act: str,
    changed: tuple[str, ...],
    before: dict[str, str | bool],
) -> None:
    fact = DirectorySynced(
        tenant_id(directory.actor.tenant), user.id, act, changed, before, _state(user)
    )
    publish(fact, by=directory.actor)
