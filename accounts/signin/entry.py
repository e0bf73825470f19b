"""The doors through which anybody may come: counted per address and per organisation."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from core.errors import TooMany
from core.http import client_address
from core.limits import Quota, check
from tenants.context import current_tenant

PER_TENANT = Quota("entry", 6000, 3000)
PER_ADDRESS = Quota("entry-address", 1200, 600)
"""Whole offices come from one address at nine o'clock."""


def counted[**P, R: HttpResponseBase](view: Callable[P, R]) -> Callable[P, HttpResponseBase]:
    """Count what is sent to a door; too many get a page that says when to come back."""

    @wraps(view)
    def counting(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)  # pyright: ignore
        try:
            check(request, f"{current_tenant()}:{client_address(request)}", PER_ADDRESS)
            check(request, current_tenant(), PER_TENANT)
        except TooMany as refusal:
            return too_many(request, refusal)
        return view(request, *args, **kwargs)  # pyright: ignore

    return counting


def too_many(request: HttpRequest, refusal: TooMany) -> HttpResponseBase:
    """The page for whoever has to wait."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(refusal.retry_after_s or 60)
    return response
