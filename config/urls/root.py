"""URLs of the root site: sign-up, and the operators' console."""

from django.urls import include, path
from django.views.generic import RedirectView

from accounts.console import console_sign_in
from tenants.operators import metrics, operator_site

handler400 = "config.urls.problems.bad_request"
handler403 = "config.urls.problems.forbidden"
handler404 = "config.urls.problems.not_found"
handler500 = "config.urls.problems.server_error"

urlpatterns = [
    path("favicon.ico", RedirectView.as_view(url="/static/core/seal.svg", permanent=True)),
    path("metrics", metrics),
    path("accounts/", include("accounts.urls")),
    path("admin/login/", console_sign_in),
    path("admin/", operator_site.urls),
    path("", include("accounts.signup.urls")),
]
