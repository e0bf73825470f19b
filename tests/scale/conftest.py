"""What a scale test begins with."""

import pytest
from django.db import connection

from tests.scale.knowledge import forget_statistics


@pytest.fixture(autouse=True)
def _no_rows_of_tests_before(request: pytest.FixtureRequest) -> None:
    """Indexes still name what earlier tests of this process rolled back, thousands of rows where
    these come late, and a bitmap scan counts them. What PostgreSQL knows of the tables it may have
    learnt in a moment when a test had written to them for good, and plans follow it: where all of
    five messages had a link, a walk over everything seemed best. What belongs to the cast stays."""
    if "in_acme" not in request.fixturenames:
        return
    request.getfixturevalue("in_acme")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        for (table,) in cursor.fetchall():
            cursor.execute(f'REINDEX TABLE "{table}"')
    forget_statistics()
