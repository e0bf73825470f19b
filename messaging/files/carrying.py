"""Files go along with the message that they belong to, and with it who may open them."""

from messaging.files.models import File
from messaging.messages.carrying import Journey, carries


@carries
def carry_files(journey: Journey) -> None:
    """They are listed where their messages stand."""
    rows = File.objects.filter(message_id__in=journey.message_ids)
    rows.update(conversation_id=journey.to_id)
