"""What our middleware adds to a request, for the type checker and the reader."""

from typing import Any

from django.http import HttpRequest

from core.actor import Actor


class Request(HttpRequest):
    """A request to a tenant's host.

    `host` is `tenants.hosts.Host`; `actor` is there once the API has authenticated the caller;
    `rate_standing` is `core.limits.Standing`.
    """

    host: Any
    actor: Actor
    correlation_id: str
    rate_standing: Any
