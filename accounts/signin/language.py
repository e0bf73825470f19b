"""The language of a browser: chosen on the pages before sign-in, and kept there.

Two cookies: Django's own, which every page and answer follows, and `HERE`, which says that somebody
sitting here chose it. The first also carries a person's setting to the pages after signing out; the
second outlives that, and is what “as the browser has it” means from then on.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

HERE = "language_here"


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Speak `language` from now on, and go back to `next`; one that is not ours changes nothing."""
    response: HttpResponse = set_language(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            HERE,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )
    return response


def chosen_here(request: HttpRequest) -> str | None:
    """What was chosen in this browser before sign-in, if anything was."""
    chosen = request.COOKIES.get(HERE)
    return chosen if chosen in dict(settings.LANGUAGES) else None
