"""The look and the policy that both consoles share: the organisation's and the operators'."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.admin import AdminSite
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csp import csp_override

# Django's admin sets a few styles in its markup, and no script.
POLICY = settings.SECURE_CSP | {"style-src": [CSP.SELF, CSP.UNSAFE_INLINE]}


class Console(AdminSite):
    """An admin site of ours; the organisation's own is the default one."""

    site_header = _("Chancery")
    site_title = _("Chancery")
    index_title = _("Your organisation")

    leaves_out: ClassVar[set[type[Model]]] = set()
    """Tables of packages that have no place in a console; taken out once all have registered."""

    def admin_view(
        self, view: Callable[..., HttpResponseBase], cacheable: bool = False
    ) -> Callable[..., Any]:
        return csp_override(POLICY)(super().admin_view(view, cacheable))


class ReadOnly:
    """For a page of rows that only happen: nobody makes, changes or deletes one in the console."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
