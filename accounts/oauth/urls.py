"""OAuth 2.0 of one organisation, at its own host."""

from django.urls import path

from accounts.oauth import endpoints, views

urlpatterns = [
    path("oauth/authorize", views.authorize, name="oauth_authorize"),
    path("oauth/token", endpoints.token, name="oauth_token"),
    path("oauth/introspect", endpoints.introspect, name="oauth_introspect"),
    path("oauth/revoke", endpoints.revoke, name="oauth_revoke"),
    path(
        ".well-known/oauth-authorization-server",
        endpoints.metadata,
        name="oauth_metadata",
    ),
]
