"""What Ana and Bo have among themselves, one of each kind that has an id in an address."""

import io
from datetime import timedelta
from uuid import UUID

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
from tests.messaging.places import make_channel, make_message

EMOJI = "%F0%9F%91%8D"


def lay_out(cast: Cast) -> dict[str, object]:
    """Everything that Ana and Bo can have among themselves; returns the ids."""
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
