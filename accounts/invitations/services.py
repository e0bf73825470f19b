"""Invite people and let them in."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.domains.selectors import has_proved_domain_of
from accounts.invitations import access
from accounts.invitations.events import (
    InvitationCreated,
    InvitationRevoked,
    JoinRequestDecided,
)
from accounts.invitations.models import Invitation, JoinPolicy, JoinRequest
from accounts.people.models import User
from accounts.people.services import create_user, deactivate
from accounts.policies.selectors import current
from core.actor import Actor, system_actor
from core.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from core.permissions import GUESTS, Role
from core.text import clean_name
from events.journal import publish
from tenants.context import current_tenant
from tenants.selectors import tenant_id
from tenants.signup import clean_email, clean_password

MOST_USES = 1000
MOST_DAYS = 90
MOST_AT_ONCE = 200
PROOF_GOOD_FOR = timedelta(hours=24)
MOST_OPEN_REQUESTS = 1000
_SALT = "chancery.join"


def invite(
    actor: Actor,
    *,
    email: str = "",
    role: str = Role.MEMBER,
    most_uses: int = 1,
    days: int | None = None,
    guest_until: datetime | None = None,
) -> tuple[Invitation, str]:
    """Make an invitation for an address, or, without one, a link; returns the row and the secret.

    Errors  Forbidden for a role above the actor's; Invalid, naming the field; Conflict for the
            address of somebody who is here already.
    """
    chosen = _role(role)
    access.check_may_invite(actor, chosen)
    address = clean_email(email) if email else ""
    if address and User.objects.filter(email__iexact=address).exists():
        raise Conflict.field("email", _("Somebody here already has this e-mail address."))
    if not 1 <= most_uses <= MOST_USES or (address and most_uses != 1):
        raise Invalid.field(
            "most_uses",
            _("A link can be used by 1 to 1000 people, an invitation by e-mail by one."),
        )
    good_for = current(JoinPolicy).invitation_days if days is None else days
    if not 1 <= good_for <= MOST_DAYS:
        raise Invalid.field("days", _("An invitation is good for 1 to 90 days."))
    _check_end(chosen, guest_until)
    secret = secrets.token_urlsafe(24)
    with transaction.atomic():
        row = Invitation.objects.create(
            email=address,
            role=chosen,
            digest=digest_of(secret),
            most_uses=most_uses,
            guest_until=guest_until,
            created_by_id=actor.user_id,
            expires_at=timezone.now() + timedelta(days=good_for),
        )
        publish(
            InvitationCreated(
                tenant_id(actor.tenant),
                row.id,
                str(chosen),
                most_uses,
                is_mailed=bool(address),
                expires_at=row.expires_at.isoformat(),
                guest_until=None if guest_until is None else guest_until.isoformat(),
            ),
            by=actor,
        )
    return row, secret


def invite_each(
    actor: Actor, *, emails: Sequence[str], **options: Any
) -> list[tuple[Invitation, str]]:
    """Invite all of these addresses or, where one is refused, none; without any, make one link.

    Errors  as `invite`, with the address before the words.
    """
    if len(emails) > MOST_AT_ONCE:
        raise Invalid.field("email", _("Name at most 200 addresses at once."))
    if not emails:
        return [invite(actor, **options)]
    made = []
    with transaction.atomic():
        for email in dict.fromkeys(emails):
            try:
                made.append(invite(actor, email=email, **options))
            except Refusal as refusal:
                for error in refusal.errors:
                    if error.field == "email" and len(emails) > 1:
                        words = format_lazy("{}: {}", email[:254], error.message)
                        raise Invalid.field("email", words) from refusal
                raise
    return made


def revoke_invitation(actor: Actor, *, invitation_id: UUID) -> None:
    """Take an invitation back; those who came by it stay. Twice is once.

    Errors  Forbidden, NotFound.
    """
    with transaction.atomic():
        row = access.invitation_for(actor, invitation_id)
        if row.revoked_at is None:
            row.revoked_at = timezone.now()
            row.save(update_fields=["revoked_at"])
            publish(InvitationRevoked(tenant_id(actor.tenant), row.id), by=actor)


def open_invitation(secret: str) -> Invitation:
    """The invitation that a link's secret is good for.

    Errors  NotFound, the same for one that never was, was used up, taken back or has expired.
    """
    row = Invitation.objects.filter(digest=digest_of(secret)).first()
    if row is None or not row.is_open():
        raise NotFound("invitation")
    return row


def accept_invitation(secret: str, *, name: str, email: str, password: str | None) -> User:
    """Come in by an invitation: a mail proves its address, by a link the address is still to prove.

    Errors  NotFound where it is good no more; Invalid, naming the field; Conflict for the address
            of somebody who is here already.
    """
    row = open_invitation(secret)
    wanted = row.email or email
    # Judged before any lock: hashing a password takes its time.
    clean_name(name, longest=120)
    if password is not None:
        clean_password(password, email=wanted, name=name)
    with transaction.atomic():
        row = Invitation.objects.select_for_update().get(id=row.id)
        if not row.is_open():
            raise NotFound("invitation")
        user = _enter(
            email=wanted,
            name=name,
            role=Role(row.role),
            password=password,
            ends_at=row.guest_until,
            is_proved=bool(row.email),
            way="mail" if row.email else "link",
            invitation_id=row.id,
        )
        row.uses += 1
        row.save(update_fields=["uses"])
    return user


def may_join_by_domain(email: str) -> bool:
    """Say whether whoever reads this address's mail may come in by themselves."""
    return current(JoinPolicy).by_domain and has_proved_domain_of(email)


def proof_for(email: str, name: str) -> str:
    """What is mailed to an address so that whoever opens it has proved that they read its mail."""
    told = {"e": email, "n": name, "t": current_tenant()}
    return signing.dumps(told, salt=_SALT, compress=True)


def read_proof(proof: str) -> tuple[str, str]:
    """The address and name that a mailed proof is for.

    Errors  NotFound where it is too old, changed, or another organisation's.
    """
    try:
        told = signing.loads(proof, salt=_SALT, max_age=PROOF_GOOD_FOR)
    except signing.BadSignature as wrong:
        raise NotFound("proof") from wrong
    if told.get("t") != current_tenant():
        raise NotFound("proof")
    return told["e"], told["n"]


def join_by_domain(proof: str, *, name: str, password: str | None) -> User:
    """Come in as a member, by an address that was proved by mail and lies in a proved domain.

    Errors  NotFound for a bad proof; Forbidden where the organisation allows it no more; Invalid,
            naming the field; Conflict for somebody who is here already.
    """
    email, _asked = read_proof(proof)
    if not may_join_by_domain(email):
        raise Forbidden("join", _("Nobody can join this organisation this way."))
    if password is not None:
        clean_password(password, email=email, name=name)
    with transaction.atomic():
        return _enter(
            email=email,
            name=name,
            role=Role.MEMBER,
            password=password,
            is_proved=True,
            way="domain",
        )


def ask_to_join(proof: str) -> JoinRequest | None:
    """Keep the request of somebody who proved their address; asking again is one request.

    None where they are here already: nobody learns of it.

    Errors  NotFound for a bad proof; Forbidden where the organisation takes no requests.
    """
    email, name = read_proof(proof)
    if not current(JoinPolicy).by_request:
        raise Forbidden("join", _("This organisation does not accept requests."))
    if User.objects.filter(email__iexact=email).exists():
        return None
    waiting = JoinRequest.objects.filter(decided_at=None)
    if (row := waiting.filter(email__iexact=email).first()) is not None:
        return row
    if waiting.count() >= MOST_OPEN_REQUESTS:
        raise Conflict("join", _("Too many requests are already waiting. Try again another day."))
    try:
        with transaction.atomic():
            return JoinRequest.objects.create(email=email, name=clean_name(name, longest=120))
    except IntegrityError:
        return waiting.filter(email__iexact=email).first()


def decide_request(
    actor: Actor, *, request_id: UUID, accept: bool, role: str = Role.MEMBER
) -> User | None:
    """Let somebody in who asked, or turn them away; returns the new person.

    Errors  Forbidden, NotFound; Conflict where they came in another way meanwhile.
    """
    chosen = _role(role)
    with transaction.atomic():
        row = access.request_for(actor, request_id)
        if accept:
            access.check_may_invite(actor, chosen)
        row.decided_at, row.decided_by_id = timezone.now(), actor.user_id
        row.is_accepted = accept
        row.save(update_fields=["decided_at", "decided_by_id", "is_accepted"])
        given = str(chosen) if accept else None
        publish(JoinRequestDecided(tenant_id(actor.tenant), row.id, accept, given), by=actor)
        if not accept:
            return None
        return _enter(
            email=row.email,
            name=row.name,
            role=chosen,
            password=None,
            is_proved=True,
            way="request",
        )


def end_overdue_guests() -> int:
    """Deactivate guests whose time is over; returns how many. For the clock."""
    overdue = User.objects.filter(is_active=True, ends_at__lte=timezone.now())
    ids = list(overdue.values_list("id", flat=True)[:500])
    actor = system_actor(current_tenant())
    for user_id in ids:
        deactivate(actor, user_id=user_id)
    return len(ids)


def digest_of(secret: str) -> bytes:
    """What is stored instead of a link's secret: 192 random bits need no salt."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def _enter(
    *,
    email: str,
    name: str,
    role: Role,
    password: str | None,
    is_proved: bool,
    way: str,
    invitation_id: UUID | None = None,
    ends_at: datetime | None = None,
) -> User:
    user = create_user(
        system_actor(current_tenant()),
        email=email,
        name=name,
        role=role,
        password=password,
        way=way,
        invitation_id=invitation_id,
    )
    if ends_at is not None:
        User.objects.filter(id=user.id).update(ends_at=ends_at)
        user.ends_at = ends_at
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=is_proved)
    return user


def _check_end(role: Role, guest_until: datetime | None) -> None:
    if guest_until is None:
        return
    if role not in GUESTS:
        raise Invalid.field("guest_until", _("Only a guest's account ends by itself."))
    if guest_until <= timezone.now():
        raise Invalid.field("guest_until", _("This moment has already passed."))


def _role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError as wrong:
        raise Invalid.field("role", _("There is no such role.")) from wrong
