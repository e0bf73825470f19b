"""What lay in tables of its own lies in a common one after, and nothing is lost on the way."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection

from accounts.branding.models import Branding
from accounts.grants.models import ObjectGrant
from accounts.invitations.models import JoinPolicy
from accounts.mfa.models import SecondFactorPolicy
from accounts.networks.models import NetworkPolicy
from accounts.oauth.models import OAuthApp
from accounts.oauth.schemas import OAuthSecret
from accounts.policies import rows
from accounts.policies.values import kinds
from accounts.sessions.models import SessionPolicy
from accounts.setup.models import NotificationConfirmation, RetentionConfirmation
from accounts.signin.models import SignInPolicy
from messaging.conversations.policy import ChannelPolicy
from messaging.etiquette.models import EtiquettePolicy
from messaging.files.models import FilePolicy
from messaging.messages.models import MessagePolicy
from messaging.search.models import SearchPolicy
from tenants import snapshot
from tenants.context import in_tenant
from tenants.schemas import create_schema, migrate_tenant
from tests.bench.population import table_count

MOST_TABLES = 60
"""Five hundred tenants multiply each of them in migrations, catalogues and caches."""

ANA, ROBOT, TEAM, OKTA, APP = (UUID(int=number) for number in range(1, 6))

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
INSERT INTO accounts_oauthapp (id, name, kind, redirect_uris, grants, scopes, created_at)
VALUES (%(app)s, 'CRM', 'confidential', '{}', '{}', '{}', now());
INSERT INTO accounts_oauthsecret (id, app_id, digest, hint, created_at, last_used_at)
VALUES (%(team)s, %(app)s, '\\x00ff', 'hint', '2026-11-01 09:30:15.123456+00', NULL),
       (%(robot)s, %(app)s, '\\x01', 'used', '2026-11-01 00:00+00', '2026-11-02 00:00+00');
INSERT INTO accounts_providerpersongrant (permission_id, user_id, content_object_id)
SELECT id, %(ana)s, %(okta)s FROM auth_permission WHERE codename = 'look_after_bot';
INSERT INTO accounts_providergroupgrant (permission_id, group_id, content_object_id)
SELECT id, %(team)s, %(okta)s FROM auth_permission WHERE codename = 'look_after_bot';
INSERT INTO accounts_botpersongrant (permission_id, user_id, content_object_id)
SELECT id, %(ana)s, %(robot)s FROM auth_permission WHERE codename = 'look_after_bot';
INSERT INTO accounts_botgroupgrant (permission_id, group_id, content_object_id)
SELECT id, %(team)s, %(robot)s FROM auth_permission WHERE codename = 'look_after_bot';
"""

DECIDED_BEFORE = """
INSERT INTO accounts_signinpolicy (singleton, version, changed_at, changed_by_id, methods,
                                   break_glass_id, requires_verified_email)
VALUES (true, 3, '2026-11-01 09:30:15.123456+00', %(ana)s, '{code,sso}', %(ana)s, true);
INSERT INTO accounts_secondfactorpolicy (singleton, version, roles, grace_days, required_since)
VALUES (true, 1, '{member,guest}', 7, '2026-11-02 10:00:00.654321+00');
INSERT INTO accounts_sessionpolicy (singleton, version, idle_minutes, absolute_hours)
VALUES (true, 2, 30, NULL);
INSERT INTO accounts_networkpolicy (singleton, version, networks)
VALUES (true, 1, '{192.0.2.0/24}');
INSERT INTO accounts_joinpolicy (singleton, version, by_domain, by_request, members_invite,
                                 invitation_days)
VALUES (true, 1, true, false, true, 30);
INSERT INTO accounts_branding (singleton, version, name, colour, logo)
VALUES (true, 1, 'Acme "and" Söhne', '#9c2f1f', 'R0lG');
INSERT INTO messaging_channelpolicy (singleton, version, public_by, private_by, announcement_by,
                                     prefixes, naming, history, history_days, warn_days,
                                     moved_within_hours, default_channels)
VALUES (true, 4, 'admins', 'roles', 'members', 'proj-', 'plain', 'days', 30, 7, NULL,
        ARRAY[%(team)s, %(okta)s]::uuid[]);
INSERT INTO messaging_etiquettepolicy (singleton, version, confirm_above, shows_receipts,
                                       shows_previews)
VALUES (true, 1, 5, false, true);
INSERT INTO messaging_filepolicy (singleton, version, most_file_mb, most_total_gb, refused_endings,
                                  holds_until_clean, shares_outside, shares_with_guests)
VALUES (true, 1, 10, NULL, 'exe', true, false, true);
INSERT INTO messaging_messagepolicy (singleton, version, versions_shown_to, tells_joins)
VALUES (true, 1, 'nobody', false);
INSERT INTO messaging_searchpolicy (singleton, version, languages, indexed_as, indexing_as,
                                    indexed_to)
VALUES (true, 1, '{german}', '3:english', '3:german', %(robot)s);
"""

NEWER = {NotificationConfirmation, RetentionConfirmation}
"""Kinds that never had a table of their own."""

DECIDED = {
    SignInPolicy: {
        "version": 3,
        "changed_at": datetime(2026, 11, 1, 9, 30, 15, 123456, UTC),
        "changed_by_id": ANA,
        "methods": ["code", "sso"],
        "break_glass_id": ANA,
        "requires_verified_email": True,
    },
    SecondFactorPolicy: {
        "roles": ["member", "guest"],
        "grace_days": 7,
        "required_since": datetime(2026, 11, 2, 10, 0, 0, 654321, UTC),
    },
    SessionPolicy: {"version": 2, "idle_minutes": 30, "absolute_hours": None},
    NetworkPolicy: {"networks": ["192.0.2.0/24"]},
    JoinPolicy: {
        "by_domain": True,
        "by_request": False,
        "members_invite": True,
        "invitation_days": 30,
    },
    Branding: {"name": 'Acme "and" Söhne', "colour": "#9c2f1f", "logo": "R0lG"},
    ChannelPolicy: {
        "version": 4,
        "public_by": "admins",
        "prefixes": "proj-",
        "naming": "plain",
        "history": "days",
        "history_days": 30,
        "idle_days": None,
        "moved_by": "authors",
        "moved_within_hours": None,
        "default_channels": [TEAM, OKTA],
    },
    EtiquettePolicy: {"confirm_above": 5, "shows_receipts": False, "shows_previews": True},
    FilePolicy: {
        "most_file_mb": 10,
        "most_total_gb": None,
        "refused_endings": "exe",
        "holds_until_clean": True,
        "shares_outside": False,
        "shares_with_guests": True,
    },
    MessagePolicy: {"versions_shown_to": "nobody", "tells_joins": False},
    SearchPolicy: {
        "languages": ["german"],
        "indexed_as": "3:english",
        "indexing_as": "3:german",
        "indexed_to": ROBOT,
    },
}


@pytest.fixture
def older(cast):
    """A tenant as it was, with grants given and policies set."""
    create_schema("older")
    migrate_tenant("older", "accounts", "0022_names")
    migrate_tenant("older", "messaging", "0027_file_grants")
    with in_tenant("older"), connection.cursor() as cursor:
        names = {"ana": ANA, "robot": ROBOT, "team": TEAM, "okta": OKTA, "app": APP}
        cursor.execute(GRANTED_BEFORE + DECIDED_BEFORE, names)
        # As a commit does: tables with checks that are still to come cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    return "older"


def test_a_tenant_has_few_tables_of_ours():
    ours = r'^CREATE TABLE "(?:accounts|compliance|core|events|integrations|messaging)_'
    written = re.findall(ours, snapshot.ARTEFACT.read_text(), re.MULTILINE)

    assert len(written) == table_count() <= MOST_TABLES


def test_what_was_granted_decided_and_kept_is_there_after_it(older):
    migrate_tenant(older)

    with in_tenant(older), connection.cursor() as cursor:
        grants = ObjectGrant.objects.order_by("id")
        assert list(grants.values_list("user_id", "group_id", "provider_id", "bot_id")) == [
            (ANA, None, OKTA, None),
            (None, TEAM, OKTA, None),
            (ANA, None, None, ROBOT),
            (None, TEAM, None, ROBOT),
        ]
        cursor.execute(
            "SELECT count(*) FROM auth_permission"
            " WHERE codename LIKE 'look_after_%' OR codename LIKE '%_searchpolicy'"
        )
        assert cursor.fetchone() == (0,)
        for kind, values in DECIDED.items():
            policy = rows.read(kind)
            assert {name: getattr(policy, name) for name in values} == values
        assert set(DECIDED) | NEWER == set(kinds().values())
        robots, teams = OAuthApp.objects.get(id=APP).secrets
        assert robots == OAuthSecret(
            id=ROBOT,
            digest="01",
            hint="used",
            created_at=datetime(2026, 11, 1, tzinfo=UTC),
            last_used_at=datetime(2026, 11, 2, tzinfo=UTC),
        )
        assert (teams.digest, teams.last_used_at) == ("00ff", None)


def test_messages_are_indexed_as_was_decided_before(older):
    migrate_tenant(older)

    with in_tenant(older), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_message (id, conversation_id, seq, author_id, kind, text, key,"
            " also_in_conversation, created_at)"
            " VALUES (%s, %s, 1, %s, 'text', 'Häuser', %s, false, now()) RETURNING words",
            [OKTA, OKTA, ANA, OKTA],
        )
        assert cursor.fetchone() == ("'haus':2 'häuser':1",)
