"""The console's page of changes: who changed what of the organisation, when, from what to what."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.changed_things import ids_of, label_of, name_of, names_in
from accounts.mfa.events import SecondFactorAdded, SecondFactorRemoved, SecondFactorReset
from accounts.people.events import UserDeactivated
from accounts.people.models import User
from accounts.policies import rows, values
from accounts.sessions.events import SessionRevoked
from accounts.signin.events import PasswordChanged
from core.actor import Actor
from core.console import Page, Section
from core.permissions import Permission
from core.text import masked
from events.models import Entry, StreamKind
from events.registry import PREFIX, Fact, all_types, type_of_class

SHOWN = 50
LOOKED_THROUGH = 20_000
"""Of the journal's entries, most of which are messages: a page reads no more, and then asks."""

MASK = "•••"
_SECRET = ("secret", "password", "private", "token", "digest", "credential")
_DAY = forms.DateInput(attrs={"type": "date"})


def _may_open(request: HttpRequest) -> bool:
    return actor_for(request.user).may(Permission.AUDIT_READ)  # type: ignore[arg-type]


PAGE = Page(Section.LOOK, _("Changes"), "changes", _may_open)


_elsewhere: set[str] = set()


def also_shown(*facts: type[Fact]) -> None:
    """Show these, too, though they stand in the record of a person or a conversation."""
    _elsewhere.update(type_of_class(fact).name for fact in facts)


also_shown(PasswordChanged, UserDeactivated, SessionRevoked)
also_shown(SecondFactorAdded, SecondFactorRemoved, SecondFactorReset)


def kinds() -> list[tuple[str, str]]:
    """What can be changed, by the names of the journal, and in words."""
    found = {each.name for each in all_types() if each.stream == StreamKind.TENANT} | _elsewhere
    return [(name, in_words(name)) for name in sorted(found)]


_IN_WORDS = str.maketrans("_-", "  ")


def in_words(name: str) -> str:
    """`chancery.identity_provider.changed.v1` as one reads it."""
    return (
        name.removeprefix(f"{PREFIX}.").rpartition(".v")[0].translate(_IN_WORDS).replace(".", ": ")
    )


_OWN_READ = "~"


@dataclass(frozen=True, slots=True)
class _Before:
    """Where the page before ended, and whether it ended the object's own record."""

    id: UUID | None = None
    is_own_read: bool = False


class FilterForm(forms.Form):
    """By whom, what, of which, from when until when."""

    person = forms.CharField(
        label=_("E-mail address of the person"), max_length=254, required=False
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    policy = forms.ChoiceField(label=_("Policy"), required=False)
    object = forms.UUIDField(label=_("Identifier of what was changed"), required=False)
    since = forms.DateField(label=_("From (UTC)"), required=False, widget=_DAY)
    until = forms.DateField(label=_("Until (UTC)"), required=False, widget=_DAY)
    before = forms.CharField(required=False, max_length=37, widget=forms.HiddenInput)

    user: User | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "—"), *kinds()]  # type: ignore[attr-defined]
        policies = sorted(policies_in_words().items(), key=lambda each: each[1].casefold())
        self.fields["policy"].choices = [("", "—"), *policies]  # type: ignore[attr-defined]

    def clean_person(self) -> str:
        email = self.cleaned_data["person"].strip()
        if email:
            self.user = User.objects.filter(email__iexact=email).first()
            if self.user is None:
                raise forms.ValidationError(_("Nobody here has this e-mail address."))
        return email

    def clean_before(self) -> _Before | None:
        said = self.cleaned_data["before"]
        try:
            is_own_read = said.startswith(_OWN_READ)
            return _Before(UUID(said.removeprefix(_OWN_READ)), is_own_read) if said else None
        except ValueError as wrong:
            raise forms.ValidationError(_("This is not a page.")) from wrong


def policies_in_words() -> dict[str, str]:
    """What each policy is called, by its name in the journal."""
    return {rows.name_of(kind): str(kind._meta.verbose_name) for kind in values.kinds().values()}


@dataclass(frozen=True, slots=True)
class Told:
    """Something that an event says beside before and after."""

    label: str
    text: str
    query: str = ""
    """Leads to all changes of the same thing."""


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the journal, to be read."""

    at: datetime
    words: str
    by: str
    object_id: UUID | None
    """None for what stands in the organisation's own record, with much else."""
    fields: list[tuple[str, str, str]]
    """Name, before and after of each field that changed."""
    facts: list[Told]


def changes_page(request: HttpRequest) -> HttpResponse:
    """Filter, and read below; nothing can be changed here."""
    if not _may_open(request):
        raise PermissionDenied
    actor = actor_for(request.user)  # type: ignore[arg-type]
    form = FilterForm(request.GET)
    found: list[Change] = []
    further = thing = ""
    if form.is_valid():
        asked_of = form.cleaned_data["object"]
        thing = name_of(actor, asked_of) or str(asked_of) if asked_of else ""
        entries, at = _entries(form.cleaned_data, form.user)
        found = _readable(actor, entries)
        if at:
            asked = {name: value for name, value in request.GET.items() if name in form.fields}
            further = urlencode({**asked, "before": at})
    context = {
        **admin.site.each_context(request),
        "title": _("Changes"),
        "form": form,
        "found": found,
        "further": further,
        "thing": thing,
    }
    return TemplateResponse(request, "accounts/changes.html", context)


def _entries(asked: dict[str, Any], user: User | None) -> tuple[list[Entry], str]:
    """The newest that fit, and where the next page begins.

    Of one object its own record is read from the newest entry on, however long ago that was, and
    beside it whatever names the object among the entries that a page looks through.
    """
    thing, before = asked["object"], asked["before"] or _Before()
    rows = Entry.objects.all()
    if asked["since"]:
        rows = rows.filter(id__gte=_first_id(asked["since"]))
    if asked["until"] and asked["until"] < date.max:
        rows = rows.filter(id__lt=_first_id(asked["until"] + timedelta(days=1)))
    if before.id is not None:
        rows = rows.filter(id__lt=before.id)
    fits = Q()
    if asked["policy"]:
        fits &= Q(data__policy=asked["policy"])
    if user is not None:
        fits &= Q(actor_id=user.id)
    if asked["kind"]:
        fits &= Q(type=asked["kind"])
    told = Q(stream_kind=StreamKind.TENANT) | _by_somebody_else()
    if thing is None:
        found, end = _looked_through(rows.order_by("-id"), told & fits)
        return _cut(found, str(end or ""))
    own = Q(stream_id=thing, stream_kind=StreamKind.TENANT)
    # Wherever it is named: each event calls it otherwise.
    others, end = _looked_through(
        rows.order_by("-id"),
        told & fits & ~own & (Q(words__contains=str(thing)) | Q(stream_id=thing)),
    )
    if before.is_own_read:
        return _cut(others, f"{_OWN_READ}{end}" if end else "")
    found, own_end = _looked_through(rows.filter(own).order_by("-seq"), fits)
    found = sorted([*found, *others], key=lambda entry: entry.id, reverse=True)
    if own_end is None:
        return _cut(found, f"{_OWN_READ}{end}" if end else "")
    reached = max(own_end, end or own_end)
    return _cut([entry for entry in found if entry.id >= reached], str(reached))


def _looked_through(rows: QuerySet[Entry], fits: Q) -> tuple[list[Entry], UUID | None]:
    """Those that fit among the first of these rows, and the last of these where there are more."""
    looked_at = Entry.objects.filter(id__in=rows.values("id")[:LOOKED_THROUGH])
    words = Cast("data", TextField())
    found = looked_at.alias(words=words).filter(fits).order_by("-id")[: SHOWN + 1]
    end = rows.values_list("id", flat=True)[LOOKED_THROUGH - 1 : LOOKED_THROUGH]
    return list(found), next(iter(end), None)


def _cut(found: list[Entry], end: str) -> tuple[list[Entry], str]:
    if len(found) > SHOWN:
        return found[:SHOWN], str(found[SHOWN - 1].id)
    return found, end


def _by_somebody_else() -> Q:
    """What stands in the records of people and conversations; who signs out changes nothing."""
    signed_out = Q(type=type_of_class(SessionRevoked).name) & (
        Q(actor_id=None) | Q(actor_id=F("stream_id"))
    )
    return Q(type__in=_elsewhere) & ~signed_out


def _first_id(day: date) -> UUID:
    """No entry of this day, in UTC, has a smaller identifier: they begin with the time."""
    begins = datetime.combine(day, time(), UTC)
    return UUID(int=max(0, int(begins.timestamp() * 1000)) << 80)


def _readable(actor: Actor, entries: list[Entry]) -> list[Change]:
    by = {entry.actor_id for entry in entries if entry.actor_id}
    names = names_in(actor, [{"user_ids": [str(id_) for id_ in by]}, *_data(entries)])
    policies = policies_in_words()
    return [
        Change(
            entry.occurred_at,
            in_words(entry.type),
            names.get(entry.actor_id, "") if entry.actor_id else "",
            _own_record(entry),
            _changed(entry.data),
            [
                _told(name, value, names, policies)
                for name, value in entry.data.items()
                if name not in _TOLD_ELSEWHERE and value not in (None, [], "")
            ],
        )
        for entry in entries
    ]


_BEFORE_AND_AFTER = (("before", "after"), ("words_before", "words_after"))
_TOLD_ELSEWHERE = {"tenant_id", *(name for pair in _BEFORE_AND_AFTER for name in pair)}


def _data(entries: list[Entry]) -> list[dict[str, Any]]:
    return [entry.data for entry in entries]


def _own_record(entry: Entry) -> UUID | None:
    """Records that are named by no field have no page: of a policy its name is asked for."""
    is_its_own = entry.stream_kind == StreamKind.TENANT and str(entry.stream_id) in (
        value for name, value in entry.data.items() if name != "tenant_id"
    )
    return entry.stream_id if is_its_own else None


def _told(name: str, value: Any, names: dict[UUID, str], policies: dict[str, str]) -> Told:
    label = label_of(name)
    if name == "policy" and value in policies:
        return Told(label, policies[value], urlencode({"policy": value}))
    ids = ids_of(value)
    if any(id_ in names for id_ in ids):
        text = ", ".join(names.get(id_, str(id_)) for id_ in ids)
        return Told(label, text, urlencode({"object": ids[0]}) if len(ids) == 1 else "")
    return Told(label, _shown(name, value))


def _changed(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = []
    for first, second in _BEFORE_AND_AFTER:
        if first not in data and second not in data:
            continue
        before, after = data.get(first), data.get(second)
        if isinstance(before, list) or isinstance(after, list):
            found += [("", _shown("", before), _shown("", after))] if before != after else []
            continue
        before, after = before or {}, after or {}
        found += [
            (label_of(name), *_before_and_after(name, before.get(name), after.get(name)))
            for name in dict.fromkeys([*before, *after])
        ]
    return found


def _before_and_after(name: str, before: Any, after: Any) -> tuple[str, str]:
    if before == after == masked(True):
        # Neither is in the journal, but that they differ.
        return str(_("set")), str(_("set to another one"))
    return _shown(name, before), _shown(name, after)


def _shown(name: str, value: Any) -> str:
    """A value in words; one that might be a secret only says whether there is one."""
    if any(part in name.lower() for part in _SECRET) and value not in ("set", "not set", "", None):
        # Identifiers tell nothing, and are how one finds what it was.
        return str(value) if name.endswith("_id") or isinstance(value, bool) else MASK
    if value is None:
        return "—"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if name.endswith(("_at", "_until")) and (when := parse_datetime(str(value))) is not None:
        return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} (UTC)"
    if isinstance(value, list | tuple):
        return ", ".join(_shown(name, each) for each in value) or "—"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_shown(str(key), each)}" for key, each in value.items()) or "—"
    return str(value)
