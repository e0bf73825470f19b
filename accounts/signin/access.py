"""Who may sign in by which way. Nobody is ever locked out of their own organisation."""

from accounts.people.models import User
from accounts.policies.selectors import current
from accounts.signin.models import Method, SignInPolicy, break_glass_owner
from core.permissions import Role


def may_sign_in_by(person: User, method: str) -> bool:
    """Say whether this person may use this way.

    Passwords always work for the owner named for emergencies; where that owner is gone, or has no
    password any more, for every owner.
    """
    policy = current(SignInPolicy)
    if policy.allows(method):
        return True
    if method != Method.PASSWORD or person.role != Role.OWNER:
        return False
    named = break_glass_owner(policy.break_glass_id)
    return named is None or named.id == person.id
