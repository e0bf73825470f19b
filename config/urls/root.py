"""URLs of the root site: sign-up, and the operators' console."""

from django.contrib import admin
from django.urls import include, path

handler400 = "config.urls.problems.bad_request"
handler403 = "config.urls.problems.forbidden"
handler404 = "config.urls.problems.not_found"
handler500 = "config.urls.problems.server_error"

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
