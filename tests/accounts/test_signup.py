"""An organisation signs itself up on the root site."""

import re
import threading
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts.people.models import User
from accounts.signup import views
from core.actor import Role
from core.limits import Quota
from tenants import services, signup
from tenants.context import in_tenant
from tenants.models import Signup, SignupState, Tenant

PARTICULARS = {
    "name": "Initech",
    "slug": "initech",
    "owner_name": "Peter",
    "owner_email": "peter@initech.example",
    "password": "a-stapler-of-my-own",
}


@pytest.fixture
def root(cast) -> Client:
    return Client(HTTP_HOST="localhost:8000")


@pytest.fixture
def at_once(monkeypatch) -> list[UUID]:
    """Carry requests out in the request's own thread, whose transaction is rolled back."""
    made: list[UUID] = []

    class Now:
        def submit(self, _make, id_: UUID) -> None:
            made.append(id_)
            signup.carry_out(id_)

    monkeypatch.setattr(views, "_makers", Now())
    return made


def particulars(**changes: str) -> dict[str, str]:
    return {**PARTICULARS, "key": str(uuid4()), **changes}


def test_a_request_becomes_an_organisation_whose_owner_signs_in(root, at_once):
    response = root.post("/", particulars(), follow=True)

    assert response.status_code == 200
    assert "Initech is ready" in response.text
    link = "http://initech.localhost:8000/accounts/login/?email=peter%40initech.example"
    assert f'href="{link}"' in response.text
    browser = Client(HTTP_HOST="initech.localhost:8000")
    page = browser.get("/accounts/login/?email=peter%40initech.example")
    assert 'value="peter@initech.example"' in page.text
    assert focused(page) == ["password"]
    answer = browser.post(
        "/accounts/login/", {"login": "peter@initech.example", "password": PARTICULARS["password"]}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/")
    with in_tenant("initech"):
        assert list(User.objects.values_list("name", "role")) == [("Peter", Role.OWNER)]


def test_the_password_is_kept_nowhere(root, at_once):
    root.post("/", particulars())

    assert Signup.objects.get().password_hash == ""
    assert Signup.objects.get().state == SignupState.READY


def test_a_form_sent_twice_asks_for_one_organisation(root, at_once):
    form = particulars()

    first = root.post("/", form)
    second = root.post("/", form)

    assert first["Location"] == second["Location"]
    assert Signup.objects.count() == 1
    assert Tenant.objects.filter(slug="initech").count() == 1


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [
        ("acme", "taken"),
        ("www", "reserved"),
        ("operators", "reserved"),
        ("a", "3 to 40 characters"),
        ("-acme", "3 to 40 characters"),
        ("ac--me", "3 to 40 characters"),
        ("acme_two", "3 to 40 characters"),
        ("аcme", "3 to 40 characters"),
        ("x" * 41, "at most 40 characters"),
        ("ab\u202ecd", "3 to 40 characters"),
        ("a.b.c", "3 to 40 characters"),
        ("xn--bcher-kva", "3 to 40 characters"),
    ],
)
def test_an_address_that_cannot_be_is_refused_with_a_sentence(root, at_once, slug, sentence):
    before = Tenant.objects.count()

    response = root.post("/", particulars(slug=slug))

    assert response.status_code == 422
    assert sentence in response.text
    assert (Tenant.objects.count(), Signup.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Evil\u202eProg"),
        ("name", "nul\x00byte"),
        ("name", "   "),
        ("owner_name", "Pe\u202eter"),
        ("owner_email", "not an address"),
        ("owner_email", "a@b"),
        ("password", "short"),
        ("password", "password123"),
        ("password", "peter@initech.example"),
        ("key", "not-a-uuid"),
    ],
)
def test_other_bad_values_are_refused(root, at_once, field, value):
    response = root.post("/", particulars(**{field: value}))

    assert response.status_code == 422
    assert Signup.objects.count() == 0


def focused(page) -> list[str]:
    """The names of the fields that take the keyboard when a page is shown."""
    fields = re.findall(r"<input[^>]*\sautofocus[^>]*>", page.text)
    return [re.findall(r'name="(\w+)"', field)[0] for field in fields]


def test_the_keyboard_is_where_there_is_something_to_mend(root, at_once):
    assert focused(root.get("/")) == ["name"]
    assert focused(root.post("/", particulars(slug="www", password="short"))) == ["slug"]
    assert focused(root.post("/", particulars(password="short"))) == ["password"]


def test_all_errors_are_shown_at_once(root, at_once):
    response = root.post("/", particulars(slug="www", owner_email="nobody", password="short"))

    assert response.text.count('class="errorlist"') == 3


def test_what_failed_left_nothing_behind_and_can_be_tried_again(root, at_once, monkeypatch):
    broken = services._add_owner

    def fail(slug, owner):
        broken(slug, owner)
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(services, "_add_owner", fail)
    page = root.post("/", particulars(), follow=True)

    assert "That did not work" in page.text
    assert not Tenant.objects.filter(slug="initech").exists()
    assert "fire" not in page.text

    monkeypatch.setattr(services, "_add_owner", broken)
    address = page.redirect_chain[-1][0]
    again = root.post(address, {"slug": "initech"}, follow=True)

    assert "Initech is ready" in again.text
    assert Tenant.objects.filter(slug="initech").exists()


def test_while_it_is_made_the_page_comes_again_by_itself(root, monkeypatch):
    monkeypatch.setattr(views, "_makers", _Never())

    page = root.post("/", particulars(), follow=True)

    assert '<meta http-equiv="refresh" content="1">' in page.text
    address = page.redirect_chain[-1][0]
    assert root.get(f"{address}state").json() == {
        "state": "waiting",
        "trouble": "",
        "sign_in_url": None,
    }


def test_what_was_interrupted_can_be_tried_again(root, monkeypatch):
    monkeypatch.setattr(views, "_makers", _Never())
    page = root.post("/", particulars(), follow=True)
    Signup.objects.update(changed_at="2020-01-01T00:00:00Z")

    again = root.get(page.redirect_chain[-1][0])

    assert "It was interrupted." in again.text
    assert "Try again" in again.text


def test_an_unknown_request_is_not_found(root):
    assert root.get(f"/signup/{uuid4()}/").status_code == 404
    assert root.get(f"/signup/{uuid4()}/state").status_code == 404
    assert root.post(f"/signup/{uuid4()}/", {"slug": "initech"}).status_code == 404


def test_too_many_requests_are_told_to_wait(root, monkeypatch):
    monkeypatch.setattr(views, "_makers", _Never())
    monkeypatch.setattr(views, "QUOTA", Quota("signup", per_minute=1, burst=2))
    answers = [root.post("/", particulars(slug=f"initech{number}")) for number in range(3)]

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert "Too many requests. Wait a minute." in answers[-1].text


def test_trying_again_too_often_is_told_to_wait_and_the_form_stays(root, monkeypatch):
    monkeypatch.setattr(views, "_makers", _Never())
    page = root.post("/", particulars(), follow=True)
    address = page.redirect_chain[-1][0]
    Signup.objects.update(state=SignupState.FAILED)
    monkeypatch.setattr(views, "QUOTA", Quota("signup-again", per_minute=1, burst=1))
    assert root.post(address, {"slug": "www"}).status_code == 422

    refused = root.post(address, {"slug": "initech"})

    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert "Too many requests. Wait a minute." in refused.text
    assert "Try again" in refused.text
    assert Signup.objects.get().state == SignupState.FAILED


def test_the_pages_need_no_script_and_allow_none_inline(root):
    page = root.get("/")

    assert "<script" not in page.text
    assert not re.search(r"\son\w+=", page.text)
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    assert "no-store" in page["Cache-Control"]


def test_two_at_once_for_one_address_make_one_organisation(cast, real_commits):
    rows = [signup.request_signup(id_=uuid4(), **PARTICULARS) for _ in range(4)]
    barrier = threading.Barrier(4)

    def make(id_: UUID) -> None:
        barrier.wait()
        views.make(id_)

    threads = [threading.Thread(target=make, args=(row.id,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    states = sorted(Signup.objects.values_list("state", flat=True))
    assert states == ["failed", "failed", "failed", "ready"]
    with in_tenant("initech"):
        assert User.objects.count() == 1


class _Never:
    def submit(self, *_: object) -> None:
        """The thread that would make it has been killed."""
