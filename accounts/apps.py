from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and access"

    def ready(self) -> None:
        """Fill the ports of the floor below, and load what registers itself."""
        from accounts import handlers as _handlers  # noqa: F401
        from accounts.domains import frames as _domain_frames  # noqa: F401
        from accounts.grants import frames as _grant_frames  # noqa: F401
        from accounts.grants import services as _grants  # noqa: F401
        from accounts.groups import frames as _group_frames  # noqa: F401
        from accounts.invitations import frames as _invitation_frames  # noqa: F401
        from accounts.mfa import receivers as _mfa_receivers  # noqa: F401
        from accounts.mfa import resealing as _mfa_resealing  # noqa: F401
        from accounts.oauth import frames as _oauth_frames  # noqa: F401
        from accounts.oauth.services import disconnect_all
        from accounts.people import events as _people_events  # noqa: F401
        from accounts.people.services import make_owner
        from accounts.policies import frames as _policy_frames  # noqa: F401
        from accounts.roles import frames as _role_frames  # noqa: F401
        from accounts.roles import refreshing as _refreshing  # noqa: F401
        from accounts.scim import frames as _scim_frames  # noqa: F401
        from accounts.sessions import events as _session_events  # noqa: F401
        from accounts.sessions import signing_out as _signing_out  # noqa: F401
        from accounts.signin import receivers as _receivers  # noqa: F401
        from accounts.sso import access as _sso_access  # noqa: F401
        from accounts.sso import frames as _sso_frames  # noqa: F401
        from accounts.sso import resealing as _sso_resealing  # noqa: F401
        from accounts.sso import sessions as _sso_sessions  # noqa: F401
        from accounts.tokens import access as _token_access  # noqa: F401
        from accounts.tokens import frames as _token_frames  # noqa: F401
        from accounts.tokens.services import ended_with_tokens
        from tenants.hooks import makes_owner

        makes_owner(make_owner)
        ended_with_tokens(disconnect_all)
