"""The client's strings in one language, from Django's catalogues. English stands in the source."""

import hashlib
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation.trans_real import DjangoTranslation
from django.views.decorators.http import require_safe
from django.views.i18n import JSONCatalog

from core.json import dumps

SOURCE_LANGUAGE = "en"
A_YEAR_S = 31_536_000


@require_safe
def catalogue_page(request: HttpRequest, language: str) -> HttpResponse:
    """Serve a language's strings; under their current address they never change."""
    if not _is_translated(language):
        raise Http404
    strings, digest = _read(language)
    response = HttpResponse(strings, content_type="application/json")
    if request.GET.get("v") == digest:
        patch_cache_control(response, public=True, max_age=A_YEAR_S, immutable=True)
    else:
        patch_cache_control(response, no_cache=True)
    return response


def catalogue_address(language: str) -> str | None:
    """Where the strings of a language lie in this release; None for English, which has none."""
    if not _is_translated(language):
        return None
    return f"{reverse('catalogue', args=[language])}?v={_read(language)[1]}"


def _is_translated(language: str) -> bool:
    return language != SOURCE_LANGUAGE and language in dict(settings.LANGUAGES)


@cache
def _read(language: str) -> tuple[bytes, str]:
    view = JSONCatalog()
    folders = [str(folder) for folder in settings.LOCALE_PATHS]
    view.translation = DjangoTranslation(language, domain="djangojs", localedirs=folders)
    strings = dumps(view.get_catalog())
    return strings, hashlib.sha256(strings).hexdigest()[:12]
