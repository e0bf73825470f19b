"""Places that most tests of messaging need."""

import pytest

from messaging.conversations.models import Conversation
from messaging.messages.models import Message
from tests.cast import Cast
from tests.messaging.places import make_channel, make_message


@pytest.fixture
def general(cast: Cast) -> Conversation:
    """Acme's public channel: Ana made it, Bo is in it, Cy and Eve are not."""
    return make_channel(cast.ana, cast.bo, name="general")


@pytest.fixture
def leadership(cast: Cast) -> Conversation:
    """Acme's private channel of Ana, who owns it, and Bo."""
    return make_channel(cast.ana, cast.bo, name="leadership", kind="private")


@pytest.fixture
def hello(cast: Cast, general: Conversation) -> Message:
    """What Bo said in general."""
    return make_message(general, cast.bo, "Hello")
