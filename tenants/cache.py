"""Cache keys carry the tenant, also those of packages that know nothing of tenants."""

from tenants.context import tenant_or_none


def tenant_key(key: str, prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: what one tenant caches, no other tenant can read."""
    return f"{prefix}:{tenant_or_none() or '-'}:{version}:{key}"
