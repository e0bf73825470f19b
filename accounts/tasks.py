"""Tidying up, once an hour in each tenant."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts.domains.services import check_again
from accounts.idempotency.models import IdempotencyRecord
from accounts.invitations.services import end_overdue_guests
from accounts.mfa.services import end_sessions_of_laggards
from accounts.networks.services import end_sessions_outside
from accounts.oauth.issuing import forget_spent
from accounts.sessions.models import Session
from accounts.sessions.services import end_overdue
from accounts.sso.arrivals import forget_old
from accounts.sso.refreshing import refresh_due
from accounts.sso.sessions import forget_ended
from core.actor import system_actor
from tenants.context import current_tenant

ANSWERS_KEPT = timedelta(hours=24)


@shared_task(name="accounts.tidy")
def tidy() -> None:
    """Forget sessions that have ended, and answers that nobody will ask for again."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    IdempotencyRecord.objects.filter(created_at__lt=now - ANSWERS_KEPT).delete()
    forget_ended()
    forget_old()
    forget_spent()


@shared_task(name="accounts.end_overdue")
def end_overdue_sessions() -> int:
    """End sessions whose time is up by the organisation's policies, and close their sockets."""
    return end_overdue() + end_sessions_of_laggards() + end_sessions_outside()


@shared_task(name="accounts.end_guests")
def end_guests() -> int:
    """Deactivate guests whose time is over, with their sessions, tokens and sockets."""
    return end_overdue_guests()


@shared_task(name="accounts.check_domains")
def check_domains() -> int:
    """Look the records of proved e-mail domains up again; returns how many proofs fell."""
    return check_again(system_actor(current_tenant()))


@shared_task(name="accounts.refresh_metadata")
def refresh_metadata() -> int:
    """Read the metadata of identity providers again, each once a day; returns how many changed."""
    return refresh_due()
