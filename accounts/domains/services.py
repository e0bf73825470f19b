"""Claim e-mail domains, prove them by a DNS record, and let go of those that were lost."""

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.domains import access
from accounts.domains.dns import NoAnswer, Resolver, default_resolver
from accounts.domains.events import DomainAdded, DomainProved, DomainRemoved
from accounts.domains.models import DomainProof
from accounts.domains.names import clean_domain
from core.actor import Actor
from core.errors import Conflict, FieldError, Unavailable
from events.journal import publish
from tenants.selectors import tenant_id

LOST_AFTER = timedelta(days=7)
"""How long a proved domain's record may be missing before the proof falls."""

MOST_DOMAINS = 200


def add_domain(actor: Actor, *, domain: str) -> DomainProof:
    """Claim a domain; the row says which TXT record proves it.

    Errors  Forbidden; Invalid for what is no domain; Conflict for one that is claimed already.
    """
    name = check_new(actor, domain=domain)
    try:
        with transaction.atomic():
            row = DomainProof.objects.create(domain=name, created_by_id=actor.user_id)
            publish(DomainAdded(tenant_id(actor.tenant), row.id, name), by=actor)
    except IntegrityError as taken:
        raise _taken() from taken
    return row


def check_new(actor: Actor, *, domain: str) -> str:
    """The domain as it would be stored; refuses like `add_domain`, and stores nothing."""
    access.check_may_manage(actor)
    name = clean_domain(domain)
    if DomainProof.objects.count() >= MOST_DOMAINS:
        words = _("An organisation has at most %(most)d domains.") % {"most": MOST_DOMAINS}
        raise Conflict("domain", words, code="too_many_domains")
    if DomainProof.objects.filter(domain=name).exists():
        raise _taken()
    return name


def check_domain(actor: Actor, *, domain_id: UUID, resolver: Resolver | None = None) -> DomainProof:
    """Look the record up, and take the domain for proved where it is there.

    A proved domain whose record is missing stays proved for a week.

    Errors  Forbidden, NotFound; Unavailable where the DNS did not answer.
    """
    row = access.domain_for(actor, domain_id)
    # Asked outside of any transaction: the DNS may take seconds.
    try:
        is_there = _is_there(row, resolver or default_resolver())
    except NoAnswer as silence:
        raise Unavailable("dns", _("The DNS did not answer. Try again in a moment.")) from silence
    with transaction.atomic():
        row = access.domain_for(actor, domain_id, lock=True)
        return _noted(actor, row, is_there)


def remove_domain(actor: Actor, *, domain_id: UUID) -> None:
    """Let go of a domain at once.

    Errors  Forbidden, NotFound.
    """
    with transaction.atomic():
        row = access.domain_for(actor, domain_id, lock=True)
        name, id_ = row.domain, row.id
        row.delete()
        publish(DomainRemoved(tenant_id(actor.tenant), id_, name, is_lost=False), by=actor)


def check_again(actor: Actor, resolver: Resolver | None = None) -> int:
    """Look the records of proved domains up again; returns how many proofs fell. For the clock."""
    asked, lost = resolver or default_resolver(), 0
    for row in DomainProof.objects.filter(proved_at__isnull=False).order_by("id"):
        try:
            is_there = _is_there(row, asked)
        except NoAnswer:
            continue
        with transaction.atomic():
            now = DomainProof.objects.select_for_update().filter(id=row.id).first()
            if now is not None and now.is_proved:
                lost += not _noted(actor, now, is_there).is_proved
    return lost


def _is_there(row: DomainProof, resolver: Resolver) -> bool:
    # At the domain itself, too: some providers of names allow no underscore.
    return any(
        row.record_value == text.strip()
        for name in (row.record_name, row.domain)
        for text in resolver.txt(name)
    )


def _noted(actor: Actor, row: DomainProof, is_there: bool) -> DomainProof:
    now = timezone.now()
    row.checked_at = now
    tenant = tenant_id(actor.tenant)
    if is_there:
        row.missing_since = None
        if not row.is_proved:
            row.proved_at = now
            publish(DomainProved(tenant, row.id, row.domain), by=actor)
    elif row.is_proved:
        row.missing_since = row.missing_since or now
        if now - row.missing_since > LOST_AFTER:
            row.proved_at = row.missing_since = None
            publish(DomainRemoved(tenant, row.id, row.domain, is_lost=True), by=actor)
    row.save(update_fields=["checked_at", "proved_at", "missing_since"])
    return row


def _taken() -> Conflict:
    words = _("This domain is already in the list.")
    return Conflict("domain", words, code="taken", errors=[FieldError("domain", words)])
