"""Makes members of those who came into a group that was granted a conversation."""

from accounts.groups.events import GroupMembersAdded
from accounts.groups.selectors import groups_above, people_in
from events.handlers import on
from messaging.grants import services
from messaging.grants.events import GrantGiven
from messaging.grants.selectors import conversations_granted_to


@on(GroupMembersAdded)
def admit_newcomers(fact: GroupMembersAdded) -> None:
    """They see the conversations already; as members they are told what is said there."""
    conversations = conversations_granted_to(groups_above([fact.group_id]))
    if not conversations:
        return
    people = set(fact.user_ids) | people_in(fact.child_ids)
    for conversation_id in conversations:
        services.admit(conversation_id=conversation_id, user_ids=people)


@on(GrantGiven)
def admit_granted(fact: GrantGiven) -> None:
    """Everybody whom a new grant reaches."""
    people = people_in([fact.group_id]) if fact.group_id else {fact.user_id} if fact.user_id else ()
    services.admit(conversation_id=fact.conversation_id, user_ids=set(people))
