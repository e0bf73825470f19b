"""HTTP as WSGI; `config.asgi` runs it in a bounded pool of threads beside the sockets."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
