"""The few ways in which Chancery refuses. Services raise them, the edges map them.

`code` is stable and for machines, `detail` is for people and translated, `facts` go to the log.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Words = str | Promise


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that was refused, and what would be accepted."""

    field: str
    message: Words


class Refusal(Exception):
    """Base of all refusals; nothing was changed when one is raised."""

    status = 400
    code = "refused"
    title: Words = _("The request was refused")

    def __init__(
        self,
        about: str = "",
        detail: Words = "",
        *,
        code: str = "",
        errors: Iterable[FieldError] = (),
        retry_after_s: int | None = None,
        **facts: object,
    ) -> None:
        self.about = about
        self.detail = detail
        self.code = code or self.code
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s
        self.facts = facts
        super().__init__(f"{self.code} {about}".strip())

    @classmethod
    def field(cls, name: str, message: Words, *, code: str = "") -> Self:
        """Refuse one field and say what would be accepted."""
        return cls(name, message, code=code, errors=[FieldError(name, message)])


class Invalid(Refusal):
    """A value was given that cannot be accepted."""

    status = 422
    code = "invalid"
    title = _("Some values cannot be accepted")


class Malformed(Refusal):
    """The request could not be read at all."""

    status = 400
    code = "malformed"
    title = _("The request could not be read")


class NotSignedIn(Refusal):
    """Nobody is signed in, or the credential is no longer good."""

    status = 401
    code = "not_signed_in"
    title = _("Sign in to continue")


class Forbidden(Refusal):
    """The thing is visible to the person, the act is not theirs."""

    status = 403
    code = "forbidden"
    title = _("You may not do this")


class NotFound(Refusal):
    """No such thing, or none that the person may know of: the two look the same."""

    status = 404
    code = "not_found"
    title = _("There is no such thing here")


class Conflict(Refusal):
    """The request contradicts what is already there."""

    status = 409
    code = "conflict"
    title = _("This contradicts what is already there")


class TooLarge(Refusal):
    """The body is larger than what is accepted."""

    status = 413
    code = "too_large"
    title = _("The request is too large")


class UnsupportedType(Refusal):
    """The body is of a kind that is not read here."""

    status = 415
    code = "unsupported_type"
    title = _("This kind of content is not accepted here")


class TooMany(Refusal):
    """A limit was reached; `retry_after_s` says when to come back."""

    status = 429
    code = "too_many"
    title = _("Too many requests")


class Unavailable(Refusal):
    """A part that is needed does not answer now."""

    status = 503
    code = "unavailable"
    title = _("Not available at this moment")
