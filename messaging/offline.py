"""What makes the client an app of its own: its manifest, and its worker with the build's files."""

import hashlib
from functools import cache

from django.http import Http404, HttpResponse
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core import assets
from core.http import Request
from core.json import dumps

WORKER = "src/offline/worker.ts"


@require_safe
@cache_control(no_cache=True)
def worker_page(request: Request) -> HttpResponse:
    """Serve the service worker, with the names of all files of the build before it.

    Errors   404 while the client is not built.
    """
    build = assets.build()
    if build is None or WORKER not in build.entries:
        raise Http404
    urls = build.urls(".js", ".css", ".woff2")
    script = (build.folder / build.entries[WORKER]).read_bytes()
    return HttpResponse(_with_files(script, tuple(urls)), content_type="text/javascript")


@cache
def _with_files(script: bytes, urls: tuple[str, ...]) -> bytes:
    version = hashlib.sha256(dumps(urls) + script).hexdigest()[:12]
    shell = dumps({"version": version, "files": urls})
    return b"self.SHELL=" + shell + b";\n" + script


@require_safe
@cache_control(no_cache=True)
def manifest_page(request: Request) -> HttpResponse:
    """Say how the client looks as an app: the organisation's name, the seal."""
    name = request.host.tenant_name
    manifest = {
        "id": "/",
        "name": _("%(organisation)s on Chancery") % {"organisation": name},
        "short_name": name[:24],
        "description": _("Messages of %(organisation)s") % {"organisation": name},
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f3f1eb",
        "theme_color": "#f3f1eb",
        "categories": ["business", "productivity"],
        "icons": [
            {"src": static("core/seal.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": static("core/seal-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": static("core/seal-512.png"), "sizes": "512x512", "type": "image/png"},
            {
                "src": static("core/seal-maskable-512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
        ],
    }
    return HttpResponse(dumps(manifest), content_type="application/manifest+json")
