"""The look and the policy that both consoles share: the organisation's and the operators'."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial, wraps
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin, SimpleListFilter
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csp import csp_override

from core.errors import Words

# Django's admin sets a few styles in its markup, and no script.
POLICY = settings.SECURE_CSP | {"style-src": [CSP.SELF, CSP.UNSAFE_INLINE]}


class Section(Enum):
    """What the pages of a console are about, in the order of its first page."""

    PEOPLE = _("People and groups")
    IDENTITY = _("Sign-in and identity")
    RIGHTS = _("Roles and access")
    PROGRAMS = _("Programs")
    MESSAGES = _("Channels, messages and files")
    LOOK = _("Looking into it")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the console that is no table's, such as one that answers a question."""

    section: Section
    name: Words
    url_name: str
    may_open: Callable[[HttpRequest], bool]


class Offered(AutocompleteJsonView):
    """Whoever may fill a form in is offered what it can name, also what has no page of theirs.

    A page whose rows are named by others' forms may say in `offered` which, by who asks.
    """

    asking: list[type[Model]]
    """The tables whose forms ask, and which the person may add to."""

    def process_request(self, request: HttpRequest) -> Any:
        found = super().process_request(request)
        name = request.GET["field_name"]
        self.asking = [
            model
            for model, page in found[1].admin_site._registry.items()
            if found[2].model in (model, model._meta.concrete_model)
            and name in page.get_autocomplete_fields(request)
            and page.has_add_permission(request)
        ]
        return found

    def has_perm(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.asking) or super().has_perm(request, obj)

    def get_queryset(self) -> QuerySet[Any]:
        offered = getattr(self.model_admin, "offered", None)
        if not self.asking or offered is None:
            return super().get_queryset()
        rows = offered(self.request, self.asking)
        found, has_twins = self.model_admin.get_search_results(self.request, rows, self.term)
        return found.distinct() if has_twins else found


class Console(AdminSite):
    """An admin site of ours; the organisation's own is the default one.

    A table's page may say three things about itself, and the templates show them: `section`, where
    it stands on the first page; `lead`, a sentence under its heading on what it is for;
    `add_words`, what its button to add does, where "Add" and the table's name do not say it.
    """

    site_header = _("Chancery")
    site_title = _("Chancery")
    index_title = _("Your organisation")

    leaves_out: ClassVar[set[type[Model]]] = set()
    """Tables of packages that have no place in a console; taken out once all have registered."""

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.pages: list[Page] = []

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """The pages by what they are about; what names no section stays with its app."""
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        about: dict[Section | None, list[dict[str, Any]]] = {one: [] for one in Section}
        for app in apps:
            for page in app["models"]:
                about.setdefault(self._section_of(page), []).append(page)
            app["models"] = [page for page in app["models"] if self._section_of(page) is None]
        for page in self.pages:
            if page.may_open(request):
                about[page.section].append(_entry(page))
        first = reverse("admin:index", current_app=self.name)
        named = [_drawn(one, about[one], first) for one in Section if about[one]]
        return named + [app for app in apps if app["models"]]

    def _section_of(self, page: dict[str, Any]) -> Section | None:
        return getattr(self._registry[page["model"]], "section", None)

    def register(self, *args: Any, **options: Any) -> None:
        """Add pages; their lists are asked by the columns that they offer, and by no others.

        Django lets everybody who may see a list ask by any column of the table, a letter at a
        time: also by digests of secrets, which no page shows.
        """
        super().register(*args, **options)
        for page in self._registry.values():
            if not isinstance(page.lookup_allowed, partial):
                page.lookup_allowed = partial(_is_offered, page)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return cast(HttpResponse, Offered.as_view(admin_site=self)(request))

    def admin_view(
        self, view: Callable[..., HttpResponseBase], cacheable: bool = False
    ) -> Callable[..., Any]:
        return csp_override(POLICY)(super().admin_view(_readable(view), cacheable))


_ASKED = re.compile("(__(id|pk))?(__(exact|in|isnull|gte?|lte?|year|month|day))?")
"""What the filters of a list put behind the name of their column."""


def _is_offered(page: ModelAdmin, lookup: str, value: str, request: HttpRequest) -> bool:
    """Whether a list is asked by one of its filters, or by what its rows belong to."""
    columns = {field.name for field in page.opts.fields if field.is_relation} | {"id", "pk"}
    if page.date_hierarchy:
        columns.add(page.date_hierarchy)
    for one in page.get_list_filter(request):
        if isinstance(one, str):
            columns.add(one)
        elif isinstance(one, tuple | list):
            columns.add(str(one[0]))
        elif isinstance(one, type) and issubclass(one, SimpleListFilter):
            columns.add(str(one.parameter_name))
    return any(
        lookup.startswith(column) and _ASKED.fullmatch(lookup, len(column)) for column in columns
    )


_UNREADABLE = (ValidationError, ValueError, TypeError, IndexError, OverflowError, DataError)
"""What columns say of a value that they cannot be compared with."""


def _readable(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view, with 400 for values that no page of ours sends and that Django's do not expect."""

    @wraps(view)
    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except _UNREADABLE as wrong:
            # Rows were chosen by what cannot be an id, a list asked for by a column's name, a NUL
            # sent; forms keep their errors to themselves, and pages of ours say what is wrong.
            is_asked = request.method == "GET" and any("__" in name for name in request.GET)
            is_refused = is_asked or isinstance(wrong, ValidationError) or _has_nul(request)
            if not is_refused:
                raise
            raise BadRequest("a value was sent that cannot be read") from wrong

    return read


def _has_nul(request: HttpRequest) -> bool:
    sent = (*request.GET.lists(), *request.POST.lists())
    return any("\x00" in text for name, values in sent for text in (name, *values))


class ShownForm(forms.ModelForm):
    """A form that also names what it only shows without the colon that Django puts behind it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class ReadOnly:
    """For a page of rows that only happen: nobody makes, changes or deletes one in the console."""

    form = ShownForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _drawn(section: Section, pages: list[dict[str, Any]], first: str) -> dict[str, Any]:
    """A section as the templates of Django's admin show an app."""
    name = section.name.lower()
    return {
        "name": section.value,
        "app_label": name,
        # Not a part of any address: no section passes for the one that a page is in.
        "app_url": f"{first}#{name}",
        "has_module_perms": True,
        "models": sorted(pages, key=lambda page: str(page["name"]).casefold()),
    }


def _entry(page: Page) -> dict[str, Any]:
    return {
        "name": page.name,
        "object_name": page.url_name.rpartition(":")[2],
        "admin_url": reverse(page.url_name),
        "add_url": None,
        "view_only": True,
    }
