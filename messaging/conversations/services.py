"""Make and change conversations, and who belongs to them."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from accounts.people.selectors import known_people
from accounts.policies.selectors import current
from core.actor import Actor, Role
from core.errors import Conflict, Forbidden, Invalid
from core.ids import new_id
from core.text import clean_name, clean_text
from events.journal import hold, publish
from messaging.conversations.access import Do, Place, conversation_for, insist, place_for
from messaging.conversations.epochs import begin_epoch
from messaging.conversations.events import (
    AddedToConversation,
    ConversationArchived,
    ConversationCreated,
    ConversationRestored,
    ConversationUpdated,
    MembershipAdded,
    MembershipRemoved,
    RemovedFromConversation,
)
from messaging.conversations.history import history_begins, loosen
from messaging.conversations.models import (
    Conversation,
    History,
    Kind,
    MemberRole,
    Membership,
    Who,
)
from messaging.conversations.owners import hand_over, pass_on
from messaging.conversations.policy import ChannelPolicy, check_may_make, check_name, default_rules
from messaging.conversations.rules import Rules, cleaned_rules

MOST_IN_DIRECT = 50
MOST_ADDED_AT_ONCE = 500


def create_conversation(
    actor: Actor,
    *,
    kind: str,
    name: str | None,
    member_ids: Sequence[UUID],
    topic: str = "",
    purpose: str = "",
    rules: Rules | None = None,
) -> tuple[Conversation, bool]:
    """Make a conversation with the actor and these people in it.

    Returns the conversation and whether it is new: a direct conversation of the same people is the
    one that exists.
    Errors  Invalid names the field; Conflict where a channel of that name exists; Forbidden for
            guests.
    """
    if actor.is_guest:
        raise Forbidden("conversation", _("Guests can take part only where they were invited."))
    if kind == Kind.DIRECT:
        return _direct(actor, name=name, member_ids=member_ids, rules=rules)
    rules = default_rules() | dict(rules or {})
    if rules["history"] != History.DAYS:
        rules["history_days"] = None
    check_may_make(actor, kind=kind, posting=rules.get("posting", Who.EVERYONE))
    conversation = Conversation(
        id=new_id(), kind=kind, name=check_name(channel_name(name)), created_by_id=actor.user_id
    )
    for field, value in cleaned_rules(conversation, rules).items():
        setattr(conversation, field, value)
    conversation.topic = _optional(topic, "topic", 250)
    conversation.purpose = _optional(purpose, "purpose", 500)
    others = _people(member_ids, actor)
    try:
        with transaction.atomic():
            conversation.save(force_insert=True)
            publish(ConversationCreated(conversation.id), by=actor)
            _add(actor, conversation, [actor.user_id, *others], owner_id=actor.user_id)
    except IntegrityError as wrong:
        raise name_taken(wrong) from wrong
    return conversation, True


def update_conversation(
    actor: Actor,
    *,
    conversation_id: UUID,
    name: str | None = None,
    topic: str | None = None,
    purpose: str | None = None,
    rules: Rules | None = None,
) -> Conversation:
    """Change a channel's name, topic, purpose or rules; what is not given stays as it is.

    Errors  Forbidden where rules are changed by whoever does not own the channel.
    """
    purposes = [Do.EDIT, Do.MANAGE] if rules else [Do.EDIT]
    place = place_for(actor, conversation_id, Do.READ)
    for do in purposes:
        insist(actor, place, do)
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = channel_name(name)
    if topic is not None:
        changes["topic"] = _optional(topic, "topic", 250)
    if purpose is not None:
        changes["purpose"] = _optional(purpose, "purpose", 500)
    try:
        with transaction.atomic():
            hold(conversation_id)
            # Read again under the lock, and only what changes is written: of two people who change
            # different fields at one moment neither undoes the other.
            place = place_for(actor, conversation_id, Do.READ)
            for do in purposes:
                insist(actor, place, do)
            conversation = place.conversation
            changes |= cleaned_rules(conversation, rules)
            _check_policy(actor, conversation, changes)
            _change(actor, conversation, changes)
    except IntegrityError as wrong:
        raise name_taken(wrong) from wrong
    return conversation


def _change(actor: Actor, conversation: Conversation, changes: dict[str, Any]) -> None:
    """Write what becomes different, with what follows from it; the stream is held."""
    changed = [field for field in changes if getattr(conversation, field) != changes[field]]
    if not changed:
        return
    for field in changed:
        setattr(conversation, field, changes[field])
    conversation.save(update_fields=changed)
    if {"posting", "replying"} & set(changed):
        begin_epoch(conversation.id)
    if {"history", "history_days"} & set(changed):
        loosen(conversation)
    publish(_updated(actor, conversation, changed), by=actor)


def join_conversation(actor: Actor, *, conversation_id: UUID) -> Conversation:
    """Become a member of a public channel; joining twice is joining once."""
    place = place_for(actor, conversation_id, Do.READ)
    if place.membership is None:
        insist(actor, place, Do.JOIN)
        with transaction.atomic():
            hold(conversation_id)
            place = place_for(actor, conversation_id, Do.READ)
            if place.membership is None:
                insist(actor, place, Do.JOIN)
                _add(actor, place.conversation, [actor.user_id])
    return place.conversation


def leave_conversation(
    actor: Actor, *, conversation_id: UUID, successor_id: UUID | None = None
) -> None:
    """Stop being a member of a channel.

    Errors  Conflict where its last owner would leave others behind and names no `successor_id`.
    """
    place = place_for(actor, conversation_id, Do.READ)
    if place.membership is not None:
        insist(actor, place, Do.LEAVE)
        _remove(actor, place, actor.user_id, successor_id)


def archive_conversation(actor: Actor, *, conversation_id: UUID) -> Conversation:
    """Close a channel for new messages; what was said stays readable. Twice is once."""
    conversation = conversation_for(actor, conversation_id, Do.ARCHIVE)
    return _set_archived(actor, conversation, True)


def restore_conversation(actor: Actor, *, conversation_id: UUID) -> Conversation:
    """Open an archived channel again."""
    conversation = conversation_for(actor, conversation_id, Do.ARCHIVE)
    return _set_archived(actor, conversation, False)


def add_members(actor: Actor, *, conversation_id: UUID, user_ids: Sequence[UUID]) -> None:
    """Put people into a channel; those who are in already stay as they are.

    Errors  Invalid names `user_id` where somebody is not known here.
    """
    conversation_for(actor, conversation_id, Do.INVITE)
    if len(user_ids) > MOST_ADDED_AT_ONCE:
        raise Invalid.field("user_ids", _("Add at most 500 people at once."))
    people = _people(user_ids, actor, field="user_id", keep_self=True)
    with transaction.atomic():
        hold(conversation_id)
        # Asked again under the lock: whoever was taken out a moment ago puts nobody in.
        conversation = conversation_for(actor, conversation_id, Do.INVITE)
        _add(actor, conversation, people)


def remove_member(
    actor: Actor, *, conversation_id: UUID, user_id: UUID, successor_id: UUID | None = None
) -> None:
    """Take a person out of a channel; they see nothing further, at once.

    Errors  Conflict where they are its last owner and no `successor_id` is named.
    """
    if user_id == actor.user_id:
        leave_conversation(actor, conversation_id=conversation_id, successor_id=successor_id)
        return
    place = place_for(actor, conversation_id, Do.REMOVE)
    _remove(actor, place, user_id, successor_id)


def admit_granted(actor: Actor, *, conversation_id: UUID, user_ids: Iterable[UUID]) -> None:
    """Make people members because they were granted the conversation; members stay as they are.

    The caller has seen to it that they were, and holds the conversation's stream.
    """
    conversation = Conversation.objects.get(id=conversation_id)
    if conversation.kind != Kind.DIRECT:
        _add(actor, conversation, user_ids, by_grant=True)


def admit_newcomer(actor: Actor, *, conversations: Sequence[Conversation], user_id: UUID) -> None:
    """Make somebody who is new here a member of these channels, without a word in them.

    The caller has seen to it that they are to be in them, and holds the streams of all.
    """
    for conversation in conversations:
        _add(actor, conversation, [user_id])


def dismiss_ungranted(actor: Actor, *, conversation_id: UUID, user_ids: Collection[UUID]) -> None:
    """End the memberships that came with a grant which is no more; the others stay.

    The caller holds the conversation's stream.
    """
    rows = Membership.objects.filter(
        conversation_id=conversation_id, user_id__in=user_ids, by_grant=True
    )
    for row in rows.order_by("user_id"):
        pass_on(actor, row)
        _end(actor, row)


def _direct(
    actor: Actor, *, name: str | None, member_ids: Sequence[UUID], rules: Rules | None
) -> tuple[Conversation, bool]:
    if rules:
        raise Invalid.field(next(iter(rules)), _("Only channels have rules; leave them out."))
    if name:
        raise Invalid.field("name", _("A direct message has no name; leave it out."))
    others = _people(member_ids, actor)
    if len(others) + 1 > MOST_IN_DIRECT:
        raise Invalid.field(
            "member_ids",
            _(
                "A group message can have at most 50 people, including you. Create a"
                " channel for more."
            ),
            code="too_many",
        )
    key = direct_key([actor.user_id, *others])
    existing = Conversation.objects.filter(direct_key=key).first()
    if existing is not None:
        return existing, False
    conversation = Conversation(
        id=new_id(), kind=Kind.DIRECT, direct_key=key, created_by_id=actor.user_id
    )
    try:
        with transaction.atomic():
            conversation.save(force_insert=True)
            publish(ConversationCreated(conversation.id), by=actor)
            _add(actor, conversation, [actor.user_id, *others])
    except IntegrityError:
        # The other person opened the same conversation at the same moment.
        return Conversation.objects.get(direct_key=key), False
    return conversation, True


def direct_key(user_ids: Iterable[UUID | None]) -> str:
    """What marks the direct conversation of exactly these people."""
    people = sorted({str(user_id) for user_id in user_ids})
    return hashlib.sha256(",".join(people).encode()).hexdigest()


def _people(
    ids: Sequence[UUID], actor: Actor, *, field: str = "member_ids", keep_self: bool = False
) -> list[UUID]:
    """The known, active people among these ids, each once and in a fixed order."""
    wanted = set(ids) if keep_self else set(ids) - {actor.user_id}
    if len(wanted) > MOST_ADDED_AT_ONCE:
        raise Invalid.field(field, _("Name at most 500 people at once."))
    if known_people(wanted) != wanted:
        raise Invalid.field(field, _("Name people of this organisation who are active."))
    return sorted(wanted)


def _add(
    actor: Actor,
    conversation: Conversation,
    user_ids: Iterable[UUID | None],
    owner_id: UUID | None = None,
    *,
    by_grant: bool = False,
) -> None:
    """Write memberships and tell the conversation and each person. Those already in are skipped.

    The caller holds the conversation's stream, or has just made it. The people's follow in the
    order of their ids: two people adding each other at one moment would deadlock otherwise.
    Errors  Invalid for a guest in one channel who is in another; with a grant they are left out.
    """
    wanted = {user_id for user_id in user_ids if user_id is not None}
    elsewhere = bound_elsewhere(conversation, wanted)
    if elsewhere and not by_grant:
        words = _(
            "Guests in one channel cannot be in a second one; one of these is already in another."
        )
        raise Invalid.field("user_id", words, code="one_channel")
    for user_id in sorted(wanted - elsewhere):
        role = MemberRole.OWNER if user_id == owner_id else MemberRole.MEMBER
        row, created = Membership.objects.get_or_create(
            conversation_id=conversation.id,
            user_id=user_id,
            defaults={"role": role, "by_grant": by_grant},
        )
        if not created:
            continue
        # Those a conversation is made with are not announced in it.
        by_id = actor.user_id if owner_id is None else None
        head = publish(MembershipAdded(conversation.id, user_id, role.value, by_id), by=actor)
        # What was said before they came is not unread, and readable as far as the rule says.
        begins = history_begins(conversation, otherwise=head.seq)
        Membership.objects.filter(id=row.id).update(read_seq=head.seq, history_from_seq=begins)
        publish(AddedToConversation(user_id, conversation.id, role.value, begins), by=actor)


def bound_elsewhere(conversation: Conversation, user_ids: Collection[UUID]) -> set[UUID]:
    """Those of these people who are guests in one channel, and are in another channel already.

    Their rows are locked, so that of two channels that take them at one moment one is refused.
    """
    if conversation.kind == Kind.DIRECT:
        return set()
    bound = User.objects.select_for_update().filter(id__in=user_ids, role=Role.SINGLE_GUEST)
    ids = set(bound.order_by("id").values_list("id", flat=True))
    if not ids:
        return set()
    others = Membership.objects.filter(user_id__in=ids).exclude(conversation=conversation)
    return set(others.exclude(conversation__kind=Kind.DIRECT).values_list("user_id", flat=True))


def _remove(actor: Actor, place: Place, user_id: UUID, successor_id: UUID | None) -> None:
    with transaction.atomic():
        # Before the membership, as whoever adds does: the other way round the two would deadlock.
        hold(place.id)
        if user_id != actor.user_id:
            # Asked again under the lock: whoever was taken out a moment ago takes nobody out.
            insist(actor, place_for(actor, place.id, Do.READ), Do.REMOVE)
        row = Membership.objects.filter(conversation_id=place.id, user_id=user_id).first()
        if row is None:
            return
        hand_over(actor, row, successor_id)
        _end(actor, row)


def _end(actor: Actor, row: Membership) -> None:
    Membership.objects.filter(id=row.id).delete()
    fact = MembershipRemoved(row.conversation_id, row.user_id, row.role, actor.user_id)
    publish(fact, by=actor)
    publish(RemovedFromConversation(row.user_id, row.conversation_id, row.role), by=actor)


def archive_idle(actor: Actor, *, conversation_id: UUID) -> Conversation:
    """Archive a channel because nobody writes in it; the caller has seen to that and warned."""
    return _set_archived(actor, Conversation.objects.get(id=conversation_id), True)


def _updated(actor: Actor, conversation: Conversation, changed: Sequence[str]) -> Any:
    return ConversationUpdated(conversation.id, tuple(changed), actor.user_id)


def _set_archived(actor: Actor, conversation: Conversation, archived: bool) -> Conversation:
    with transaction.atomic():
        hold(conversation.id)
        now = timezone.now() if archived else None
        values: dict[str, Any] = {"archived_at": now, "idle_warned_at": None}
        if not archived:
            values["review_on"] = _review_after_restoring(conversation)
        changed = Conversation.objects.filter(
            id=conversation.id, archived_at__isnull=archived
        ).update(**values)
        if changed:
            conversation.archived_at = now
            begin_epoch(conversation.id)
            fact = ConversationArchived if archived else ConversationRestored
            publish(fact(conversation.id, actor.user_id), by=actor)
    return conversation


def _review_after_restoring(conversation: Conversation) -> date | None:
    """A channel that was brought back has as long again until it counts as idle."""
    idle_days = current(ChannelPolicy).idle_days
    if idle_days is None:
        return conversation.review_on
    soonest = timezone.localdate() + timedelta(days=idle_days)
    return max(conversation.review_on or soonest, soonest)


def _check_policy(actor: Actor, conversation: Conversation, changes: dict[str, Any]) -> None:
    """The organisation's rules concern what becomes different, and leave be what there is."""
    if changes.get("name", conversation.name) != conversation.name:
        check_name(changes["name"])
    posting = changes.get("posting", conversation.posting)
    if posting != conversation.posting and conversation.posting == Who.EVERYONE:
        check_may_make(actor, kind=conversation.kind, posting=posting)


def channel_name(name: str | None) -> str:
    """A name that a channel can have."""
    if not name:
        raise Invalid.field("name", _("A channel needs a name."), code="empty")
    cleaned = clean_name(name, longest=80)
    if cleaned.startswith("#"):
        raise Invalid.field("name", _("Leave out the # in front of the name."))
    return cleaned


def _optional(text: str, field: str, longest: int) -> str:
    return clean_text(text, field=field, longest=longest).strip() if text.strip() else ""


def name_taken(wrong: IntegrityError) -> Exception:
    """The refusal, where a broken constraint means that a channel of that name exists."""
    if "messaging_conversation_name_unique" not in str(wrong):
        return wrong
    return Conflict.field(
        "name", _("There is already a channel with this name."), code="name_taken"
    )
