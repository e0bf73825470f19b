"""The addresses of identity providers, by allauth's paths: one set for each."""

from django.urls import path

from accounts.sso import views
from accounts.sso.oidc import views as oidc
from accounts.sso.saml import views as saml

urlpatterns = [
    path("sso/", views.ways, name="sso_ways"),
    path("sso/connect/", views.connect, name="sso_connect"),
    path("sso/route/", views.route, name="sso_route"),
    path("saml/<slug:slug>/login/", saml.login, name="saml_login"),
    path("saml/<slug:slug>/acs/", saml.acs, name="saml_acs"),
    path("saml/<slug:slug>/acs/finish/", saml.finish, name="saml_finish_acs"),
    path("saml/<slug:slug>/sls/", saml.sls, name="saml_sls"),
    path("saml/<slug:slug>/logout/", saml.log_out, name="saml_logout"),
    path("saml/<slug:slug>/metadata/", saml.metadata, name="saml_metadata"),
    path("oidc/<slug:slug>/login/", oidc.login, name="oidc_login"),
    path("oidc/<slug:slug>/login/callback/", oidc.callback, name="oidc_callback"),
    path("oidc/<slug:slug>/logout/", oidc.log_out, name="oidc_logout"),
    path("oidc/<slug:slug>/logout/done/", oidc.signed_out, name="oidc_signed_out"),
    path("oidc/<slug:slug>/logout/back/", oidc.back_channel, name="oidc_back_channel"),
]
