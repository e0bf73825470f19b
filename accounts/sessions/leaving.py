"""Whoever signs out leaves nothing in the browser."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse


def leaving_nothing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Have the browser forget what it kept of this address once the person is signed out."""

    @wraps(view)
    def leave(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"storage"'
        return response

    return leave
