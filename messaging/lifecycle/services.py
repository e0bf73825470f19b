"""What becomes of channels that nobody writes in: they are told, then archived."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.policies.selectors import current
from core.actor import system_actor
from events.journal import hold
from messaging.conversations.idle import idle_channels
from messaging.conversations.models import Conversation
from messaging.conversations.policy import ChannelPolicy
from messaging.conversations.services import archive_idle
from messaging.messages.system import Line, tell
from tenants.context import current_tenant


def see_to_idle_channels() -> None:
    """Warn what is idle, archive what was warned long enough ago, forget warnings that are past.

    Each channel is done for itself: what is left when this stops is done the next time.
    """
    policy = current(ChannelPolicy)
    idle = [] if policy.idle_days is None else idle_channels(policy.idle_days)
    warned = Conversation.objects.exclude(idle_warned_at=None)
    warned.exclude(id__in=idle).update(idle_warned_at=None)
    for conversation_id in idle:
        _see_to(conversation_id, policy)


def _see_to(conversation_id: UUID, policy: ChannelPolicy) -> None:
    actor = system_actor(current_tenant())
    with transaction.atomic():
        hold(conversation_id)
        # Looked at again under the lock: somebody may be writing at this moment.
        if not idle_channels(policy.idle_days or 0, only=conversation_id):
            return
        channel = Conversation.objects.get(id=conversation_id)
        notice, now = timedelta(days=policy.warn_days), timezone.now()
        if channel.idle_warned_at is None:
            Conversation.objects.filter(id=conversation_id).update(idle_warned_at=now)
            tell(actor, conversation_id, Line.IDLE, timezone.localdate(now + notice).isoformat())
        elif channel.idle_warned_at + notice <= now:
            archive_idle(actor, conversation_id=conversation_id)
