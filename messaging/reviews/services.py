"""Open access reviews, decide line by line, close them; the report remains."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.grants.kinds import kinds
from accounts.grants.services import take_grant
from accounts.people.models import User
from accounts.roles.models import RoleAssignment
from accounts.roles.services import take_role
from core.actor import Actor, system_actor
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.text import clean_name, clean_text
from events.journal import hold, publish
from messaging.conversations.models import Conversation
from messaging.conversations.rules import day_to_come
from messaging.reviews import access
from messaging.reviews.events import ReviewClosed, ReviewDecided, ReviewOpened
from messaging.reviews.models import ROLE, AccessReview, Decision, ReviewItem
from tenants.context import current_tenant
from tenants.selectors import tenant_id

MOST_ITEMS = 20_000
_MOST_TITLE = 200


def open_review(
    actor: Actor, *, name: str, reviewer_id: UUID, due_at: date | None = None
) -> AccessReview:
    """Write down every grant and role given at this moment, for one person to look through.

    Errors  Forbidden; Invalid, naming the field.
    """
    access.check_opens(actor)
    label = clean_name(name, longest=120)
    if not User.objects.filter(id=reviewer_id, is_active=True, is_bot=False).exists():
        raise Invalid.field("reviewer_id", _("Name somebody active of this organisation."))
    with transaction.atomic():
        review = AccessReview.objects.create(
            name=label,
            reviewer_id=reviewer_id,
            due_at=day_to_come("due_at", due_at),
            created_by_id=actor.user_id,
        )
        items = [item for item, _number in zip(_lines(review), range(MOST_ITEMS), strict=False)]
        ReviewItem.objects.bulk_create(items, batch_size=1000)
        publish(ReviewOpened(tenant_id(actor.tenant), review.id, reviewer_id, len(items)), by=actor)
    return review


def decide(
    actor: Actor, *, review_id: UUID, item_id: UUID, decision: str, note: str = ""
) -> ReviewItem:
    """Attest a line, or revoke what it names, which is lost with the commit.

    Deciding again the same way changes nothing; what was revoked is not attested any more.
    Errors  NotFound, Forbidden, Conflict by access; Invalid for another decision.
    """
    if decision not in (Decision.ATTESTED, Decision.REVOKED):
        raise Invalid.field("decision", _("Decide attested or revoked."))
    said = clean_text(note, field="note", longest=250).strip() if note.strip() else ""
    with transaction.atomic():
        # Before the conversation whose grant may be taken, as changes of groups do.
        tenant = tenant_id(actor.tenant)
        hold(tenant)
        review = access.review_to_decide(actor, review_id)
        item = ReviewItem.objects.filter(id=item_id, review=review).first()
        if item is None:
            raise NotFound("item")
        if item.decision in (Decision.REVOKED, Decision.GONE):
            if decision == Decision.REVOKED:
                return item
            raise Conflict("item", _("This has already been revoked."), code="revoked")
        made = Decision(decision)
        if made is Decision.REVOKED and not _revoked(actor, item):
            made = Decision.GONE
        item.decision, item.note = made, said
        item.decided_by_id, item.decided_at = actor.user_id, timezone.now()
        item.save()
        fact = ReviewDecided(tenant, review.id, item.id, made.value)
        publish(fact, by=actor)
    return item


def close_review(actor: Actor, *, review_id: UUID) -> AccessReview:
    """Close a review: its reviewer, or whoever runs reviews. Closing twice is once."""
    with transaction.atomic():
        access.review_for(actor, review_id)
        review = AccessReview.objects.select_for_update().get(id=review_id)
        if review.closed_at is None:
            review.closed_at = timezone.now()
            review.save(update_fields=["closed_at"])
            left = review.items.filter(decision=Decision.OPEN).count()
            publish(ReviewClosed(tenant_id(actor.tenant), review.id, left), by=actor)
    return review


def _lines(review: AccessReview) -> Iterator[ReviewItem]:
    for kind in kinds():
        for model, holder in ((kind.people, "user"), (kind.groups, "group")):
            rows = model.objects.select_related(kind.thing, holder)
            order = f"{kind.thing}__{kind.named_by}", f"{holder}__name"
            for row in rows.order_by(*order).iterator():
                yield ReviewItem(
                    review=review,
                    kind=f"{kind.name}_to_{'person' if holder == 'user' else 'group'}",
                    user_id=row.user_id if holder == "user" else None,
                    group_id=row.group_id if holder == "group" else None,
                    object_id=getattr(row, kind.thing_id),
                    label=_label(kind.title(getattr(row, kind.thing)), getattr(row, holder).name),
                )
    given = RoleAssignment.objects.select_related("role", "user", "group", "over_group")
    over = given.filter(over_conversation_id__isnull=False).values("over_conversation_id")
    channels = dict(Conversation.objects.filter(id__in=over).values_list("id", "name"))
    for row in given.order_by("role__name", "id").iterator():
        holder = row.user.name if row.user else row.group.name
        limit = f" ({row.over_group.name})" if row.over_group else ""
        if row.over_conversation_id:
            limit = f" (#{channels.get(row.over_conversation_id, '?')})"
        yield ReviewItem(
            review=review,
            kind=ROLE,
            user_id=row.user_id,
            group_id=row.group_id,
            object_id=row.id,
            label=f"{row.role.name}{limit} → {holder}",
        )


def _label(title: str, holder: str) -> str:
    """Both are to be read, however long the title is."""
    return f"{Truncator(title).chars(_MOST_TITLE)} → {holder}"


def _revoked(actor: Actor, item: ReviewItem) -> bool:
    """Take away what a line names; False where it was gone.

    The campaign is the reviewer's permission: they need not be able to give what they take. One's
    own rights are nobody's to judge.
    """
    if item.user_id is not None and item.user_id == actor.user_id:
        raise Forbidden("item", _("Let somebody else judge your own access."), code="own_rights")
    by = system_actor(current_tenant())
    if item.kind != ROLE:
        kind = item.kind.partition("_to_")[0]
        return take_grant(
            by,
            kind=kind,
            object_id=item.object_id,
            user_id=item.user_id,
            group_id=item.group_id,
        )
    try:
        take_role(by, assignment_id=item.object_id)
    except NotFound:
        return False
    return True
