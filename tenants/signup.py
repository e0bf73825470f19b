"""Signing an organisation up: its request is kept, carried out, and can be tried again.

The password is hashed before anything is stored. Provisioning takes a fraction of a second, so it
runs in a thread of the web process: it needs neither Redis nor a worker to be up.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, FieldError, Invalid, NotFound, Refusal
from core.text import clean_name
from tenants import services
from tenants.context import in_public
from tenants.hooks import NewOwner
from tenants.models import Signup, SignupState, Tenant
from tenants.slugs import clean_slug

logger = logging.getLogger("chancery.tenants")

STUCK_AFTER = timedelta(seconds=60)
"""A sign-up that has not moved for this long was interrupted, and can be tried again."""

KEPT = timedelta(days=1)


def clean_email(value: str, *, field: str = "email") -> str:
    """Accept an e-mail address as it was written, without the spaces around it.

    Its domain is kept as the DNS knows it (`xn--…`): letters of other scripts that look like Latin
    ones are seen for what they are. Before the @ only ASCII is accepted, as most mail servers do.
    """
    email = value.strip()
    try:
        validate_email(email)
        local, _at, domain = email.rpartition("@")
        if not email.isascii():
            email = f"{local}@{domain.encode('idna').decode('ascii')}"
            validate_email(email)
    except (ValidationError, UnicodeError) as wrong:
        raise Invalid.field(field, _("Enter a valid e-mail address.")) from wrong
    if len(email) > 254:
        raise Invalid.field(field, _("An e-mail address has at most 254 characters."))
    return email


def clean_password(value: str, *, email: str, name: str, field: str = "password") -> str:
    """Accept a password that the validators accept for this person."""
    try:
        validate_password(value, get_user_model()(email=email, name=name))
    except ValidationError as wrong:
        errors = [FieldError(field, message) for message in wrong.messages]
        raise Invalid(field, " ".join(wrong.messages), code="weak", errors=errors) from wrong
    return value


def new_owner(*, email: str, name: str, password: str, locale: str = "en") -> NewOwner:
    """Check an owner's particulars and hash the password; a missing name comes from the address.

    Errors  Invalid, naming all fields that are wrong: `owner_email`, `owner_name`, `password`,
            `locale`.
    """
    errors: list[FieldError] = []
    _collect(errors, lambda: _clean_locale(locale))
    email = _collect(errors, lambda: clean_email(email, field="owner_email")) or email
    name = name or email.partition("@")[0]
    name = _collect(errors, lambda: clean_name(name, field="owner_name", longest=120)) or name
    _collect(errors, lambda: clean_password(password, email=email, name=name))
    if errors:
        raise Invalid("owner", errors=errors)
    hashed = make_password(password)
    return NewOwner(email=email, name=name, password_hash=hashed, locale=locale)


def request_signup(
    *,
    id_: UUID,
    slug: str,
    name: str,
    owner_name: str,
    owner_email: str,
    password: str,
    locale: str = "en",
) -> Signup:
    """Keep the request for an organisation; asking again with the same id is one request.

    Errors  Invalid, naming all fields that are wrong; Conflict for a slug that is taken.
    """
    errors: list[FieldError] = []
    slug = _collect(errors, lambda: free_slug(slug)) or slug
    name = _collect(errors, lambda: clean_name(name, field="name", longest=120)) or name
    owner = _collect(
        errors,
        lambda: new_owner(email=owner_email, name=owner_name, password=password, locale=locale),
    )
    with in_public():
        before = Signup.objects.filter(id=id_).first()
        if before is not None:
            return before
        if errors or owner is None:
            raise Invalid("signup", errors=errors)
        return Signup.objects.create(
            id=id_,
            slug=slug,
            name=name,
            owner_name=owner.name,
            owner_email=owner.email,
            password_hash=owner.password_hash,
            locale=owner.locale,
        )


def free_slug(value: str) -> str:
    """Accept a slug that an organisation could take at this moment."""
    slug = clean_slug(value)
    with in_public():
        if Tenant.objects.filter(slug=slug).exists():
            raise services.taken()
    return slug


def signup(id_: UUID) -> Signup:
    """A request, with one that was interrupted shown as failed.

    Errors  NotFound.
    """
    with in_public():
        row = Signup.objects.filter(id=id_).first()
        if row is None:
            raise NotFound("signup")
        is_open = row.state in (SignupState.WAITING, SignupState.WORKING)
        if is_open and timezone.now() - row.changed_at > STUCK_AFTER:
            row.state, row.trouble = SignupState.FAILED, str(_("It was interrupted."))
            row.save(update_fields=["state", "trouble"])
    return row


def retry(id_: UUID, *, slug: str) -> Signup:
    """Ask again for an organisation that could not be made, at this or another address.

    Errors  NotFound; Conflict unless it failed; Invalid for the slug.
    """
    slug = free_slug(slug)
    with in_public(), transaction.atomic():
        row = Signup.objects.select_for_update().filter(id=id_).first()
        if row is None:
            raise NotFound("signup")
        if row.state != SignupState.FAILED:
            raise Conflict("signup", _("This organisation is being made, or ready."))
        row.slug, row.state, row.trouble = slug, SignupState.WAITING, ""
        row.changed_at = timezone.now()
        row.save()
    return row


def carry_out(id_: UUID) -> None:
    """Make the organisation that was asked for. Never raises; the request says what came of it."""
    with in_public():
        waiting = Signup.objects.filter(id=id_, state=SignupState.WAITING)
        if not waiting.update(state=SignupState.WORKING, changed_at=timezone.now()):
            return
        row = Signup.objects.get(id=id_)
    owner = NewOwner(
        email=row.owner_email,
        name=row.owner_name,
        password_hash=row.password_hash,
        locale=row.locale,
    )
    try:
        services.create_tenant(slug=row.slug, name=row.name, owner=owner)
    except Refusal as refusal:
        _settle(id_, SignupState.FAILED, str(refusal.detail or refusal.title))
    except Exception:
        logger.exception("sign-up %s of %s failed", id_, row.slug)
        _settle(id_, SignupState.FAILED, str(_("Something went wrong on our side.")))
    else:
        _settle(id_, SignupState.READY, "")


def forget_old_signups() -> int:
    """Remove requests of the past; returns how many."""
    with in_public():
        return Signup.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


def _settle(id_: UUID, state: SignupState, trouble: str) -> None:
    changes: dict[str, object] = {"state": state, "trouble": trouble, "changed_at": timezone.now()}
    if state is SignupState.READY:
        changes["password_hash"] = ""
    with in_public():
        Signup.objects.filter(id=id_).update(**changes)


def _clean_locale(locale: str) -> None:
    known = dict(settings.LANGUAGES)
    if locale not in known:
        words = _("Choose one of %(known)s.") % {"known": ", ".join(known)}
        raise Invalid.field("locale", words)


def _collect[T](errors: list[FieldError], check: Callable[[], T]) -> T | None:
    """Run a check; note what it refuses, so that a form shows all its errors at once."""
    try:
        return check()
    except Refusal as refusal:
        errors.extend(refusal.errors)
        return None
