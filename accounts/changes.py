"""The console's page of changes: who changed what of the organisation, when, from what to what."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.people.models import User
from core.console import Page, Section
from core.permissions import Permission
from events.models import Entry, StreamKind
from events.registry import PREFIX, all_types

SHOWN = 50
LOOKED_THROUGH = 20_000
"""Of the journal's entries, most of which are messages: a page reads no more, and then asks."""

MASK = "•••"
_SECRET = ("secret", "password", "private", "token", "digest")
_DAY = forms.DateInput(attrs={"type": "date"})


def _may_open(request: HttpRequest) -> bool:
    return actor_for(request.user).may(Permission.AUDIT_READ)  # type: ignore[arg-type]


PAGE = Page(Section.LOOK, _("Changes"), "changes", _may_open)


def kinds() -> list[tuple[str, str]]:
    """What can be changed, by the names of the journal, and in words."""
    found = {each.name for each in all_types() if each.stream == StreamKind.TENANT}
    return [(name, in_words(name)) for name in sorted(found)]


def in_words(name: str) -> str:
    """`chancery.identity_provider.changed.v1` as one reads it."""
    return name.removeprefix(f"{PREFIX}.").rpartition(".v")[0].replace("_", " ").replace(".", ": ")


class FilterForm(forms.Form):
    """By whom, what, of which, from when until when."""

    person = forms.CharField(
        label=_("E-mail address of the person"), max_length=254, required=False
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    object = forms.UUIDField(label=_("Identifier of what was changed"), required=False)
    since = forms.DateField(label=_("From (UTC)"), required=False, widget=_DAY)
    until = forms.DateField(label=_("Until (UTC)"), required=False, widget=_DAY)
    before = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)

    user: User | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "—"), *kinds()]  # type: ignore[attr-defined]

    def clean_person(self) -> str:
        email = self.cleaned_data["person"].strip()
        if email:
            self.user = User.objects.filter(email__iexact=email).first()
            if self.user is None:
                raise forms.ValidationError(_("Nobody here has this e-mail address."))
        return email

    def clean_before(self) -> UUID | int | None:
        """Where the page before ended: an entry, or of one object's entries its number."""
        said = self.cleaned_data["before"]
        try:
            if not said:
                return None
            return int(said) if said.isdecimal() and len(said) < 19 else UUID(said)
        except ValueError as wrong:
            raise forms.ValidationError(_("This is not a page.")) from wrong


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
    facts: list[tuple[str, str]]


def changes_page(request: HttpRequest) -> HttpResponse:
    """Filter, and read below; nothing can be changed here."""
    if not _may_open(request):
        raise PermissionDenied
    form = FilterForm(request.GET)
    found: list[Change] = []
    further = ""
    if form.is_valid():
        entries, at = _entries(form.cleaned_data, form.user)
        found = _readable(entries)
        if at:
            asked = {name: value for name, value in request.GET.items() if name in form.fields}
            further = urlencode({**asked, "before": at})
    context = {
        **admin.site.each_context(request),
        "title": _("Changes"),
        "form": form,
        "found": found,
        "further": further,
    }
    return TemplateResponse(request, "accounts/changes.html", context)


def _entries(asked: dict[str, Any], user: User | None) -> tuple[list[Entry], str]:
    """The newest that fit among the entries a page looks through, and where the next page begins.

    By the order of the identifiers, which is that of time, or of one object's numbers: both have an
    index, and each is followed for a bounded way.
    """
    rows, order = Entry.objects.all(), "id"
    if asked["object"]:
        rows, order = rows.filter(stream_id=asked["object"]), "seq"
    if asked["since"]:
        rows = rows.filter(id__gte=_first_id(asked["since"]))
    if asked["until"] and asked["until"] < date.max:
        rows = rows.filter(id__lt=_first_id(asked["until"] + timedelta(days=1)))
    before = asked["before"]
    if before is not None and isinstance(before, int) == (order == "seq"):
        rows = rows.filter(**{f"{order}__lt": before})
    rows = rows.order_by(f"-{order}")
    fitting = Entry.objects.filter(
        id__in=rows.values("id")[:LOOKED_THROUGH], stream_kind=StreamKind.TENANT
    )
    if user is not None:
        fitting = fitting.filter(actor_id=user.id)
    if asked["kind"]:
        fitting = fitting.filter(type=asked["kind"])
    found = list(fitting.order_by(f"-{order}")[: SHOWN + 1])
    if len(found) > SHOWN:
        return found[:SHOWN], str(getattr(found[SHOWN - 1], order))
    end = rows.values_list(order, flat=True)[LOOKED_THROUGH - 1 : LOOKED_THROUGH]
    return found, "".join(str(each) for each in end)


def _first_id(day: date) -> UUID:
    """No entry of this day, in UTC, has a smaller identifier: they begin with the time."""
    begins = datetime.combine(day, time(), UTC)
    return UUID(int=max(0, int(begins.timestamp() * 1000)) << 80)


def _readable(entries: list[Entry]) -> list[Change]:
    ids = {entry.actor_id for entry in entries if entry.actor_id}
    names = {user.id: str(user) for user in User.objects.filter(id__in=ids)}
    return [
        Change(
            entry.occurred_at,
            in_words(entry.type),
            names.get(entry.actor_id, "") if entry.actor_id else "",
            None if entry.data.get("tenant_id") == str(entry.stream_id) else entry.stream_id,
            _changed(entry.data),
            [
                (name, _shown(name, value))
                for name, value in entry.data.items()
                if name not in ("before", "after", "tenant_id")
            ],
        )
        for entry in entries
    ]


def _changed(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    if "before" not in data and "after" not in data:
        return []
    before, after = data.get("before"), data.get("after")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return [("", _shown("", before), _shown("", after))]
    names = list(dict.fromkeys([*before, *after]))
    return [(name, _shown(name, before.get(name)), _shown(name, after.get(name))) for name in names]


def _shown(name: str, value: Any) -> str:
    """A value in words; one that might be a secret only says whether there is one."""
    if any(part in name.lower() for part in _SECRET) and value not in ("set", "not set", "", None):
        # Identifiers tell nothing, and are how one finds what it was.
        return str(value) if name.endswith("_id") or isinstance(value, bool) else MASK
    if value is None:
        return "—"
    if isinstance(value, list | tuple):
        return ", ".join(_shown(name, each) for each in value) or "—"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_shown(str(key), each)}" for key, each in value.items()) or "—"
    return str(value)
