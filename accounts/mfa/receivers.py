"""Writes down what allauth tells of second factors by signals only."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.dispatch import receiver

from accounts.actors import actor_for
from accounts.mfa.access import forget_factor
from accounts.mfa.events import SecondFactorAdded, SecondFactorRemoved
from accounts.people.models import User
from events.journal import publish


@receiver(authenticator_added)
def note_added(user: User, authenticator: Authenticator, **_: Any) -> None:
    """A person has one more."""
    forget_factor(user.id)
    publish(SecondFactorAdded(user.id, str(authenticator.type)), by=actor_for(user))


@receiver(authenticator_removed)
def note_removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    """A person has one less."""
    forget_factor(user.id)
    publish(SecondFactorRemoved(user.id, str(authenticator.type)), by=actor_for(user))
