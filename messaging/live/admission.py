"""Who may open a socket: the host names the tenant, a session or a token the person."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.http import parse_cookie

from accounts.actors import actor_for, bearer_of
from accounts.credentials import session_credential, token_credential
from accounts.mfa.access import due_without, lacks_factor
from accounts.mfa.models import SecondFactorPolicy
from accounts.networks.models import NetworkPolicy
from accounts.people.models import User
from accounts.policies.selectors import current, forget
from accounts.sessions.models import SessionPolicy
from accounts.sessions.store import SessionStore
from accounts.sso_proof import is_signed_in_by_sso
from accounts.tokens.services import digest_of
from core.errors import Forbidden, NotSignedIn
from messaging.live.frames import CONVERSATION, TENANT, USER, Topic
from messaging.live.selectors import Seats, seats_of
from messaging.live.socket import Person
from tenants.context import in_tenant
from tenants.hosts import Host, host_for

_HOST = re.compile(r"[a-zA-Z0-9.-]{1,253}(:\d{1,5})?")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class Refused(Enum):
    """Why a socket is not opened."""

    NO_SUCH_HOST = "no_such_host"
    NOT_SIGNED_IN = "not_signed_in"


@dataclass(frozen=True, slots=True)
class Admission:
    """A person who may come in, and the topics they may see with their heads."""

    person: Person
    heads: dict[str, int]
    archived: tuple[str, ...]
    #: The first number they may see anything of, for topics they may not read from the start.
    begins: dict[str, int]
    user_topic: str


@dataclass(frozen=True, slots=True)
class Ends:
    """When a credential ends by itself, and when unless something is done; seconds of the epoch."""

    expires_at: float | None
    judge_at: float | None


@dataclass(frozen=True, slots=True)
class _Proof:
    """A credential that was found good."""

    user_id: UUID
    kind: str
    key: str | bytes
    can_write: bool = True
    is_guest: bool = False
    expires_at: float | None = None
    judge_at: float | None = None
    conversation_ids: frozenset[UUID] | None = None


def admit(headers: list[tuple[bytes, bytes]], address: str = "") -> Admission | Refused:
    """Judge the headers of a handshake from this address. Runs in a database thread."""
    host = _host(headers)
    if host is None:
        return Refused.NO_SUCH_HOST
    with in_tenant(host.slug):
        if not current(NetworkPolicy).admits(address):
            return Refused.NOT_SIGNED_IN
        proof = _proof(headers, address)
        if proof is None:
            return Refused.NOT_SIGNED_IN
        seats = seats_of(proof.user_id, host.tenant_id, kind=proof.kind, credential=proof.key)
    if not seats.is_credential_good:
        return Refused.NOT_SIGNED_IN
    return _admission(host, proof, seats)


def judge_again(
    headers: list[tuple[bytes, bytes]], address: str, *, is_changed: bool = False
) -> Ends | None:
    """When the credential of an open socket ends now; None where it is worth nothing any more.

    `is_changed` says that a policy is another one: what this process remembers of it is forgotten.
    """
    host = _host(headers)
    if host is None:
        return None
    with in_tenant(host.slug):
        for kind in (NetworkPolicy, SecondFactorPolicy, SessionPolicy) if is_changed else ():
            forget(kind)
        proof = _proof(headers, address) if current(NetworkPolicy).admits(address) else None
        return None if proof is None else Ends(proof.expires_at, proof.judge_at)


def _admission(host: Host, proof: _Proof, seats: Seats) -> Admission:
    if isinstance(proof.key, bytes):
        credential = token_credential(proof.key)
    else:
        credential = session_credential(proof.key)
    only = None
    if proof.conversation_ids is not None:
        only = frozenset(_conversation(host, id_) for id_ in proof.conversation_ids)
    person = Person(
        tenant=host.slug,
        user_id=str(proof.user_id),
        credential=credential,
        can_write=proof.can_write,
        is_guest=proof.is_guest,
        only=only,
        expires_at=proof.expires_at,
        judge_at=proof.judge_at,
    )
    user_topic = Topic.of(host.slug, USER, str(proof.user_id)).name
    named = {id_: _conversation(host, id_) for id_ in seats.heads}
    heads = {name: seats.heads[id_] for id_, name in named.items() if person.reaches(name)}
    # For what ends the connection: a limited token is told nothing else of these two streams.
    heads[user_topic] = seats.user_seq
    heads[Topic.of(host.slug, TENANT, str(host.tenant_id)).name] = seats.tenant_seq
    archived = tuple(named[id_] for id_ in seats.archived)
    begins = {named[id_]: seq for id_, seq in seats.begins.items()}
    return Admission(person, heads, archived, begins, user_topic)


def _conversation(host: Host, id_: UUID) -> str:
    return Topic.of(host.slug, CONVERSATION, str(id_)).name


def _host(headers: list[tuple[bytes, bytes]]) -> Host | None:
    name = _only(headers, b"host")
    if name is None or not _HOST.fullmatch(name):
        return None
    host = host_for(name)
    # The root site has people (operators) but no conversations.
    return None if host is None or host.is_root else host


def _proof(headers: list[tuple[bytes, bytes]], address: str) -> _Proof | None:
    """The bearer token when one is sent, else the session, which only a page of ours may use."""
    bearer = _only(headers, b"authorization")
    if bearer is not None:
        return _proof_of_token(bearer, address)
    if not _is_own_origin(headers):
        return None
    return _proof_of_session(_cookie(headers, settings.SESSION_COOKIE_NAME))


def _proof_of_token(header: str, address: str) -> _Proof | None:
    try:
        actor, ends_at = bearer_of(header, address=address)
    except (NotSignedIn, Forbidden):
        return None
    if actor.user_id is None or not actor.has_scope("read"):
        return None
    factor_due = None
    if current(SecondFactorPolicy).roles:
        factor_due = due_without(User.objects.get(id=actor.user_id))
    return _Proof(
        actor.user_id,
        "token",
        digest_of(header.partition(" ")[2].strip()),
        can_write=actor.has_scope("write"),
        # Who reaches some channels alone knows of people what a guest would: those they meet there.
        is_guest=actor.is_guest or actor.conversation_ids is not None,
        expires_at=_first(ends_at),
        judge_at=_first(factor_due),
        conversation_ids=actor.conversation_ids,
    )


def _proof_of_session(key: str | None) -> _Proof | None:
    if not key or len(key) > 128 or not key.isascii() or "\0" in key:
        return None
    session = SessionStore(key)
    # `get_user` also checks that the password is still the one of the sign-in.
    request: Any = SimpleNamespace(session=session)
    user = get_user(request)
    if not user.is_authenticated or not user.is_active or session.session_key is None:
        return None
    person = cast(User, user)
    if person.has_ended:
        return None
    factor_due = None
    if not is_signed_in_by_sso(session):
        if lacks_factor(person):
            return None
        factor_due = due_without(person)
    actor = actor_for(person)
    assert actor.user_id is not None
    return _Proof(
        actor.user_id,
        "session",
        session.session_key,
        is_guest=actor.is_guest,
        expires_at=_first(session.ends_at, person.ends_at),
        judge_at=_first(session.idle_until, factor_due),
    )


def _first(*ends: datetime | None) -> float | None:
    """The earliest of these moments, as seconds of the epoch."""
    return min((each.timestamp() for each in ends if each is not None), default=None)


def _is_own_origin(headers: list[tuple[bytes, bytes]]) -> bool:
    origin, host = _only(headers, b"origin"), _only(headers, b"host")
    if origin is None or host is None:
        return False
    try:
        parts = urlsplit(origin.lower())
    except ValueError:
        return False
    default = _DEFAULT_PORTS.get(parts.scheme)
    if default is None or parts.path:
        return False
    return parts.netloc.removesuffix(default) == host.lower().removesuffix(default)


def _cookie(headers: list[tuple[bytes, bytes]], name: str) -> str | None:
    sent = "; ".join(value.decode("latin-1") for key, value in headers if key == b"cookie")
    return parse_cookie(sent).get(name)


def _only(headers: list[tuple[bytes, bytes]], name: bytes) -> str | None:
    """The one value of a header; None when it is missing or sent twice."""
    values = [value for key, value in headers if key.lower() == name]
    return values[0].decode("latin-1") if len(values) == 1 else None
