"""Trace a message in the organisation's console: where it went, never what it says."""

import re
from typing import Any
from uuid import UUID

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import actor_for
from core.console import Page, Section
from core.errors import NotFound
from core.permissions import Permission
from messaging.trace.selectors import trace

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _may_open(request: HttpRequest) -> bool:
    return actor_for(request.user).may(Permission.AUDIT_READ)  # type: ignore[arg-type]


PAGE = Page(Section.LOOK, gettext_lazy("Trace a message"), "admin:messaging_trace", _may_open)


def trace_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """A field for a message's id or link, and what is known of its way."""
    if not _may_open(request):
        raise PermissionDenied
    actor = actor_for(request.user)  # type: ignore[arg-type]
    wanted = request.GET.get("message", "")[:500].replace("\x00", "")
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": _("Trace a message"),
        "wanted": wanted,
        "way": None,
    }
    ids = [found[0] for found in _UUID.finditer(wanted)]
    if ids:
        try:
            # In a link the message's id stands last.
            context["way"] = trace(actor, UUID(ids[-1]))
        except NotFound:
            context["problem"] = _("There is no such message here.")
    elif wanted:
        context["problem"] = _("Give the id of a message, or a link to it.")
    return TemplateResponse(request, "messaging/trace.html", context)
