"""Access reviews: a campaign lists what is granted, its reviewer decides, a report remains."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.groups import services as groups
from accounts.groups.services import Members
from accounts.people.models import User
from accounts.roles import services as roles
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import new_id
from messaging.grants import services as grants
from messaging.grants.models import ConversationGroupGrant
from messaging.reviews import selectors, services
from messaging.reviews.models import AccessReview, ReviewItem
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel


@pytest.fixture
def review(cast, in_acme) -> AccessReview:
    """Of a channel granted to a group and to Cy, and of a role that the group has; for Bo."""
    team = groups.create_group(cast.ana.actor, name="team", members=Members.of([cast.eve.id]))
    room = make_channel(cast.ana, name="=room", kind="private")
    grants.grant(cast.ana.actor, conversation_id=room.id, group_id=team.id)
    grants.grant(cast.ana.actor, conversation_id=room.id, user_id=cast.cy.id)
    role = roles.create_role(cast.ana.actor, name="auditor", permissions=["audit.read"])
    roles.give_role(cast.ana.actor, role_id=role.id, group_id=team.id)
    return services.open_review(cast.ana.actor, name="Autumn", reviewer_id=cast.bo.id)


def line(review: AccessReview, label: str) -> ReviewItem:
    return ReviewItem.objects.get(review=review, label__contains=label)


def test_a_campaign_lists_every_grant_and_role_given(cast, review):
    labels = list(review.items.order_by("id").values_list("label", flat=True))

    assert labels == ["#=room → Cy", "#=room → team", "auditor → team"]
    assert journal_types(review.id) == ["review.opened"]


def test_revoking_takes_away_with_the_commit_and_attesting_does_not(cast, review):
    bo = cast.bo.actor
    services.decide(bo, review_id=review.id, item_id=line(review, "Cy").id, decision="attested")
    services.decide(
        bo, review_id=review.id, item_id=line(review, "#=room → team").id, decision="revoked"
    )
    services.decide(bo, review_id=review.id, item_id=line(review, "auditor").id, decision="revoked")

    assert not ConversationGroupGrant.objects.exists()
    assert User.objects.get(id=cast.eve.id).granted is None
    assert cast.cy.client.get("/api/v1/conversations?scope=all").json()["items"]
    assert [one["decision"] for one in selectors.report(bo, review.id)] == [
        "attested",
        "revoked",
        "revoked",
    ]
    with pytest.raises(Conflict):
        services.decide(
            bo, review_id=review.id, item_id=line(review, "auditor").id, decision="attested"
        )


def test_what_is_gone_meanwhile_is_said_so(cast, review):
    ConversationGroupGrant.objects.all().delete()

    item = line(review, "#=room → team")
    decided = services.decide(
        cast.bo.actor, review_id=review.id, item_id=item.id, decision="revoked"
    )

    assert decided.decision == "gone"


def test_its_reviewer_alone_decides_until_it_is_closed(cast, review):
    item = line(review, "Cy")

    with pytest.raises(Forbidden):
        services.decide(cast.ana.actor, review_id=review.id, item_id=item.id, decision="revoked")
    with pytest.raises(NotFound):
        services.decide(cast.cy.actor, review_id=review.id, item_id=item.id, decision="revoked")
    with pytest.raises(NotFound):
        services.decide(cast.bo.actor, review_id=review.id, item_id=new_id(), decision="revoked")
    with pytest.raises(Invalid):
        services.decide(cast.bo.actor, review_id=review.id, item_id=item.id, decision="perhaps")
    services.close_review(cast.ana.actor, review_id=review.id)
    with pytest.raises(Conflict):
        services.decide(cast.bo.actor, review_id=review.id, item_id=item.id, decision="revoked")

    assert ReviewItem.objects.filter(decision="").count() == 3


@pytest.mark.parametrize("days", [-2, 4000])
def test_a_review_is_due_on_a_day_to_come(cast, in_acme, days):
    due = timezone.localdate() + timedelta(days=days)

    with pytest.raises(Invalid) as refused:
        services.open_review(cast.ana.actor, name="Late", reviewer_id=cast.bo.id, due_at=due)

    assert [error.field for error in refused.value.errors] == ["due_at"]
    assert not AccessReview.objects.exists()


def test_nobody_judges_their_own_access(cast, in_acme):
    room = make_channel(cast.ana, name="room", kind="private")
    grants.grant(cast.ana.actor, conversation_id=room.id, user_id=cast.bo.id)
    review = services.open_review(cast.ana.actor, name="Own", reviewer_id=cast.bo.id)

    with pytest.raises(Forbidden):
        services.decide(
            cast.bo.actor, review_id=review.id, item_id=line(review, "Bo").id, decision="revoked"
        )


def test_the_report_is_a_table_that_runs_nothing(cast, review):
    page = cast.ana.client.get(f"/admin/messaging/accessreview/{review.id}/report.csv")

    assert page["Content-Type"].startswith("text/csv")
    rows = page.text.splitlines()
    assert rows[0] == "kind,what,decision,decided_by,decided_at,note"
    assert len(rows) == 4
    assert selectors.as_csv([{"what": "=1+1"}]).splitlines()[1].split(",")[1] == "'=1+1"
    json = cast.ana.client.get(f"/admin/messaging/accessreview/{review.id}/report.json").json()
    assert len(json["items"]) == 3


def test_over_rest_and_in_the_console(cast, review):
    bo, path = call(cast.bo.api), f"/reviews/{review.id}"

    assert bo.get("/reviews").items[0]["open_count"] == 3
    item = bo.get(f"{path}/items").items[0]
    done = bo.post(f"{path}/items/{item['id']}", {"decision": "attested", "note": "asked"})
    assert (done.status, done.body["decision"], done.body["note"]) == (200, "attested", "asked")
    assert call(cast.cy.api).get(path).problem == (404, "not_found")
    assert bo.post("/reviews", {"name": "x", "reviewer_id": str(cast.bo.id)}).problem[0] == 403
    assert bo.post(f"{path}/close").body["closed_at"] is not None
    assert cast.ana.client.get("/admin/messaging/accessreview/").status_code == 200
    page = cast.ana.client.get("/admin/messaging/reviewitem/")
    assert "auditor → team" in page.text


@pytest.fixture
def bo_in_the_console(cast, review) -> Client:
    """Bo, the reviewer, whom a role lets into the console."""
    role = roles.create_role(cast.ana.actor, name="console", permissions=["console.open"])
    roles.give_role(cast.ana.actor, role_id=role.id, user_id=cast.bo.id)
    return cast.bo.client


def test_the_reviews_own_page_shows_its_lines_and_decides_them(cast, review, bo_in_the_console):
    bo, base = bo_in_the_console, f"/admin/messaging/accessreview/{review.id}"
    page = bo.get(f"{base}/change/").text
    assert "3 lines of 3 are open." in page
    assert [label in page for label in ("#=room → Cy", "#=room → team", "auditor → team")] == [
        True
    ] * 3
    assert "Attest #=room → Cy" in page

    first = bo.post(f"{base}/decide/", {"attested": str(line(review, "Cy").id)}, follow=True)
    chosen = [str(line(review, label).id) for label in ("=room → team", "auditor")]
    rest = bo.post(f"{base}/decide/", {"revoked": "chosen", "item": chosen}, follow=True)

    assert "1 line is decided." in first.text
    assert "2 lines are decided." in rest.text
    assert "Attest #" not in rest.text, "nothing is open any more"
    decisions = review.items.order_by("id").values_list("decision", flat=True)
    assert list(decisions) == ["attested", "revoked", "revoked"]
    assert not ConversationGroupGrant.objects.exists()


def test_who_is_not_the_reviewer_sees_the_page_and_decides_nothing(cast, review):
    ana, base = cast.ana.client, f"/admin/messaging/accessreview/{review.id}"
    page = ana.get(f"{base}/change/").text
    assert "Attest" not in page
    assert "Close this review" in page

    said = ana.post(f"{base}/decide/", {"revoked": str(line(review, "Cy").id)}, follow=True).text

    assert "Only its reviewer decides in a review." in said
    assert review.items.filter(decision="").count() == 3


@pytest.mark.parametrize(
    "posted",
    [
        {"attested": "x"},
        {"attested": "\x00"},
        {"attested": "0190a000-0000-7000-8000-000000000000"},
        {"revoked": "chosen"},
        {"revoked": "chosen", "item": ["x", ""]},
    ],
    ids=str,
)
def test_a_line_that_is_none_decides_nothing(cast, review, bo_in_the_console, posted):
    base = f"/admin/messaging/accessreview/{review.id}"

    assert bo_in_the_console.post(f"{base}/decide/", posted).status_code == 302
    assert bo_in_the_console.post(f"{base}/decide/", {"perhaps": "x"}).status_code == 404
    assert bo_in_the_console.get(f"{base}/decide/").status_code == 404
    assert review.items.filter(decision="").count() == 3


def test_a_stranger_finds_no_review(cast, review, bo_in_the_console):
    other = services.open_review(cast.ana.actor, name="Not yours", reviewer_id=cast.ana.id)
    base = f"/admin/messaging/accessreview/{other.id}"

    assert bo_in_the_console.get(f"{base}/change/").status_code == 302
    assert bo_in_the_console.post(f"{base}/close/").status_code == 404
    bo_in_the_console.post(f"{base}/decide/", {"revoked": str(other.items.first().id)})
    other.refresh_from_db()
    assert (other.closed_at, other.items.exclude(decision="").count()) == (None, 0)


def test_closing_it_on_its_page(cast, review):
    base = f"/admin/messaging/accessreview/{review.id}"

    page = cast.ana.client.post(f"{base}/close/", follow=True)

    assert "Closed on" in page.text
    assert "Close this review" not in page.text


def test_the_page_takes_as_many_queries_for_100_lines_as_for_three(
    cast, review, django_assert_max_num_queries
):
    path = f"/admin/messaging/accessreview/{review.id}/change/"
    with CaptureQueriesContext(connection) as few:
        cast.ana.client.get(path)
    ReviewItem.objects.bulk_create(
        ReviewItem(review=review, kind="role", group_id=new_id(), object_id=new_id(), label=str(n))
        for n in range(97)
    )

    with django_assert_max_num_queries(len(few)):
        assert "100 lines of 100 are open." in cast.ana.client.get(path).text
