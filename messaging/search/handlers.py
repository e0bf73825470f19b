"""What the search does because of an event."""

from accounts.policies import rows
from accounts.policies.events import PolicyChanged
from events.handlers import on
from messaging.search.models import SearchPolicy
from messaging.search.tasks import reindex


@on(PolicyChanged, when=lambda fact: fact.policy == rows.name_of(SearchPolicy))
def follow_languages(fact: PolicyChanged) -> None:
    """Index anew what was indexed in other languages."""
    reindex.delay()
