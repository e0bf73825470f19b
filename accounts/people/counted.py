"""Who is here, and who may do what: to say how many people a decision concerns, in one query."""

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext_lazy

from accounts.people.models import User
from core.errors import Words
from core.permissions import ROLE_PERMISSIONS, Permission


def people_here() -> QuerySet[User]:
    """Everybody whose account is open: no bots, no guests whose time is over."""
    has_time = Q(ends_at=None) | Q(ends_at__gt=timezone.now())
    return User.objects.filter(has_time, is_active=True, is_bot=False)


def holds(permission: Permission) -> Q:
    """The condition of having a permission in the whole organisation, by whichever role."""
    roles = [role.value for role, held in ROLE_PERMISSIONS.items() if permission in held]
    return Q(role__in=roles) | Q(granted__contains=[permission.value])


def concerned(people: QuerySet[User]) -> Words:
    """The sentence that says how many people something concerns; one query."""
    count = people.count()
    return ngettext_lazy(
        "This affects %(count)d person.", "This affects %(count)d people.", count
    ) % {"count": count}
