"""HTTP as WSGI; `config.asgi` runs it in a bounded pool of threads beside the sockets."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# Needs the settings to be ready.
from core.http import PlainRequest  # noqa: E402

application.request_class = PlainRequest
