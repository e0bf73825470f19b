"""Middleware that is for browsers: a request that a program sends with its token passes it by.

Where the API is sent a token it looks at no session and no cookie (`accounts.actors`), and answers
by neither. What would be made ready for that costs a twentieth of a message.
"""

from typing import TYPE_CHECKING, Any

from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware import locale
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin


def is_by_program(request: HttpRequest) -> bool:
    """Say whether the API decides by a token who asks, whatever cookies come with it."""
    return bool(request.META.get("HTTP_AUTHORIZATION")) and request.path_info.startswith("/api/")


class _ForBrowsers(MiddlewareMixin if TYPE_CHECKING else object):
    def __call__(self, request: HttpRequest) -> Any:
        if is_by_program(request):
            return self.get_response(request)
        return super().__call__(request)


class SessionMiddleware(_ForBrowsers, sessions.SessionMiddleware):
    """`request.session`, for browsers."""


class AuthenticationMiddleware(_ForBrowsers, auth.AuthenticationMiddleware):
    """`request.user`, for browsers."""


class MessageMiddleware(_ForBrowsers, messages.MessageMiddleware):
    """What the next page is to say, for browsers."""


class LocaleMiddleware(locale.LocaleMiddleware):
    """The language of whoever asks, which is not looked for in addresses: none of ours has it."""

    def process_request(self, request: HttpRequest) -> None:
        translation.activate(translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", translation.get_language())
        return response
