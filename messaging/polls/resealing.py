"""Anonymous votes after the installation's key was replaced: it hides whose they are."""

from django.db import transaction

from accounts.people.models import User
from core.sealed import Resealed, reseals, secret_keys
from events.journal import hold
from messaging.polls.models import Poll, PollVote
from messaging.polls.selectors import hidden_id


@reseals("anonymous polls")
def hide_voters_anew() -> Resealed:
    """Without it a person could vote again, once the old key is gone."""
    done = 0
    people = list(User.objects.values_list("id", flat=True))
    for poll in Poll.objects.filter(is_anonymous=True).order_by("pk"):
        with transaction.atomic():
            hold(poll.conversation_id)
            votes = PollVote.objects.filter(message_id=poll.message_id)
            given = set(votes.values_list("voter_id", flat=True))
            for person_id in people if given else ():
                now, *before = (hidden_id(poll, person_id, key) for key in secret_keys())
                done += votes.filter(voter_id__in=given.intersection(before)).update(voter_id=now)
    return Resealed(done=done)
