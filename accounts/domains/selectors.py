"""Read which e-mail domains are the organisation's."""

from collections.abc import Sequence

from accounts.domains.access import check_may_manage
from accounts.domains.models import DomainProof
from accounts.domains.names import domain_of
from core.actor import Actor


def claimed_domains(actor: Actor) -> Sequence[DomainProof]:
    """All domains that the organisation has claimed, for those who manage how people sign in.

    Errors  Forbidden.
    """
    check_may_manage(actor)
    return list(DomainProof.objects.order_by("domain"))


def proved_domains() -> set[str]:
    """Every domain that the organisation has proved, as the DNS knows it."""
    rows = DomainProof.objects.filter(proved_at__isnull=False)
    return set(rows.values_list("domain", flat=True))


def has_proved_domain_of(email: str) -> bool:
    """Say whether an e-mail address lies in a domain that the organisation has proved."""
    domain = domain_of(email)
    return domain is not None and is_proved(domain)


def is_proved(domain: str) -> bool:
    """Say whether a domain, as `clean_domain` returns it, is proved. Its sub-domains are others."""
    return DomainProof.objects.filter(domain=domain, proved_at__isnull=False).exists()
