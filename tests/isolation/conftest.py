"""What is nobody else's business, for the walks that try to get at it."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import transaction

from accounts.policies.selectors import current
from accounts.policies.values import kinds
from tenants.context import in_tenant
from tests.cast import Cast
from tests.isolation.secret import lay_out


@pytest.fixture(scope="module")
def _laid_out(django_db_setup, django_db_blocker) -> Iterator[dict[str, object]]:
    """Laid out once, in a transaction around those of the tests: each is rolled back to here.

    Made anew for each request it would take several times as long as the request.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        cache.clear()
        yield lay_out(Cast())
        transaction.set_rollback(True)


@pytest.fixture
def secret(_laid_out: dict[str, object], cast: Cast) -> dict[str, object]:
    """Ids of everything that Ana and Bo have among themselves."""
    # A test begins with none remembered: the first that asks would make a query more.
    for slug in ("acme", "globex"):
        with in_tenant(slug):
            for kind in kinds().values():
                current(kind)
    return dict(_laid_out)
