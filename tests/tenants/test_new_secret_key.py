"""The secret key is replaced: nothing that it sealed is lost, and the old one can go."""

import json

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.management import call_command

from accounts.sso.models import IdentityProvider, ProviderKey
from accounts.sso.services import client_secret, private_key
from core.ids import new_id
from core.sealed import Unreadable, seal
from messaging.messages.models import Message
from messaging.messages.selectors import message as message_view
from messaging.messages.services import post_message
from messaging.polls.selectors import my_vote
from messaging.polls.services import vote
from tenants.context import in_tenant
from tests.cast import PASSWORD, Cast
from tests.messaging.places import make_channel

OLD, NEW = "the key of this year " * 3, "the key of the next year " * 3
CODE = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Kept:
    """What acme keeps that its key has sealed or hidden."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.app = Authenticator.objects.create(
            user=cast.bo.user, type="totp", data={"secret": get_adapter().encrypt(CODE)}
        )
        self.codes = RecoveryCodes.activate(cast.bo.user).generate_codes()
        self.provider = IdentityProvider.objects.create(
            kind="oidc",
            slug="corp",
            name="Corp",
            secret=seal("between us", tenant="acme", purpose="sso-secret"),
        )
        self.key = ProviderKey.objects.create(
            provider=self.provider,
            certificate="-",
            private_key=seal("ours alone", tenant="acme", purpose="sso-key"),
            expires_at="2040-01-01T00:00:00Z",
        )
        self.poll = self._poll()
        vote(cast.bo.actor, message_id=self.poll.id, options=[1])

    def _poll(self) -> Message:
        place = make_channel(self.cast.ana, self.cast.bo, name="general")
        wanted = {"options": ["Tea", "Coffee"], "anonymous": True}
        return post_message(
            self.cast.ana.actor,
            conversation_id=place.id,
            text="What?",
            key=new_id(),
            brought={"poll": wanted},
        ).message

    def check(self) -> None:
        """All of it opens, and the vote is known as Bo's."""
        for row in (self.app, self.provider, self.key):
            row.refresh_from_db()
        codes = Authenticator.objects.get(user=self.cast.bo.user, type="recovery_codes")
        assert get_adapter().decrypt(self.app.data["secret"]) == CODE
        assert RecoveryCodes(codes).generate_codes() == self.codes
        assert client_secret(self.provider) == "between us"
        assert private_key(self.key) == "ours alone"
        assert my_vote(self.cast.bo.actor, self.poll.id) == [1]


@pytest.fixture
def kept(cast: Cast, in_acme: str, settings) -> Kept:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    return Kept(cast)


def reseal(capsys: pytest.CaptureFixture[str]) -> dict:
    call_command("reseal_secrets", "--tenant", "acme", "--json")
    return json.loads(capsys.readouterr().out)


def votes(kept: Kept) -> list[int]:
    view = message_view(kept.cast.ana.actor, kept.poll.id)
    return [one["count"] for one in view["poll"]["options"]]


def test_what_the_old_key_sealed_is_read_while_it_is_named(kept, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]

    kept.check()


def test_a_vote_under_the_old_key_is_replaced_and_not_doubled(kept, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]

    vote(kept.cast.bo.actor, message_id=kept.poll.id, options=[0])

    assert votes(kept) == [1, 0]


def test_once_resealed_the_old_key_is_needed_no_more(kept, settings, capsys):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]

    told = reseal(capsys)

    assert told["tenants"]["acme"] == {
        "anonymous polls": {"resealed": 1, "unreadable": 0},
        "identity providers": {"resealed": 2, "unreadable": 0},
        "second factors": {"resealed": 2, "unreadable": 0},
    }
    assert (told["resealed"], told["unreadable"]) == (5, 0)
    settings.SECRET_KEY_FALLBACKS = []
    kept.check()
    vote(kept.cast.bo.actor, message_id=kept.poll.id, options=[0])
    assert votes(kept) == [1, 0]


def test_run_again_it_has_nothing_to_do(kept, settings, capsys):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    reseal(capsys)
    before = list(ProviderKey.objects.values_list("private_key", flat=True))

    told = reseal(capsys)

    assert (told["resealed"], told["unreadable"]) == (0, 0)
    assert list(ProviderKey.objects.values_list("private_key", flat=True)) == before


def test_what_no_key_opens_is_counted_and_left_as_it_is(kept, settings, capsys):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, []

    with pytest.raises(SystemExit) as ended:
        call_command("reseal_secrets", "--tenant", "acme")

    assert ended.value.code == 1
    assert "4 open with none of the keys" in capsys.readouterr().out
    with pytest.raises(Unreadable):
        private_key(kept.key)
    settings.SECRET_KEY_FALLBACKS = [OLD]
    kept.check()


def test_each_tenant_is_visited_also_one_that_does_not_answer(cast, settings, capsys):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    for slug in ("acme", "globex"):
        with in_tenant(slug):
            IdentityProvider.objects.create(
                kind="oidc",
                slug="corp",
                name="Corp",
                secret=seal("between us", tenant=slug, purpose="sso-secret"),
            )
    call_command("suspend_tenant", "globex")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    capsys.readouterr()

    call_command("reseal_secrets")

    said = capsys.readouterr().out
    assert "acme: identity providers: 1 sealed anew" in said
    assert "globex: identity providers: 1 sealed anew" in said
    settings.SECRET_KEY_FALLBACKS = []
    for slug in ("acme", "globex"):
        with in_tenant(slug):
            assert client_secret(IdentityProvider.objects.get()) == "between us"


def test_nobody_is_signed_out(cast, in_acme, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    browser = cast.nobody()
    browser.post("/accounts/login/", {"login": "bo@acme.example", "password": PASSWORD})

    for secret, before in ((NEW, [OLD]), (NEW, [])):
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = secret, before

        assert browser.get("/api/v1/me").json()["id"] == str(cast.bo.id)
