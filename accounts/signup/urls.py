"""Addresses of the sign-up."""

from django.urls import path

from accounts.signup import views

urlpatterns = [
    path("", views.sign_up, name="signup"),
    path("signup/<uuid:id_>/", views.progress, name="signup-progress"),
    path("signup/<uuid:id_>/state", views.state, name="signup-state"),
]
