"""What lay in tables of its own lies in a common one after, and nothing is lost on the way."""

import re
from uuid import UUID

import pytest
from django.db import connection

from accounts.grants.models import ObjectGrant
from tenants import snapshot
from tenants.context import in_tenant
from tenants.schemas import create_schema, migrate_tenant
from tests.bench.population import table_count

MOST_TABLES = 72
"""Five hundred tenants multiply each of them in migrations, catalogues and caches."""

ANA, ROBOT, TEAM, OKTA = (UUID(int=number) for number in range(1, 5))

GRANTED_BEFORE = """
INSERT INTO accounts_user (id, email, name, password, role, title, is_active, is_bot, is_superuser,
                           created_at, locale, time_zone, preferences)
VALUES (%(ana)s, 'ana@x.example', 'Ana', '!', 'owner', '', true, false, false,
        now(), 'en', 'UTC', '{}'),
       (%(robot)s, NULL, 'Robot', '!', 'bot', '', true, true, false, now(), 'en', 'UTC', '{}');
INSERT INTO accounts_group (id, name, description, is_from_directory, created_at, modified_at)
VALUES (%(team)s, 'Team', '', false, now(), now());
INSERT INTO accounts_identityprovider (id, kind, slug, name, state, issuer, metadata_url, trust,
                                       secret, mapping, grants, options, domains, vouched,
                                       created_at, changed_at)
VALUES (%(okta)s, 'oidc', 'okta', 'Okta', 'on', 'https://okta.example', '', '{}',
        '', '{}', '[]', '{}', '[]', '{}', now(), now());
INSERT INTO accounts_providerpersongrant (permission_id, user_id, content_object_id)
SELECT id, %(ana)s, %(okta)s FROM auth_permission WHERE codename = 'look_after_bot';
INSERT INTO accounts_providergroupgrant (permission_id, group_id, content_object_id)
SELECT id, %(team)s, %(okta)s FROM auth_permission WHERE codename = 'look_after_bot';
INSERT INTO accounts_botpersongrant (permission_id, user_id, content_object_id)
SELECT id, %(ana)s, %(robot)s FROM auth_permission WHERE codename = 'look_after_bot';
INSERT INTO accounts_botgroupgrant (permission_id, group_id, content_object_id)
SELECT id, %(team)s, %(robot)s FROM auth_permission WHERE codename = 'look_after_bot';
"""


@pytest.fixture
def older(cast):
    """A tenant as it was, with grants given and policies set."""
    create_schema("older")
    migrate_tenant("older", "accounts", "0022_names")
    with in_tenant("older"), connection.cursor() as cursor:
        names = {"ana": ANA, "robot": ROBOT, "team": TEAM, "okta": OKTA}
        cursor.execute(GRANTED_BEFORE, names)
        # As a commit does: tables with checks that are still to come cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    return "older"


def test_a_tenant_has_few_tables_of_ours():
    ours = r'^CREATE TABLE "(?:accounts|compliance|core|events|integrations|messaging)_'
    written = re.findall(ours, snapshot.ARTEFACT.read_text(), re.MULTILINE)

    assert len(written) == table_count() <= MOST_TABLES


def test_grants_given_and_policies_set_are_there_after_it(older):
    migrate_tenant(older)

    with in_tenant(older), connection.cursor() as cursor:
        grants = ObjectGrant.objects.order_by("id")
        assert list(grants.values_list("user_id", "group_id", "provider_id", "bot_id")) == [
            (ANA, None, OKTA, None),
            (None, TEAM, OKTA, None),
            (ANA, None, None, ROBOT),
            (None, TEAM, None, ROBOT),
        ]
        cursor.execute("SELECT count(*) FROM auth_permission WHERE codename LIKE 'look_after_%'")
        assert cursor.fetchone() == (0,)
