"""Whatever is changed in the console stands in the journal, with before and after.

The pages are those of the admin's own register: a form, field, button or policy that is new and
tells nothing fails here, and one that cannot be filled in by itself asks for a line in the tables.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.domains.models import DomainProof
from accounts.groups.models import Group
from accounts.groups.services import create_group
from accounts.invitations.models import JoinRequest
from accounts.oauth.models import OAuthApp, OAuthConnection
from accounts.people.models import User
from accounts.people.services import note_avatar
from accounts.policies import rows, values
from accounts.policies.page import PolicyAdmin
from accounts.roles.services import create_role
from accounts.rows import RowsField
from accounts.sso import services as sso
from accounts.tokens.services import create_service_account
from events.models import Entry
from messaging.files.models import File, FileGroupGrant, FilePersonGrant
from messaging.files.sharing import share_file
from messaging.reviews.models import ReviewItem
from tests.accounts.nameserver import NameServer
from tests.accounts.sso.idp import Idp
from tests.accounts.test_branding import PNG
from tests.messaging.places import make_channel, make_message


@dataclass
class World:
    """Acme with something of each kind to choose."""

    cast: Any
    numbers: Iterator[int]

    def __post_init__(self) -> None:
        actor = self.cast.ana.actor
        self.group = create_group(actor, name="Sales", handle="sales")
        self.role = create_role(actor, name="Helpdesk", permissions=["people.invite"])
        self.channel = make_channel(self.cast.ana, name="works", kind="private")
        make_channel(self.cast.ana, name="news")
        self.idp = Idp()
        self.bot = create_service_account(actor, name="CRM", scopes=["read"])[0].user

    @property
    def client(self) -> Client:
        return self.cast.ana.client

    def name(self) -> str:
        return f"number{next(self.numbers)}"

    def provider(self) -> Any:
        made = sso.add_provider(
            self.cast.ana.actor, kind="saml", slug=self.name(), metadata=self.idp.metadata()
        )
        return made

    def another_group(self) -> Group:
        return create_group(self.cast.ana.actor, name=self.name())

    def person(self) -> User:
        return User.objects.create(name="Zoe", email=f"{self.name()}@acme.example", role="member")


type Given = dict[str, Any]

ADDED: dict[str, Callable[[World], Given]] = {
    "accounts.user": lambda w: {
        "name": "Zoe",
        "email": f"{w.name()}@acme.example",
        "role": "member",
        "password": "a-phrase-of-words",
    },
    "accounts.group": lambda w: {"name": w.name(), "handle": "", "description": ""},
    "accounts.groupmember": lambda w: {"group": w.group.id, "user": w.person().id, "child": ""},
    "accounts.customrole": lambda w: {"name": w.name(), "permissions": ["people.invite"]},
    "accounts.roleassignment": lambda w: {"role": w.role.id, "user": w.person().id, "channel": ""},
    "accounts.invitation": lambda w: {"email": "", "role": "member", "most_uses": "3"},
    "accounts.domainproof": lambda w: {"domain": f"{w.name()}.example"},
    "accounts.apitoken": lambda w: {
        "user": w.cast.bo.id,
        "name": "x",
        "scopes": ["read"],
        "days": "30",
    },
    "accounts.serviceaccount": lambda w: {"name": w.name(), "scopes": ["read"], "days": "30"},
    "accounts.scimtoken": lambda w: {"name": w.name(), "new_role": "member"},
    "accounts.oauthapp": lambda w: {
        "name": w.name(),
        "kind": "confidential",
        "grants": ["authorization_code"],
        "redirect_uris": "https://app.example/back",
        "scopes": ["read"],
    },
    "accounts.identityprovider": lambda w: {
        "kind": "saml",
        "name": "Okta",
        "slug": w.name(),
        "metadata_file": SimpleUploadedFile("m.xml", w.idp.metadata().encode()),
    },
    "accounts.providerpersongrant": lambda w: {
        "provider": w.provider().id,
        "user": w.cast.bo.id,
    },
    "accounts.providergroupgrant": lambda w: {"provider": w.provider().id, "group": w.group.id},
    "accounts.botpersongrant": lambda w: {"bot": w.bot.id, "user": w.person().id},
    "accounts.botgroupgrant": lambda w: {"bot": w.bot.id, "group": w.group.id},
    "messaging.conversationgroupgrant": lambda w: {
        "content_object": w.channel.id,
        "group": w.another_group().id,
    },
    "messaging.conversationusergrant": lambda w: {
        "content_object": w.channel.id,
        "user": w.person().id,
    },
    "messaging.accessreview": lambda w: {"name": w.name(), "reviewer": w.cast.ana.id},
}
"""How the form of each page that makes something is filled in."""


def _a_token(world: World) -> Any:
    return create_service_account(world.cast.ana.actor, name="x", scopes=["read"])[0].pk


def _a_session(world: World) -> Any:
    assert world.cast.cy.client.get("/api/v1/me").status_code in (200, 401)
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(
        world.cast.cy.user, backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client.session.session_key


def _with_a_factor(world: World) -> Any:
    person = world.person()
    Authenticator.objects.create(user=person, type="totp", data={})
    return person.pk


def _with_a_picture(world: World) -> Any:
    return note_avatar(world.cast.ana.actor, user_id=world.person().id, version="a" * 16).pk


def _asking(world: World) -> Any:
    return JoinRequest.objects.create(email=f"{world.name()}@elsewhere.example", name="Zoe").pk


def _allowed(world: World) -> Any:
    app = OAuthApp.objects.get(pk=added(world, "accounts.oauthapp"))
    return OAuthConnection.objects.create(app=app, user=world.person(), scopes=["read"]).pk


def _shared_with(**holder: str) -> Callable[[World], Any]:
    def make(world: World) -> Any:
        message = make_message(world.channel, world.cast.ana, "plan")
        file = File.objects.create(
            conversation_id=message.conversation_id,
            message_id=message.id,
            name="plan.txt",
            content_type="text/plain",
            size_bytes=4,
            sha256=b"x" * 32,
            storage_name=world.name(),
            created_by_id=message.author_id,
        )
        ids = {f"{sort}_id": getattr(world, name)().id for sort, name in holder.items()}
        share_file(world.cast.ana.actor, file_id=file.id, **ids)
        model = FileGroupGrant if "group" in holder else FilePersonGrant
        return model.objects.get(content_object=file).pk

    return make


def _line(world: World) -> Any:
    """One that Ana may decide: nobody judges their own."""
    added(world, "accounts.roleassignment")
    added(world, "messaging.accessreview")
    return ReviewItem.objects.order_by("-id").filter(kind="role").first().pk


ROWS: dict[tuple[str, str], Callable[[World], Any]] = {
    ("accounts.user", "reset_second_factor"): _with_a_factor,
    ("accounts.user", "remove_picture"): _with_a_picture,
    ("accounts.joinrequest", "let_in"): _asking,
    ("accounts.joinrequest", "turn_away"): _asking,
    ("accounts.session", "end"): _a_session,
    ("accounts.apitoken", "revoke"): _a_token,
    ("accounts.oauthconnection", "end"): _allowed,
    ("messaging.reviewitem", "attest"): _line,
    ("messaging.reviewitem", "revoke"): _line,
    ("messaging.filepersongrant", "delete_selected"): _shared_with(user="person"),
    ("messaging.filegroupgrant", "delete_selected"): _shared_with(group="another_group"),
}
"""What an action is tried on, where what the page makes is nothing for it."""

OTHERWISE: dict[tuple[str, str], Callable[[World], Any]] = {
    ("accounts.user", "email"): lambda w: f"{w.name()}@acme.example",
    ("accounts.user", "time_zone"): lambda w: "Europe/Oslo",
    ("accounts.group", "handle"): lambda w: w.name(),
    ("accounts.oauthapp", "redirect_uris"): lambda w: "https://app.example/elsewhere",
    ("accounts.oauthapp", "networks"): lambda w: "192.0.2.0/24",
    ("accounts.branding", "colour"): lambda w: "#224488",
    ("accounts.branding", "logo"): lambda w: SimpleUploadedFile("logo.png", PNG),
    ("messaging.channelpolicy", "default_channels"): lambda w: "news",
    ("accounts.networkpolicy", "networks"): lambda w: "127.0.0.0/8",
    ("accounts.identityprovider", "domains"): lambda w: "acme.example",
    ("accounts.identityprovider", "sso_url"): lambda w: "https://idp.example/other",
    ("accounts.identityprovider", "slo_url"): lambda w: "https://idp.example/out",
    ("accounts.identityprovider", "issuer"): lambda w: "https://idp.example/another",
    ("accounts.identityprovider", "certificates"): lambda w: Idp(key_name="another").certificate,
    ("accounts.identityprovider", "metadata_file"): lambda w: SimpleUploadedFile(
        "m.xml", Idp(key_name="next").metadata().encode()
    ),
}
"""Other values of fields, where something by chance is none."""

TOGETHER: dict[tuple[str, str], Given] = {
    ("accounts.signinpolicy", "methods"): {"methods": ["password", "code"]},
    ("messaging.channelpolicy", "history"): {"history": "days", "history_days": "30"},
    ("messaging.channelpolicy", "idle_days"): {"idle_days": "90"},
    ("accounts.sessionpolicy", "idle_minutes"): {"idle_minutes": "90"},
    ("accounts.sessionpolicy", "absolute_hours"): {"absolute_hours": "90"},
}
"""Fields that are changed with others, or to a value that is not the next one."""

NOT_HERE = {
    ("accounts.identityprovider", "metadata_url"): "it is fetched: tests/accounts/sso",
}

SAID = {
    "certificates": "trust",
    "sso_url": "trust",
    "slo_url": "trust",
    "metadata_file": "trust",
    "no_logo": "logo",
}
"""Fields of forms that are parts of what the event names."""


def said(field: str) -> str:
    """The name that a field of a form has in its event."""
    for head, name in (("map_", "mapping"), ("rule_", "options")):
        if field.startswith(head):
            return name
    if field in ("default_role", "clock_skew_s"):
        return "options"
    return SAID.get(field, field)


@pytest.fixture
def zone(settings) -> Iterator[NameServer]:
    with NameServer().running() as server:
        settings.CHANCERY_DNS_SERVERS = server.address
        yield server


@pytest.fixture
def world(in_acme, cast) -> World:
    return World(cast, count())


def pages() -> Iterator[tuple[str, Any]]:
    """Each page of the register that is no policy's, by its table's name."""
    for model, page in admin.site._registry.items():
        if not isinstance(page, PolicyAdmin):
            yield model._meta.label_lower, page


def address(label: str, tail: str = "") -> str:
    return f"/admin/{label.replace('.', '/')}/{tail}"


def news(last: Any) -> list[Entry]:
    """What the journal has more than it had."""
    return list(Entry.objects.filter(id__gt=last).order_by("id"))


def last() -> Any:
    return Entry.objects.order_by("-id").values_list("id", flat=True)[:1].get()


def send(world: World, path: str, given: Given) -> list[Entry]:
    """Fill a form in; what the journal then has more."""
    before = last()
    answer = world.client.post(path, given)
    errors = answer.context["adminform"].form.errors if answer.context else ""
    assert answer.status_code == 302, (path, errors)
    return news(before)


def added(world: World, label: str) -> Any:
    """A row that its page has made."""
    model = next(model for model in admin.site._registry if model._meta.label_lower == label)
    there = set(model._default_manager.values_list("pk", flat=True))
    told = send(world, address(label, "add/"), ADDED[label](world))
    assert told, f"{label}: what is made is not told"
    (made,) = set(model._default_manager.values_list("pk", flat=True)) - there
    return made


def posted(form: forms.BaseForm) -> Given:
    """The form as a browser would send it when nothing was touched."""
    data: Given = {}
    for name, field in form.fields.items():
        value = field.prepare_value(form.get_initial_for_field(field, name))
        if isinstance(field, RowsField):
            for row in value or []:
                for part, what in zip(("value", "choice", "name"), row, strict=False):
                    data.setdefault(f"{name}-{part}", []).append(what)
        elif isinstance(field, forms.BooleanField):
            data |= {name: "on"} if value else {}
        elif not isinstance(field, forms.FileField):
            data[name] = "" if value is None else value
    return data


def otherwise(world: World, label: str, name: str, field: forms.Field, data: Given) -> Given:
    """The same form, with this field another one."""
    if (label, name) in TOGETHER:
        return data | TOGETHER[label, name]
    made = OTHERWISE.get((label, name))
    if made is not None:
        return data | {name: made(world)}
    if isinstance(field, RowsField):
        return data | {f"{name}-value": ["x"], f"{name}-choice": ["guest"], f"{name}-name": [""]}
    if isinstance(field, forms.BooleanField):
        changed = data | {name: "on"}
        return {key: changed[key] for key in changed if key != name or name not in data}
    if isinstance(field, forms.MultipleChoiceField):
        choices, chosen = [str(key) for key, _ in field.choices], list(map(str, data[name]))
        rest = [key for key in choices if key not in chosen]
        return data | {name: chosen[:-1] if len(chosen) > 1 else chosen + rest[:1]}
    if isinstance(field, forms.ChoiceField):
        keys = [str(key) for key, _ in field.choices if str(key) != str(data[name])]
        return data | {name: keys[-1]}
    if isinstance(field, forms.IntegerField):
        return data | {name: int(data[name] or 1) + 1}
    if isinstance(field, forms.TimeField):
        return data | {name: "06:30" if "06:30" not in str(data[name]) else "07:30"}
    assert isinstance(field, forms.CharField), f"{label}.{name}: how is it changed?"
    return data | {name: f"{data[name]}x"}


def names(entry: Entry) -> set[str]:
    """The fields that an event tells as changed, each with before and after."""
    found: set[str] = set()
    for first, second in (("before", "after"), ("words_before", "words_after")):
        before, after = entry.data.get(first), entry.data.get(second)
        if isinstance(before, list) and before != after:
            found.add("permissions")
        elif isinstance(before, dict):
            assert before.keys() == after.keys(), entry.data
            found |= before.keys()
    return found


def test_what_a_page_makes_changes_or_takes_away_is_told(world):
    tried: list[str] = []
    untold: list[str] = []
    for label, _page in pages():
        if world.client.get(address(label, "add/")).status_code != 200:
            continue
        assert label in ADDED, f"{label}: how is its form filled in?"
        row = added(world, label)
        tried.append(f"{label} added")
        for field, is_told in _change_each(world, label, row):
            tried.append(field)
            untold += [] if is_told else [field]
        if world.client.get(address(label, f"{row}/delete/")).status_code == 200:
            assert send(world, address(label, f"{row}/delete/"), {"post": "yes"}), label
            tried.append(f"{label} deleted")

    assert untold == []
    assert len(tried) > 60
    assert len([each for each in tried if each.endswith("deleted")]) > 8


def _change_each(world: World, label: str, row: Any) -> Iterator[tuple[str, bool]]:
    path = address(label, f"{row}/change/")
    page = world.client.get(path)
    if page.status_code != 200 or not page.context.get("has_change_permission"):
        return
    for name in page.context["adminform"].form.fields:
        if (label, name) in NOT_HERE:
            continue
        form = world.client.get(path).context["adminform"].form
        field = form.fields[name]
        told = send(world, path, otherwise(world, label, name, field, posted(form)))
        yield f"{label}.{name}", said(name) in set().union(*map(names, told))


def test_what_an_action_does_is_told(world, zone):
    tried, untold = [], []
    for label, _page in pages():
        form = getattr(world.client.get(address(label)), "context", {}).get("action_form")
        for action, _words in form.fields["action"].choices if form else []:
            if not action:
                continue
            make = ROWS.get((label, action)) or (lambda w, label=label: added(w, label))
            row, before = make(world), last()
            if action == "look_up":
                proof = DomainProof.objects.get(pk=row)
                zone.records[proof.record_name] = [proof.record_value]
            sent = {"action": action, ACTION_CHECKBOX_NAME: [str(row)], "post": "yes"}
            answer = world.client.post(address(label), sent)
            assert answer.status_code in (200, 302), (label, action)
            tried.append((label, action))
            untold += [] if news(before) else [(label, action)]

    assert untold == []
    assert len(tried) > 12


def test_what_is_changed_of_a_policy_is_told_field_by_field(world):
    tried = []
    for kind in values.kinds().values():
        label = kind._meta.label_lower
        for name in world.client.get(address(label)).context["form"].fields:
            form = world.client.get(address(label)).context["form"]
            given = otherwise(world, label, name, form.fields[name], posted(form))
            given |= {"save": "1", "version": str(form.instance.version)}
            before = last()
            answer = world.client.post(address(label), given)
            errors = answer.context["form"].errors if answer.context else ""
            assert answer.status_code == 302, (label, name, errors)
            (told,) = [each for each in news(before) if each.data.keys() > {"tenant_id"}]
            assert (told.type, told.data["policy"]) == (
                "chancery.policy.changed.v1",
                rows.name_of(kind),
            )
            assert told.data["before"].keys() == told.data["after"].keys() >= {said(name)}, label
            tried.append((label, name))

    assert len(tried) > 25


def test_no_secret_that_was_typed_is_in_the_journal(world):
    row = added(world, "accounts.oauthapp")
    for label in ("accounts.serviceaccount", "accounts.scimtoken", "accounts.apitoken"):
        added(world, label)
    added(world, "accounts.user")
    assert row

    told = str(list(Entry.objects.values_list("data", flat=True)))

    assert "a-phrase-of-words" not in told
    assert "chy_" not in told
    assert "chs_" not in told
