"""Tables of the accounts app, gathered from its features for Django."""

from accounts.domains.models import DomainProof
from accounts.idempotency.models import IdempotencyRecord
from accounts.people.models import User
from accounts.sessions.models import Session, SessionPolicy
from accounts.tokens.models import ApiToken

__all__ = ["ApiToken", "DomainProof", "IdempotencyRecord", "Session", "SessionPolicy", "User"]
