"""What `/accounts/` holds: signing in and out, and each person's own account."""

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from accounts.branding.views import logo, style
from accounts.invitations import views as invitations
from accounts.mfa.views import account
from accounts.sessions.leaving import leaving_nothing
from accounts.sessions.views import sessions
from accounts.signin.again import sign_in_again
from accounts.signin.entry import counted
from accounts.signin.language import choose_language

urlpatterns = [
    path("logout/", leaving_nothing(views.logout), name="account_logout"),
    path("login/", counted(views.login), name="account_login"),
    path("language/", choose_language, name="language"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("login/again/", sign_in_again, name="account_login_again"),
    path("reauthenticate/", counted(views.reauthenticate), name="account_reauthenticate"),
    path("login/code/", counted(views.request_login_code), name="account_request_login_code"),
    path(
        "login/code/confirm/",
        counted(views.confirm_login_code),
        name="account_confirm_login_code",
    ),
    path("email/", counted(views.email), name="account_email"),
    path(
        "confirm-email/",
        counted(views.email_verification_sent),
        name="account_email_verification_sent",
    ),
    path("password/change/", counted(views.password_change), name="account_change_password"),
    path("password/set/", counted(views.password_set), name="account_set_password"),
    path("password/reset/", counted(views.password_reset), name="account_reset_password"),
    path(
        "password/reset/done/",
        views.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)/$",
        counted(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("brand/logo", logo, name="brand_logo"),
    path("brand/style.css", style, name="brand_style"),
    path("sessions/", sessions, name="account_sessions"),
    path("join/", counted(invitations.ask), name="join_ask"),
    path("join/by-mail/<str:proof>/", counted(invitations.by_proof), name="join_by_proof"),
    path("join/<str:secret>/", counted(invitations.by_invitation), name="join_by_invitation"),
    path("2fa/", account, name="mfa_index"),
    path("2fa/authenticate/", counted(mfa.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", counted(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", counted(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", counted(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        counted(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        recovery.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("2fa/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/passkeys/add/", counted(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("2fa/passkeys/login/", counted(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path(
        "2fa/passkeys/reauthenticate/",
        counted(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "2fa/passkeys/<int:pk>/remove/",
        counted(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path("2fa/passkeys/<int:pk>/edit/", counted(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
]
