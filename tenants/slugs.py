"""What a tenant's slug may be: it becomes a host name and the name of a schema."""

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from tenants.context import OPERATORS, SLUG

LONGEST = 40

RESERVED = frozenset(
    {
        OPERATORS,
        # Hosts that people and programs expect to be the service's own.
        *("www", "www2", "admin", "administrator", "api", "app", "apps", "assets", "static"),
        *("media", "files", "cdn", "img", "images", "download", "downloads", "upload", "uploads"),
        *("account", "accounts", "auth", "login", "logout", "oauth", "oidc", "saml", "scim", "sso"),
        *("signin", "signup", "sign-in", "sign-up", "register", "welcome", "start", "new", "join"),
        *("mail", "email", "smtp", "imap", "pop", "pop3", "mx", "webmail", "postmaster", "noreply"),
        *("ns", "ns1", "ns2", "dns", "ftp", "sftp", "ssh", "vpn", "proxy", "gateway", "edge"),
        *("ws", "wss", "socket", "sockets", "live", "push", "hooks", "webhook", "webhooks"),
        *("status", "health", "healthz", "readyz", "metrics", "monitor", "monitoring", "grafana"),
        *("blog", "docs", "doc", "help", "support", "about", "legal", "privacy", "terms", "abuse"),
        *("security", "trust", "billing", "pay", "payment", "payments", "shop", "store", "sales"),
        *("root", "system", "chancery", "public", "private", "internal", "localhost", "local"),
        *("test", "testing", "dev", "develop", "stage", "staging", "prod", "production", "demo"),
        *("beta", "alpha", "preview", "sandbox", "snapshot", "template", "tenant", "tenants"),
        *("postgres", "pg-catalog", "information-schema", "redis", "celery", "worker", "workers"),
        *("autoconfig", "autodiscover", "wpad", "isatap", "broadcasthost", "null", "undefined"),
        *("host", "hostmaster", "webmaster", "owner", "everyone", "channel", "here", "me"),
    }
)
"""Slugs that no organisation can take."""


def clean_slug(value: str) -> str:
    """Accept a slug, trimmed and in lower case.

    Errors  Invalid, with the code `empty`, `malformed` or `reserved`.
    """
    slug = value.strip().lower()
    if not slug:
        raise Invalid.field("slug", _("Choose an address."), code="empty")
    if not SLUG.fullmatch(slug):
        raise Invalid.field(
            "slug",
            _(
                "An address has 3 to 40 characters: lower-case letters a to z, digits and single"
                " hyphens. It begins with a letter and ends with a letter or digit."
            ),
            code="malformed",
        )
    if slug in RESERVED:
        raise Invalid.field(
            "slug", _("This address is reserved. Choose another one."), code="reserved"
        )
    return slug
