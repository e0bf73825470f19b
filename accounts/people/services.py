"""Add people to an organisation and look after their accounts."""

from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from core.actor import Actor, Role
from core.errors import Conflict, FieldError, Forbidden, Invalid
from core.text import clean_name
from tenants.hooks import NewOwner
from tenants.signup import clean_email, clean_password


def create_user(
    actor: Actor,
    *,
    email: str | None,
    name: str,
    role: str = Role.MEMBER,
    password: str | None = None,
    user_id: UUID | None = None,
) -> User:
    """Add a person. Without a password they cannot sign in by one, without an e-mail not at all.

    Errors  Forbidden for a role above the actor's; Invalid, naming the field; Conflict for an
            e-mail address that somebody here has already.
    """
    chosen = clean_role(actor, role)
    email = clean_email(email) if email else None
    name = clean_name(name or (email or "").partition("@")[0], longest=120)
    if password is not None:
        clean_password(password, email=email or "", name=name)
    user = User(email=email, name=name, role=chosen, password=make_password(password))
    if user_id is not None:
        user.id = user_id
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as taken:
        raise _taken() from taken
    return user


def make_owner(owner: NewOwner) -> None:
    """Add the person who signed the organisation up."""
    User.objects.create(
        email=owner.email, name=owner.name, role=Role.OWNER, password=owner.password_hash
    )


def clean_role(actor: Actor, role: str) -> Role:
    """Accept a role that the actor may give: owners any, admins any but owner, others none."""
    try:
        chosen = Role(role)
    except ValueError as wrong:
        known = ", ".join(Role)
        raise Invalid.field(
            "role", _("Roles are %(known)s.") % {"known": known}
        ) from wrong
    if not actor.is_manager or (chosen is Role.OWNER and actor.role is not Role.OWNER):
        raise Forbidden("role", _("You cannot give a role above your own."))
    return chosen


def _taken() -> Conflict:
    words = _("Somebody here has this e-mail address already.")
    return Conflict("email", words, code="taken", errors=[FieldError("email", words)])
