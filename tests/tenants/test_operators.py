"""What operators see and do at the root site."""

import pytest
from django.core.management import call_command

from tenants.models import Tenant
from tenants.schemas import drop_schema
from tests.cast import PASSWORD

TENANTS = "/admin/tenants/tenant/"


def choose(cast, action: str, *slugs: str, **more: str):
    ids = [str(Tenant.objects.get(slug=slug).id) for slug in slugs]
    data = {"action": action, "_selected_action": ids, **more}
    return cast.op.client.post(TENANTS, data, follow=True)


def test_tenants_are_listed_with_size_state_and_level(cast, django_assert_max_num_queries):
    cast.op.client.get("/admin/")
    with django_assert_max_num_queries(14):
        page = cast.op.client.get(TENANTS)

    assert page.status_code == 200
    for words in ("acme", "globex", "operators", "ready", "current"):
        assert words in page.text
    assert "KB" in page.text or "MB" in page.text


def test_a_tenant_that_is_behind_is_shown_as_such(cast):
    from django.db import connection

    from tenants.context import in_tenant

    with in_tenant("globex"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'accounts'")

    assert "behind" in cast.op.client.get(TENANTS).text


def test_the_page_of_a_tenant_shows_and_changes_nothing(cast):
    tenant = Tenant.objects.get(slug="acme")

    page = cast.op.client.get(f"{TENANTS}{tenant.id}/change/")
    answer = cast.op.client.post(f"{TENANTS}{tenant.id}/change/", {"name": "Evil"})

    assert "acme.localhost" in page.text
    assert answer.status_code == 403
    assert Tenant.objects.get(slug="acme").name == "Acme"
    assert cast.op.client.get(f"{TENANTS}{tenant.id}/delete/").status_code == 403
    assert cast.op.client.get(f"{TENANTS}add/").status_code == 403


def test_an_action_asks_before_it_acts(cast):
    page = choose(cast, "suspend", "acme")

    assert "This will be done to:" in page.text
    assert Tenant.objects.get(slug="acme").state == "ready"

    page = choose(cast, "suspend", "acme", confirmed="yes")

    assert "Acme: suspended" in page.text
    assert Tenant.objects.get(slug="acme").state == "suspended"
    choose(cast, "resume", "acme", confirmed="yes")
    assert Tenant.objects.get(slug="acme").state == "ready"


def test_deleting_waits_and_can_be_undone(cast):
    choose(cast, "mark_for_deletion", "acme", "globex", confirmed="yes")
    choose(cast, "keep", "globex", confirmed="yes")

    assert Tenant.objects.get(slug="acme").state == "deleting"
    assert Tenant.objects.get(slug="globex").state == "ready"


def test_erasing_is_final_and_refuses_the_operators_themselves(cast, real_commits):
    page = choose(cast, "erase", "globex", "operators", confirmed="yes")

    assert "Globex: erased" in page.text
    assert "cannot be taken away" in page.text
    assert set(Tenant.objects.values_list("slug", flat=True)) == {"acme", "operators"}


def test_signing_in_happens_at_the_sign_in_page(cast):
    browser = cast.nobody("operators")

    answer = browser.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/login/?next=/admin/"
    answer = browser.post(
        "/accounts/login/?next=/admin/", {"login": cast.op.email, "password": PASSWORD}, follow=True
    )

    assert answer.status_code == 200
    assert "<title>The service" in answer.text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/elsewhere"])
def test_the_way_to_sign_in_leads_back_to_the_console_only(cast, target):
    answer = cast.nobody("operators").get("/admin/login/", {"next": target})

    assert answer["Location"] == "/accounts/login/?next=/admin/"


def test_the_first_operator_is_made_by_command(cast, real_commits, capsys):
    Tenant.objects.filter(slug="operators").delete()
    drop_schema("operators")

    for number in (1, 2):
        call_command(
            "create_operator", email=f"op{number}@example.com", password="a-phrase-of-words"
        )

    assert "op2@example.com is an operator" in capsys.readouterr().out
    browser = cast.nobody("operators")
    browser.post("/accounts/login/", {"login": "op1@example.com", "password": "a-phrase-of-words"})
    assert browser.get(TENANTS).status_code == 200
