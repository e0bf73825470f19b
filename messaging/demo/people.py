"""Who lives in the demo organisations. Each start resets their passwords, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_DNS, UUID, uuid5

from django.contrib.auth.hashers import check_password, make_password

from accounts.people.models import User
from core.actor import Actor, Role
from tenants.context import OPERATORS, current_tenant


@dataclass(frozen=True)
class Person:
    """A person of the demo, found again by their e-mail address."""

    key: str
    email: str
    name: str
    role: Role = Role.MEMBER
    title: str = ""

    @property
    def id(self) -> UUID:
        return uuid5(NAMESPACE_DNS, self.email)


def _of(tenant: str, key: str, name: str, role: Role = Role.MEMBER, title: str = "") -> Person:
    return Person(key, f"{key}@{tenant}.example", name, role, title)


ACME = [
    _of("acme", "ana", "Ana Ferreira", Role.OWNER, "Managing director"),
    _of("acme", "bo", "Bo Lindqvist", title="Production"),
    _of("acme", "cy", "Cy Okafor", title="Customer care"),
    _of("acme", "eve", "Eve Marchetti", Role.GUEST, "Packaging design, freelance"),
]
GLOBEX = [
    _of("globex", "dee", "Dee Novak", Role.OWNER, "Founder"),
    _of("globex", "ed", "Ed Tanaka", title="Engineering"),
]
OPERATOR = [Person("operator", "operator@chancery.example", "Operator", Role.OWNER)]

TENANTS = {
    OPERATORS: ("Operators", OPERATOR),
    "acme": ("Acme", ACME),
    "globex": ("Globex", GLOBEX),
}


def settle(people: Sequence[Person], *, password: str) -> dict[str, Actor]:
    """See to it that these people are here and can sign in with this password.

    A hash that fits is left as it is, so that a restart signs nobody out.
    """
    by_email = {
        user.email: user for user in User.objects.filter(email__in=[p.email for p in people])
    }
    hash_ = _fitting_hash([user.password for user in by_email.values()], password)
    User.objects.bulk_create(
        User(
            id=person.id,
            email=person.email,
            name=person.name,
            role=person.role,
            title=person.title,
            password=hash_,
        )
        for person in people
        if person.email not in by_email
    )
    for user in by_email.values():
        if user.password != hash_ or not user.is_active:
            User.objects.filter(id=user.id).update(password=hash_, is_active=True)
    return {
        person.key: Actor(
            tenant=current_tenant(),
            user_id=by_email[person.email].id if person.email in by_email else person.id,
            role=person.role,
        )
        for person in people
    }


def _fitting_hash(hashes: Sequence[str], password: str) -> str:
    if hashes and check_password(password, hashes[0]):
        return hashes[0]
    return make_password(password)
