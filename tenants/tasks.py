"""Celery tasks carry their tenant in a header, and refuse to run without one."""

from celery import Task

from core.correlation import correlated, correlation_id
from tenants.context import NoTenant, in_public, in_tenant, tenant_or_none

TENANT_HEADER = "chancery_tenant"
CORRELATION_HEADER = "chancery_correlation_id"


class TenantTask(Task):
    """A task that runs in the tenant in which it was queued."""

    abstract = True

    def apply_async(self, args=None, kwargs=None, *positional, **options):
        headers = dict(options.pop("headers", None) or {})
        headers.setdefault(TENANT_HEADER, tenant_or_none())
        headers.setdefault(CORRELATION_HEADER, correlation_id())
        if headers[TENANT_HEADER] is None:
            raise NoTenant(f"{self.name} was queued outside of a tenant")
        return super().apply_async(args, kwargs, *positional, headers=headers, **options)

    def __call__(self, *args, **kwargs):
        headers = self.request.headers or {}
        # Called as a plain function, without a worker, a task acts in the tenant in hand.
        slug = headers.get(TENANT_HEADER) or tenant_or_none()
        if not slug:
            raise NoTenant(f"{self.name} arrived without a tenant")
        with in_tenant(slug), correlated(headers.get(CORRELATION_HEADER)):
            return super().__call__(*args, **kwargs)


class PublicTask(Task):
    """A task of the service itself: it sees the catalogue of tenants and no tenant's tables."""

    abstract = True

    def __call__(self, *args, **kwargs):
        with in_public():
            return super().__call__(*args, **kwargs)
