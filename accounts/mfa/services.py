"""Take second factors away from people who lost them, and end the sessions of who never set one."""

from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from accounts.mfa.access import forget_factor
from accounts.mfa.events import SecondFactorReset
from accounts.mfa.models import FACTORS, SecondFactorPolicy
from accounts.people import access
from accounts.people.models import User
from accounts.policies.selectors import current
from accounts.sessions.models import Session
from accounts.sessions.services import end_session, revoke_sessions_of
from core.actor import Actor, system_actor
from events.journal import publish
from tenants.context import current_tenant


def reset_second_factor(actor: Actor, *, user_id: UUID) -> int:
    """Take all of a person's factors away and sign them out; returns how many there were.

    Errors  NotFound, Forbidden where the person is not the actor's to change.
    """
    with transaction.atomic():
        person = access.person_to_manage(actor, user_id, lock=True)
        count, _rows = Authenticator.objects.filter(user=person).delete()
        if count:
            publish(SecondFactorReset(person.id, count), by=actor)
            revoke_sessions_of(actor, user_id=person.id)
    forget_factor(user_id)
    return count


def end_sessions_of_laggards() -> int:
    """End sessions that began before their person's time to set a factor up was over.

    With them end their sockets. Who signs in again is led to set one up. For the clock.
    """
    policy, now, ended = current(SecondFactorPolicy), timezone.now(), 0
    if not policy.roles:
        return 0
    people = User.objects.filter(is_active=True, role__in=policy.roles).exclude(
        authenticator__type__in=FACTORS
    )
    for person in people.iterator(chunk_size=500):
        due_at = policy.due_at(person)
        if due_at is None or due_at > now:
            continue
        for session in Session.objects.filter(user_id=person.id, created_at__lt=due_at):
            end_session(system_actor(current_tenant()), session)
            ended += 1
    return ended
