"""What `/accounts/` holds: signing in and out. More comes with what needs it."""

from allauth.account import views
from django.urls import path

from accounts.sessions.leaving import leaving_nothing

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", leaving_nothing(views.logout), name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
]
