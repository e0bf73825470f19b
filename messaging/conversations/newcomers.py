"""Nobody comes into an empty room: what a new organisation begins with, and who joins later."""

from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, pgettext

from accounts.actors import actor_for
from accounts.people.models import User
from accounts.policies import services as policies
from accounts.policies.selectors import stored
from core.actor import system_actor
from core.permissions import GUESTS, Role
from events.journal import hold
from events.models import Entry
from events.registry import type_of_class
from messaging.conversations import services
from messaging.conversations.defaults import open_channels
from messaging.conversations.events import RemovedFromConversation
from messaging.conversations.models import Conversation, Kind
from messaging.conversations.policy import ChannelPolicy
from tenants.context import current_tenant
from tenants.hooks import NewOwner, furnishes


@furnishes
def begin(owner: NewOwner) -> None:
    """Make the channel in which everybody is, in the language in which they signed up."""
    actor = actor_for(User.objects.get(email__iexact=owner.email))
    with translation.override(owner.locale or settings.LANGUAGE_CODE):
        name = pgettext("name of the channel for everybody", "general")
        topic = gettext("For everybody")
        purpose = gettext("News and questions that concern all of us. Everybody who joins is here.")
    general, _is_new = services.create_conversation(
        actor, kind=Kind.PUBLIC, name=name, member_ids=[], topic=topic, purpose=purpose
    )
    policies.change(actor, ChannelPolicy, default_channels=[general.id])


def settle_in(user_id: UUID) -> None:
    """Make somebody who joined a member of the channels that everybody is put into.

    Guests, bots and whoever is shut out come into none. A channel that the person has left, or was
    taken out of, they do not come into again.
    """
    person = User.objects.filter(id=user_id, is_active=True, is_bot=False).first()
    if person is None or person.role in GUESTS | {Role.BOT}:
        return
    named = set(stored(ChannelPolicy).default_channels) - _left_by(user_id)
    # All of them before anybody's own stream is written to: others lock in this order, too.
    for channel in open_channels(named):
        hold(channel.id)
    channels: list[Conversation] = open_channels(named)
    services.admit_newcomer(system_actor(current_tenant()), conversations=channels, user_id=user_id)


def _left_by(user_id: UUID) -> set[UUID]:
    left = Entry.objects.filter(stream_id=user_id, type=type_of_class(RemovedFromConversation).name)
    return {UUID(id_) for id_ in left.values_list("data__conversation_id", flat=True)}
