"""Reads the person who signs an organisation up; their password is hashed at once."""

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from core.errors import FieldError, Invalid
from core.text import clean_name
from tenants.hooks import NewOwner


def clean_email(value: str, *, field: str = "email") -> str:
    """Accept an e-mail address as it was written, without the spaces around it."""
    email = value.strip()
    try:
        validate_email(email)
    except ValidationError as wrong:
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


def new_owner(*, email: str, name: str, password: str) -> NewOwner:
    """Check an owner's particulars and hash the password; a missing name comes from the address.

    Errors  Invalid, naming the field.
    """
    email = clean_email(email)
    name = clean_name(name or email.partition("@")[0], longest=120)
    clean_password(password, email=email, name=name)
    return NewOwner(email=email, name=name, password_hash=make_password(password))
