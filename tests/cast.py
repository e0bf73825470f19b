"""The people of our tests: a small cast in two organisations, always the same.

Ana owns acme, Bo is a member, Cy is a member who belongs to nothing that Ana and Bo share, Eve is a
guest. Dee owns globex, where Ed is a member. Op runs the service.
"""

from functools import cached_property
from uuid import NAMESPACE_DNS, UUID, uuid5

from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts.people.models import User
from accounts.tokens.services import create_token
from core.actor import Actor, Role
from tenants.context import OPERATORS, in_tenant

PASSWORD = "correct-horse-battery"

PEOPLE = {
    "ana": ("acme", "Ana", Role.OWNER),
    "bo": ("acme", "Bo", Role.MEMBER),
    "cy": ("acme", "Cy", Role.MEMBER),
    "eve": ("acme", "Eve", Role.GUEST),
    "dee": ("globex", "Dee", Role.OWNER),
    "ed": ("globex", "Ed", Role.MEMBER),
    "op": (OPERATORS, "Op", Role.OWNER),
}


class Person:
    """One of the cast, with everything a test may want to hold of them; each is made when asked."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.tenant, self.name, self.role = PEOPLE[key]
        self.email = f"{key}@{self.tenant}.example"
        self.host = "localhost" if self.tenant == OPERATORS else f"{self.tenant}.localhost"

    @property
    def id(self) -> UUID:
        return uuid5(NAMESPACE_DNS, f"{self.key}.{self.tenant}.test")

    @cached_property
    def user(self) -> User:
        with in_tenant(self.tenant):
            return User.objects.get(id=self.id)

    @cached_property
    def actor(self) -> Actor:
        return Actor(tenant=self.tenant, user_id=self.id, role=self.role)

    @cached_property
    def client(self) -> Client:
        """A browser of theirs that is signed in, at their organisation's address."""
        client = Client(HTTP_HOST=self.host)
        with in_tenant(self.tenant):
            client.force_login(
                self.user, backend="allauth.account.auth_backends.AuthenticationBackend"
            )
        return client

    @cached_property
    def token(self) -> str:
        """A bearer token with every scope."""
        with in_tenant(self.tenant):
            return create_token(self.user)[1]

    @cached_property
    def api(self) -> Client:
        """A program of theirs that sends the bearer token with each request."""
        return Client(HTTP_HOST=self.host, HTTP_AUTHORIZATION=f"Bearer {self.token}")

    def __repr__(self) -> str:
        return self.name


class Cast:
    """`cast.ana`, `cast.bo` and the others."""

    def __init__(self) -> None:
        self.ana, self.bo, self.cy, self.eve = map(Person, ("ana", "bo", "cy", "eve"))
        self.dee, self.ed, self.op = map(Person, ("dee", "ed", "op"))

    def nobody(self, tenant: str = "acme") -> Client:
        """A browser that nobody is signed in at."""
        return Client(HTTP_HOST="localhost" if tenant == OPERATORS else f"{tenant}.localhost")


def settle() -> None:
    """Make the organisations and their people in an empty, migrated database, for the template."""
    from tenants.services import create_operators, create_tenant

    create_operators()
    create_tenant(slug="acme", name="Acme")
    create_tenant(slug="globex", name="Globex")
    password = make_password(PASSWORD)
    for person in map(Person, PEOPLE):
        with in_tenant(person.tenant):
            User.objects.create(
                id=person.id,
                email=person.email,
                name=person.name,
                role=person.role,
                password=password,
            )
