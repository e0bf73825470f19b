"""Coming in: by mail, by link, by a proved domain, by asking; and guests who leave again."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.domains.models import DomainProof
from accounts.invitations import services
from accounts.invitations.models import Invitation, JoinPolicy, JoinRequest
from accounts.people.models import User
from accounts.policies.services import change
from accounts.sessions.models import Session
from core.actor import Actor, Role
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import new_id
from events.models import Entry
from tenants.context import in_tenant
from tests.races.together import at_once, errors_in

NEW = {"name": "Zoe Zeller", "password": "a-phrase-of-new-words"}
ABOVE = Actor(tenant="acme", user_id=None, role=Role.ADMIN)


def browser() -> Client:
    return Client(HTTP_HOST="acme.localhost")


def is_in(client: Client) -> bool:
    return client.get("/api/v1/me").status_code == 200


def post(client: Client, path: str, body: dict):
    return client.post(f"/api/v1{path}", body, content_type="application/json")


def ways() -> list[str]:
    rows = Entry.objects.filter(type="chancery.user.joined.v1").order_by("seq")
    return [row.data["way"] for row in rows]


def test_an_invitation_by_mail_brings_one_person_in(in_acme, cast, mail):
    made = post(cast.ana.client, "/invitations", {"email": "zoe@x.example", "role": "member"})
    assert made.status_code == 201
    assert mail.mails[-1]["To"] == "zoe@x.example"
    path = urlsplit(mail.link()).path
    client = browser()
    assert "zoe@x.example" in client.get(path).text

    forged = {"email": "other@x.example", "role": "owner", "granted": "console.open"}
    client.post(path, NEW | forged)

    zoe = User.objects.get(email="zoe@x.example")
    assert is_in(client)
    assert (zoe.role, zoe.granted) == ("member", None)
    assert EmailAddress.objects.get(user=zoe).verified
    assert browser().get(path).status_code == 404
    assert ways() == ["mail"]
    assert "zoe" not in str(list(Entry.objects.values_list("data", flat=True)))


def test_a_link_counts_its_uses(in_acme, cast):
    link = post(cast.ana.client, "/invitations", {"most_uses": 2}).json()["link"]
    path = urlsplit(link).path
    for who in ("a", "b"):
        client = browser()
        client.post(path, {**NEW, "email": f"{who}@x.example"})
        assert is_in(client)

    assert browser().post(path, {**NEW, "email": "c@x.example"}).status_code == 404
    assert User.objects.filter(email__endswith="@x.example").count() == 2
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_the_last_use_is_somebodys_only(cast, real_commits):
    with in_tenant("acme"):
        _row, secret = services.invite(cast.ana.actor)

    def come(who: str):
        return services.accept_invitation(
            secret, name=who, email=f"{who}@x.example", password=NEW["password"]
        )

    outcomes = at_once("acme", lambda: come("ann"), lambda: come("ben"))

    assert [type(error) for error in errors_in(outcomes)] == [NotFound]
    with in_tenant("acme"):
        assert User.objects.filter(email__endswith="@x.example").count() == 1
        assert Invitation.objects.get().uses == 1


@pytest.mark.parametrize(
    "spoil",
    [
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"uses": 1},
    ],
)
def test_what_is_over_leads_nowhere(in_acme, cast, spoil):
    row, secret = services.invite(cast.ana.actor)
    Invitation.objects.filter(id=row.id).update(**spoil)

    assert browser().get(f"/accounts/join/{secret}/").status_code == 404
    with pytest.raises(NotFound):
        services.accept_invitation(secret, name="x", email="x@x.example", password=None)


def test_an_invitation_of_one_organisation_is_nothing_to_another(in_acme, cast):
    _row, secret = services.invite(cast.ana.actor)

    elsewhere = Client(HTTP_HOST="globex.localhost")
    assert elsewhere.get(f"/accounts/join/{secret}/").status_code == 404


def test_secrets_are_not_kept(in_acme, cast):
    _row, secret = services.invite(cast.ana.actor)

    assert secret not in str(Invitation.objects.values().get())


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "nonsense"}, "email"),
        ({"role": "emperor"}, "role"),
        ({"most_uses": 0}, "most_uses"),
        ({"most_uses": 10**9}, "most_uses"),
        ({"email": "a@x.example", "most_uses": 2}, "most_uses"),
        ({"days": 0}, "days"),
        ({"days": 1000}, "days"),
        ({"guest_until": "2099-01-01T00:00:00Z"}, "guest_until"),
        ({"role": "guest", "guest_until": "2001-01-01T00:00:00Z"}, "guest_until"),
        ({"role": "member", "is_superuser": True}, "is_superuser"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(in_acme, cast, body, field):
    answer = post(cast.ana.client, "/invitations", body)

    assert answer.status_code == 422
    assert field in answer.json()["errors"][0]["field"]
    assert Invitation.objects.count() == 0


def test_nobody_invites_above_themselves(in_acme, cast):
    with pytest.raises(Forbidden):
        services.invite(ABOVE, role=Role.OWNER)
    with pytest.raises(Forbidden):
        services.invite(cast.bo.actor)
    change(cast.ana.actor, JoinPolicy, members_invite=True)
    row, _secret = services.invite(cast.bo.actor, role=Role.GUEST)
    with pytest.raises(Forbidden):
        services.invite(cast.bo.actor, role=Role.ADMIN)
    with pytest.raises(Forbidden):
        services.invite(cast.eve.actor, role=Role.GUEST)
    with pytest.raises(NotFound):
        services.revoke_invitation(cast.cy.actor, invitation_id=row.id)
    services.revoke_invitation(cast.bo.actor, invitation_id=row.id)


def test_who_is_here_already_is_not_invited(in_acme, cast):
    with pytest.raises(Conflict):
        services.invite(cast.ana.actor, email="BO@acme.example")


def test_a_guests_time_is_over_before_the_clock_comes_round(in_acme, cast):
    assert cast.eve.client.get("/api/v1/me").status_code == 200
    User.objects.filter(id=cast.eve.id).update(ends_at=timezone.now())

    assert cast.eve.client.get("/api/v1/me").status_code == 401
    assert cast.eve.api.get("/api/v1/me").status_code == 401
    assert cast.bo.api.get("/api/v1/me").status_code == 200


def test_a_guest_leaves_when_the_time_is_over(in_acme, cast):
    until = timezone.now() + timedelta(days=3)
    _row, secret = services.invite(cast.ana.actor, role=Role.GUEST, guest_until=until)
    client = browser()
    client.post(f"/accounts/join/{secret}/", {**NEW, "email": "gus@x.example"})
    assert is_in(client)
    assert services.end_overdue_guests() == 0
    User.objects.filter(email="gus@x.example").update(ends_at=timezone.now())

    assert services.end_overdue_guests() == 1

    assert not is_in(client)
    gus = User.objects.get(email="gus@x.example")
    assert not gus.is_active
    assert not Session.objects.filter(user_id=gus.id).exists()


# By address, and by asking


def ask(client: Client, email: str):
    return client.post("/accounts/join/", {"name": "Zoe", "email": email})


def test_a_proved_domain_lets_its_people_in(in_acme, cast, mail):
    DomainProof.objects.create(domain="acme.example", proved_at=timezone.now())
    assert browser().get("/accounts/join/").status_code == 404
    change(cast.ana.actor, JoinPolicy, by_domain=True)
    client = browser()
    ask(client, "zoe@acme.example")
    path = urlsplit(mail.link()).path

    client.post(path, NEW)

    assert is_in(client)
    assert User.objects.get(email="zoe@acme.example").role == "member"
    assert ways() == ["domain"]
    # Once more by the same link: they are here already.
    assert browser().post(path, NEW).status_code == 200
    assert User.objects.filter(email="zoe@acme.example").count() == 1


def test_every_address_gets_the_same_page(in_acme, cast, mail):
    DomainProof.objects.create(domain="acme.example", proved_at=timezone.now())
    change(cast.ana.actor, JoinPolicy, by_domain=True)
    addresses = ("zoe@acme.example", "bob@acme.example", "zoe@else.example", "bo@acme.example")

    pages = [ask(browser(), email).text.replace(email, "") for email in addresses]

    assert len(set(map(len, pages))) == 1
    assert [m["To"] for m in mail.mails] == ["zoe@acme.example", "bob@acme.example"]


def test_a_domain_that_is_lost_lets_nobody_in_any_more(in_acme, cast, mail):
    DomainProof.objects.create(domain="acme.example", proved_at=timezone.now())
    change(cast.ana.actor, JoinPolicy, by_domain=True)
    ask(browser(), "zoe@acme.example")
    DomainProof.objects.all().delete()

    assert browser().post(urlsplit(mail.link()).path, NEW).status_code == 404
    assert not User.objects.filter(email="zoe@acme.example").exists()


def test_who_asks_waits_for_somebody_to_agree(in_acme, cast, mail):
    change(cast.ana.actor, JoinPolicy, by_request=True)
    ask(browser(), "zoe@x.example")
    path = urlsplit(mail.link()).path
    for _ in range(2):
        assert "somebody here will decide" in browser().get(path).text
    row = JoinRequest.objects.get()
    assert cast.bo.client.get("/api/v1/join-requests").status_code == 403
    (listed,) = cast.ana.client.get("/api/v1/join-requests").json()["items"]
    assert listed["email"] == "zoe@x.example"

    decided = post(cast.ana.client, f"/join-requests/{row.id}/decide", {"accept": True})

    assert decided.status_code == 204
    assert User.objects.get(email="zoe@x.example").role == "member"
    assert (
        post(cast.ana.client, f"/join-requests/{row.id}/decide", {"accept": True}).status_code
        == 404
    )


def test_who_is_turned_away_has_no_account(in_acme, cast):
    row = JoinRequest.objects.create(email="zoe@x.example", name="Zoe")

    services.decide_request(cast.ana.actor, request_id=row.id, accept=False)

    assert not User.objects.filter(email="zoe@x.example").exists()
    with pytest.raises(NotFound):
        services.decide_request(cast.ana.actor, request_id=new_id(), accept=True)


def test_a_proof_is_good_in_its_organisation_only(cast):
    with in_tenant("acme"):
        proof = services.proof_for("zoe@x.example", "Zoe")
        assert services.read_proof(proof) == ("zoe@x.example", "Zoe")
        with pytest.raises(NotFound):
            services.read_proof(proof[:-2] + "xx")
    with in_tenant("globex"), pytest.raises(NotFound):
        services.read_proof(proof)


def test_the_console_invites_and_takes_back(in_acme, cast, mail):
    page = cast.ana.client.post(
        "/admin/accounts/invitation/add/",
        {"email": "zoe@x.example", "role": "member", "most_uses": "1"},
        follow=True,
    )
    assert "/accounts/join/" in page.text
    assert mail.mails[-1]["To"] == "zoe@x.example"
    row = Invitation.objects.get()

    cast.ana.client.post(
        "/admin/accounts/invitation/",
        {"action": "take_back", "_selected_action": [str(row.id)]},
    )

    row.refresh_from_db()
    assert row.revoked_at is not None
    for name in ("joinpolicy", "joinrequest", "signinpolicy", "secondfactorpolicy"):
        assert cast.ana.client.get(f"/admin/accounts/{name}/").status_code == 200


def test_a_weak_password_lets_nobody_in(in_acme, cast):
    _row, secret = services.invite(cast.ana.actor)

    with pytest.raises(Invalid):
        services.accept_invitation(secret, name="Zoe", email="z@x.example", password="password1")
    assert Invitation.objects.get().uses == 0
