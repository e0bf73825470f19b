"""What happens with identity providers is for the journal: no browser is told."""

from collections.abc import Sequence
from typing import Any

from accounts.sso import events
from events.render import renders


@renders(
    events.IdentityProviderCreated,
    events.IdentityProviderChanged,
    events.IdentityProviderDeleted,
    events.ProviderMetadataFailed,
    events.ProviderKeyMade,
    events.ProviderKeyRetired,
    events.SsoRefused,
    events.SsoSignedIn,
    events.SsoLinked,
    events.SsoSignedOut,
)
def for_the_journal(facts: Sequence[Any], rows: Sequence[Any]) -> list[None]:
    """Nothing: nobody listens to a provider's stream, and nobody should read it as it passes."""
    return [None] * len(facts)
