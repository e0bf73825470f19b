"""Nobody learns anything of what is not theirs, not even that it is there.

Each operation of the API is tried with the ids of a private conversation of Ana and Bo: by nobody,
by Cy, who is in the same organisation, by Eve, who is a guest there, and by Dee from another one.
An id that exists must be answered exactly as one that does not, after the same number of queries.
"""

import io
import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.domains.models import DomainProof
from accounts.groups.services import create_group
from accounts.invitations.models import JoinRequest
from accounts.invitations.services import invite
from accounts.oauth.models import OAuthConnection
from accounts.oauth.services import create_app
from accounts.people.services import note_avatar
from accounts.roles.services import create_role, give_role
from accounts.sessions.models import Session
from accounts.sso.models import IdentityProvider
from accounts.tokens.services import create_token
from core.ids import new_id
from messaging.avatars.services import SIDES, stored_name
from messaging.emoji.models import CustomEmoji
from messaging.files import storage
from messaging.files.models import File, FileVersion
from messaging.files.uploads import begin_upload
from messaging.messages.parts import Part, note_part
from messaging.moving.across import move_to_conversation
from messaging.pins.services import pin_message
from messaging.polls.models import Poll
from messaging.previews.links import hash_of
from messaging.previews.models import LinkPreview
from messaging.reactions.services import add_reaction
from messaging.reviews.models import ReviewItem
from messaging.reviews.services import open_review
from messaging.saved.services import save_message
from messaging.scheduled.services import schedule_message
from messaging.sidebar.services import create_section
from messaging.threads.services import follow_thread
from tenants.context import in_tenant
from tests.cast import Cast
from tests.isolation.walk import Operation, operations, random_ids, with_ids
from tests.messaging.places import make_channel, make_message

REFUSED = {401, 403, 404}
KNOWN_TO_COLLEAGUES = {"emoji_id", "user_id", "group_id", "child_id", "role_id", "assignment_id"}
"""Ids that everybody in the organisation may know, or that no conversation can be told by."""

EMOJI = "%F0%9F%91%8D"


@pytest.fixture
def secret(cast: Cast) -> dict[str, object]:
    """Ids of everything that Ana and Bo have among themselves."""
    room = make_channel(cast.ana, cast.bo, name="room", kind="private")
    message = make_message(room, cast.bo, "between us https://between.example/us")
    make_message(room, cast.ana, "an answer", thread=message)
    with in_tenant("acme"):
        add_reaction(cast.ana.actor, message_id=message.id, emoji="👍")
        pin_message(cast.ana.actor, message_id=message.id)
        save_message(cast.bo.actor, message_id=message.id)
        follow_thread(cast.bo.actor, message_id=message.id)
        scheduled = schedule_message(
            cast.bo.actor,
            conversation_id=room.id,
            text="between us",
            send_at=timezone.now() + timedelta(days=1),
        )
        file = _file(room.id, message.id)
        note_avatar(cast.bo.actor, user_id=cast.bo.id, version="between us")
        for side in SIDES:
            name = stored_name(cast.bo.id, "between us", side)
            storage.keep_as(name, io.BytesIO(b"between us"), most_bytes=10)
        section = create_section(cast.bo.actor, name="between us")
        assert cast.bo.client
        session = Session.objects.get(user_id=cast.bo.id)
        invitation, _ = invite(cast.ana.actor, email="zoe@acme.example")
        join_request = JoinRequest.objects.create(email="yan@acme.example", name="Yan")
        domain = DomainProof.objects.create(domain="acme.example")
        provider = IdentityProvider.objects.create(
            kind="oidc", slug="idp", name="between us", issuer="https://idp.example"
        )
        emoji = CustomEmoji.objects.create(
            name="between_us", image=b"between us", content_type="image/webp"
        )
        preview = LinkPreview.objects.create(
            url_hash=hash_of("https://between.example/us"),
            url="https://between.example/us",
            title="between us",
            image=b"between us",
        )
        note_part([message.id], Part.PREVIEWS)
        Poll.objects.create(message_id=message.id, conversation_id=room.id, options=["a", "b"])
        upload = begin_upload(cast.bo.actor, name="on its way", size_bytes=10)
        group, child = (create_group(cast.ana.actor, name=name) for name in ("outer", "inner"))
        role = create_role(cast.ana.actor, name="helper", permissions=["people.invite"])
        review = open_review(cast.ana.actor, name="r", reviewer_id=cast.bo.id)
        item = ReviewItem.objects.create(
            review=review, kind="role", group_id=group.id, object_id=role.id, label="x"
        )
        token, _secret = create_token(cast.bo.user, name="secret")
        app = create_app(
            cast.ana.actor,
            name="between us",
            kind="confidential",
            redirect_uris=["https://between.example/us"],
        ).app
        OAuthConnection.objects.create(app=app, user_id=cast.bo.id, scopes=["read"])
        (oauth_secret,) = app.secrets
        assignment = give_role(cast.ana.actor, role_id=role.id, group_id=group.id)
        beside = make_channel(cast.ana, cast.bo, name="beside", kind="private")
        aside = make_message(room, cast.bo, "between us, elsewhere")
        move = move_to_conversation(
            cast.bo.actor, message_ids=[aside.id], conversation_id=beside.id
        )
    return {
        "conversation_id": room.id,
        "message_id": message.id,
        "emoji_id": emoji.id,
        "preview_id": preview.id,
        "file_id": file.id,
        "upload_id": upload.id,
        "number": 1,
        "section_id": section.id,
        "user_id": cast.bo.id,
        "scheduled_id": scheduled.id,
        "domain_id": domain.id,
        "provider_id": provider.id,
        "session_id": session.id,
        "invitation_id": invitation.id,
        "request_id": join_request.id,
        "emoji": EMOJI,
        "group_id": group.id,
        "child_id": child.id,
        "role_id": role.id,
        "assignment_id": assignment.id,
        "move_id": move.id,
        "review_id": review.id,
        "token_id": token.id,
        "app_id": app.id,
        "secret_id": oauth_secret.id,
        "item_id": item.id,
        "kind": "provider",
        "policy_id": "session",
        "object_id": provider.id,
    }


def _file(conversation_id: UUID, message_id: UUID) -> File:
    id_ = new_id()
    kept = storage.keep(io.BytesIO(b"between us"), file_id=id_, most_bytes=10)
    FileVersion.objects.create(
        file_id=id_,
        number=1,
        name="secret.txt",
        content_type="text/plain",
        size_bytes=kept.size_bytes,
        sha256=kept.sha256,
        storage_name=kept.storage_name,
        created_at=timezone.now(),
    )
    return File.objects.create(
        id=id_,
        version=2,
        thumbnail_name=kept.storage_name,
        conversation_id=conversation_id,
        message_id=message_id,
        name="secret.txt",
        content_type="text/plain",
        size_bytes=kept.size_bytes,
        sha256=kept.sha256,
        storage_name=kept.storage_name,
    )


def ask(client: Client, operation: Operation, ids: dict[str, object]) -> tuple[int, str, int]:
    """Status, body and number of queries of one request."""
    body = dict(operation.body) if operation.body is not None else None
    if body is not None and "key" in body:
        body["key"] = str(uuid4())
    if body is not None and "user_id" in body:
        body["user_id"] = str(ids["user_id"])
    # The first request of a browser looks its host up and notes its use; only then count.
    client.get("/api/v1/me")
    options = {"content_type": "application/json"}
    if body is not None:
        options["data"] = json.dumps(body)
    with CaptureQueriesContext(connection) as queries:
        response = getattr(client, operation.method)(operation.url(ids), **options)
        text = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, text.decode(), len(queries)


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_nobody_gets_nothing(cast, secret, operation):
    status, text, _ = ask(cast.nobody("acme"), operation, secret)

    assert status == 401
    assert "between us" not in text


OF_EACH = {("policy_id",)}
"""What every organisation has by the same name: there one's own is found."""


@pytest.mark.parametrize(
    "operation", [op for op in with_ids() if op.parameters not in OF_EACH], ids=str
)
def test_a_person_of_another_organisation_gets_nothing(cast, secret, operation):
    known = ask(cast.dee.client, operation, secret)
    unknown = ask(cast.dee.client, operation, random_ids(secret))

    assert known[0] in REFUSED | {422}
    assert known == unknown


@pytest.mark.parametrize("operation", with_ids(), ids=str)
def test_their_session_and_token_are_worth_nothing_here(cast, secret, operation):
    intruder = Client(HTTP_HOST="acme.localhost")
    intruder.cookies["session"] = cast.dee.client.cookies["session"].value
    by_token = Client(HTTP_HOST="acme.localhost", HTTP_AUTHORIZATION=f"Bearer {cast.dee.token}")

    assert ask(intruder, operation, secret)[0] == 401
    assert ask(by_token, operation, secret)[0] == 401


OF_ALL = {("emoji_id",)}
"""What everybody in the organisation may know of."""


@pytest.mark.parametrize(
    "operation", [op for op in with_ids() if op.parameters not in OF_ALL], ids=str
)
def test_a_guest_of_the_same_organisation_gets_nothing(cast, secret, operation):
    known = ask(cast.eve.client, operation, secret)
    unknown = ask(cast.eve.client, operation, random_ids(secret))

    assert known[0] in REFUSED | {422}
    assert known == unknown


@pytest.mark.parametrize(
    "operation", [op for op in with_ids() if not set(op.parameters) <= KNOWN_TO_COLLEAGUES], ids=str
)
def test_a_stranger_of_the_same_organisation_gets_nothing(cast, secret, operation):
    """Colleagues may know of each other; of each other's conversations they may not."""
    strange = random_ids(secret) | {name: secret[name] for name in KNOWN_TO_COLLEAGUES}

    known = ask(cast.cy.client, operation, secret)
    unknown = ask(cast.cy.client, operation, strange)

    assert known[0] in REFUSED | {422}
    assert known == unknown


LEAVING = ("/members/{user_id}", "/leave")
"""They would take Bo out of the room before he has looked around."""


@pytest.mark.parametrize(
    "operation", [op for op in with_ids() if not op.path.endswith(LEAVING)], ids=str
)
def test_the_walk_is_able_to_find_something(cast, secret, operation):
    """Bo, who may, is not refused as one who knows nothing: the addresses do lead somewhere."""
    status, _, _ = ask(cast.bo.client, operation, secret)

    assert status not in {401, 404, 405}
    assert status < 500


def test_what_answers_get_answers_head(cast, secret):
    """Also what was not found: the address alone says nothing more to one who asks like that."""
    different = []
    for operation in operations():
        if operation.method == "get":
            for ids in (secret, random_ids(secret)):
                get, head = (ask_with(cast.bo.client, name, operation, ids) for name in BOTH)
                if get != head:
                    different.append((str(operation), get, head))

    assert different == []


BOTH = ("get", "head")


def ask_with(
    client: Client, method: str, operation: Operation, ids: dict[str, object]
) -> tuple[int, str, bool]:
    response = getattr(client, method)(operation.url(ids))
    sent = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, response.get("Content-Type", ""), method == "get" or not sent


@pytest.mark.parametrize("operation", [op for op in operations() if not op.parameters], ids=str)
def test_lists_and_searches_hold_nothing_of_others(cast, secret, operation):
    for person in (cast.cy, cast.eve, cast.dee):
        client, url = person.client, operation.path
        separator = "?q=between+us&scope=all&limit=200"
        response = client.get(url + separator) if operation.method == "get" else None
        if response is None:
            continue
        assert response.status_code < 500
        assert str(secret["conversation_id"]) not in response.text
        assert str(secret["message_id"]) not in response.text
        assert "between us" not in response.text.replace("q=between+us", "")


def test_a_thread_or_channel_of_others_cannot_be_used_through_a_body(cast, secret):
    own = make_channel(cast.cy, name="own", kind="private")
    answer = cast.cy.client.post(
        f"/api/v1/conversations/{own.id}/messages",
        {"text": "x", "key": str(uuid4()), "thread_id": str(secret["message_id"])},
        content_type="application/json",
    )
    reference = cast.cy.client.post(
        f"/api/v1/conversations/{own.id}/messages",
        {"text": "x", "key": str(uuid4()), "thread_id": str(new_id())},
        content_type="application/json",
    )

    assert (answer.status_code, answer.content) == (reference.status_code, reference.content)
    assert answer.status_code in {404, 422}


def test_people_of_another_organisation_cannot_be_named(cast):
    for user_id in (cast.dee.id, new_id()):
        answer = cast.ana.client.post(
            "/api/v1/conversations",
            {"kind": "direct", "member_ids": [str(user_id)]},
            content_type="application/json",
        )
        assert answer.status_code == 422
