"""What happens with apps is for the journal: no browser is told."""

from collections.abc import Sequence
from typing import Any

from accounts.oauth import events
from events.render import renders


@renders(
    events.OAuthAppCreated,
    events.OAuthAppChanged,
    events.OAuthSecretMade,
    events.OAuthSecretEnded,
    events.OAuthAppRevoked,
    events.OAuthAppAllowed,
    events.OAuthAppDisallowed,
    events.OAuthTokenIssued,
    events.OAuthGrantEnded,
    events.OAuthAppRefused,
)
def for_the_journal(facts: Sequence[Any], rows: Sequence[Any]) -> list[None]:
    """Nothing: nobody listens to an app's stream, and nobody should read it as it passes."""
    return [None] * len(facts)
