"""What would take a browser minutes, done in the running product's own database, in Django.

python -m tests.e2e.backstage fill CONVERSATION MANY     a history of so many messages
python -m tests.e2e.backstage crowd CONVERSATION MANY    so many people more in a channel
python -m tests.e2e.backstage turmoil CONVERSATION...    1,500 events in these, live as ever
python -m tests.e2e.backstage page URL TITLE             what a page says of itself, as if fetched
"""

import os
import sys
from datetime import timedelta
from uuid import UUID

import django

TENANT = "acme"
EVENTS = 1_500


def fill(conversation_id: UUID, many: int) -> None:
    """Messages of very different lengths from half a year ago until a moment ago."""
    from django.db import connection
    from django.utils import timezone

    from events.models import Stream
    from messaging.conversations.models import Membership
    from messaging.messages.models import Message
    from tests.bench.vast import fill as write

    members = Membership.objects.filter(conversation_id=conversation_id)
    Message.objects.filter(conversation_id=conversation_id).delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_entry WHERE stream_id = %s", [conversation_id])
    Stream.objects.filter(id=conversation_id).update(last_seq=0)
    began, apart_s = timezone.now() - timedelta(days=180), 179 * 86_400 / many
    people = list(members.values_list("user_id", flat=True))
    write(
        *(conversation_id, people, many),
        began=began.isoformat(),
        apart_s=apart_s,
        length=3,
        varied=63,
    )
    members.update(read_seq=many, delivered_seq=many)


def crowd(conversation_id: UUID, many: int) -> None:
    """People without a password."""
    from accounts.people.models import User
    from messaging.conversations.models import Membership

    people = [
        User(name=f"Crowd {n:05}", email=f"crowd{n}@{TENANT}.example", password="!")
        for n in range(many)
    ]
    User.objects.bulk_create(people, batch_size=2_000)
    Membership.objects.bulk_create(
        [Membership(conversation_id=conversation_id, user=user) for user in people],
        batch_size=2_000,
    )


def page(url: str, title: str) -> None:
    """A page that messages with its address show a preview of."""
    from messaging.previews.links import hash_of
    from messaging.previews.models import LinkPreview

    words = {"title": title, "description": "It goes on. " * 20, "site": "News"}
    LinkPreview.objects.create(url=url, url_hash=hash_of(url), **words)


def person(key: str, password: str) -> None:
    """Somebody of acme who is in no other journey."""
    from accounts.people.models import User

    user = User(name=key.title(), email=f"{key}@{TENANT}.example")
    user.set_password(password)
    user.save()


def turmoil(conversation_ids: list[UUID]) -> None:
    """Bo writes, edits, deletes, reacts, replies and renames, as the API would have him."""
    from accounts.people.models import User
    from core.actor import Actor, Role
    from core.ids import new_id
    from messaging.conversations.services import update_conversation
    from messaging.messages import services as messages
    from messaging.reactions.services import add_reaction, remove_reaction

    bo = User.objects.get(email=f"bo@{TENANT}.example")
    actor = Actor(tenant=TENANT, user_id=bo.id, role=Role.MEMBER)
    said: dict[UUID, list[UUID]] = {id_: [] for id_ in conversation_ids}
    for number in range(EVENTS):
        # The first gets most: more than the journal is read back for one client.
        place = conversation_ids[0 if number % 10 else number // 10 % len(conversation_ids)]
        known = said[place]
        act = number % 7 if len(known) > 3 else 0
        if act == 1:
            messages.edit_message(actor, message_id=known[-2], text=f"edited {number}")
        elif act == 2:
            messages.delete_message(actor, message_id=known.pop(-3))
        elif act == 3:
            add_reaction(actor, message_id=known[-1], emoji="\U0001f389")
        elif act == 4 and number % 2:
            remove_reaction(actor, message_id=known[-1], emoji="\U0001f389")
        elif act == 5 and number % 50 == 5:
            update_conversation(actor, conversation_id=place, topic=f"topic {number}")
        else:
            thread_id = known[-1] if act == 6 and number % 3 == 0 else None
            posted = messages.post_message(
                actor,
                conversation_id=place,
                text=f"while away {number}",
                key=new_id(),
                thread_id=thread_id,
            )
            if thread_id is None:
                known.append(posted.message.id)


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from tenants.context import in_tenant

    verb, *given = arguments
    with in_tenant(TENANT):
        if verb == "turmoil":
            turmoil([UUID(id_) for id_ in given])
        elif verb in ("page", "person"):
            {"page": page, "person": person}[verb](*given)
        else:
            {"fill": fill, "crowd": crowd}[verb](UUID(given[0]), int(given[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
