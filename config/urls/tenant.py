"""URLs of a tenant's own host."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.changes import changes_page
from accounts.console import console_sign_in
from accounts.scim.views import scim
from config.api import api
from messaging.catalogue import catalogue_page
from messaging.client import client_page
from messaging.explain.page import explain_page
from messaging.files.signed import get_signed, take_part
from messaging.live.api import asyncapi
from messaging.offline import manifest_page, worker_page

handler400 = "config.urls.problems.bad_request"
handler403 = "config.urls.problems.forbidden"
handler404 = "config.urls.problems.not_found"
handler500 = "config.urls.problems.server_error"

urlpatterns = [
    path("favicon.ico", RedirectView.as_view(url="/static/core/seal.svg", permanent=True)),
    path("api/v1/asyncapi.json", asyncapi, name="asyncapi"),
    path("api/v1/", api.urls),
    path("scim/v2/", scim, {"path": ""}),
    path("scim/v2/<path:path>", scim, name="scim"),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("accounts.sso.urls")),
    path("", include("accounts.oauth.urls")),
    path("admin/login/", console_sign_in),
    # Where the old password is guessed a few times only, and a new one ends the other sessions.
    path(
        "admin/password_change/",
        admin.site.admin_view(RedirectView.as_view(pattern_name="account_change_password")),
    ),
    path("admin/changes/", admin.site.admin_view(changes_page), name="changes"),
    path("admin/access/", admin.site.admin_view(explain_page), name="explain"),
    path("admin/", admin.site.urls),
    path("i18n/<language>.json", catalogue_page, name="catalogue"),
    path("files/parts/<path:name>", take_part),
    path("files/get/<uuid:file_id>", get_signed),
    path("sw.js", worker_page, name="worker"),
    path("manifest.webmanifest", manifest_page, name="manifest"),
    path("", client_page, name="client"),
    path("c/<path:rest>", client_page),
    path("m/<path:rest>", client_page),
]
