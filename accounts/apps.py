from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and access"

    def ready(self) -> None:
        """Fill the ports of the floor below, and load what registers itself."""
        from accounts import handlers as _handlers  # noqa: F401
        from accounts.domains import events as _domain_events  # noqa: F401
        from accounts.grants import events as _grant_events  # noqa: F401
        from accounts.grants import services as _grants  # noqa: F401
        from accounts.groups import events as _group_events  # noqa: F401
        from accounts.invitations import events as _invitation_events  # noqa: F401
        from accounts.mfa import receivers as _mfa_receivers  # noqa: F401
        from accounts.mfa import resealing as _mfa_resealing  # noqa: F401
        from accounts.oauth import events as _oauth_events  # noqa: F401
        from accounts.oauth.services import disconnect_all
        from accounts.people import events as _people_events  # noqa: F401
        from accounts.people.services import make_owner
        from accounts.policies import events as _policy_events  # noqa: F401
        from accounts.roles import events as _role_events  # noqa: F401
        from accounts.roles import refreshing as _refreshing  # noqa: F401
        from accounts.scim import events as _scim_events  # noqa: F401
        from accounts.sessions import events as _session_events  # noqa: F401
        from accounts.sessions import signing_out as _signing_out  # noqa: F401
        from accounts.signin import receivers as _receivers  # noqa: F401
        from accounts.sso import access as _sso_access  # noqa: F401
        from accounts.sso import events as _sso_events  # noqa: F401
        from accounts.sso import resealing as _sso_resealing  # noqa: F401
        from accounts.sso import sessions as _sso_sessions  # noqa: F401
        from accounts.tokens import access as _token_access  # noqa: F401
        from accounts.tokens import events as _token_events  # noqa: F401
        from accounts.tokens.services import ended_with_tokens
        from tenants.hooks import makes_owner

        makes_owner(make_owner)
        ended_with_tokens(disconnect_all)
