"""Who lacks the second factor that their organisation requires."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.mfa.models import FACTORS, SecondFactorPolicy
from accounts.people.models import User
from accounts.policies.selectors import current
from core.errors import Forbidden

_KNOWN_S = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a second factor is required of a person, since when for good, and whether it is."""

    has_factor: bool
    due_at: datetime | None

    @property
    def is_required(self) -> bool:
        return self.due_at is not None

    @property
    def is_due(self) -> bool:
        """Say whether the person may do nothing any more but set one up."""
        return not self.has_factor and self.due_at is not None and self.due_at <= timezone.now()


def standing(person: User) -> Standing:
    """Where a person stands, from the database."""
    return Standing(has_factor(person.id), current(SecondFactorPolicy).due_at(person))


def due_without(person: User) -> datetime | None:
    """When the person is going to be refused, should they set up no second factor until then.

    None where nothing is required of them or they have one, and after that moment.
    """
    policy = current(SecondFactorPolicy)
    due_at = policy.due_at(person) if policy.roles else None
    if due_at is None or due_at <= timezone.now() or has_factor(person.id):
        return None
    return due_at


def lacks_factor(person: User) -> bool:
    """Say whether the person is to be refused for want of a second factor.

    Costs nothing where none is required, and next to nothing for those who have one.
    """
    policy = current(SecondFactorPolicy)
    if not policy.roles:
        return False
    due_at = policy.due_at(person)
    if due_at is None or due_at > timezone.now():
        return False
    key = f"has-factor:{person.id}"
    if cache.get(key):
        return False
    if has_factor(person.id):
        cache.set(key, True, _KNOWN_S)
        return False
    return True


def forget_factor(user_id: UUID) -> None:
    """Look again: a person's factors have changed."""
    cache.delete(f"has-factor:{user_id}")


def has_factor(user_id: UUID) -> bool:
    """Say whether a person has set a second factor up."""
    return Authenticator.objects.filter(user_id=user_id, type__in=FACTORS).exists()


def check_factor(person: User) -> None:
    """Refuse whoever lacks the second factor that is required of them.

    Errors  Forbidden (`mfa_required`).
    """
    if lacks_factor(person):
        words = _("Your organisation requires a second factor. Set it up in your account.")
        raise Forbidden("mfa", words, code="mfa_required")
