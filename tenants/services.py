"""The life of a tenant: made, suspended, marked for deletion, erased. Each is one verb.

These act on the catalogue in the public schema and on whole schemas; who may call them is for the
commands, the operators' console and the sign-up to say.
"""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from django.conf import settings
from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, FieldError, NotFound, Unavailable
from core.text import clean_name
from tenants import hooks, snapshot
from tenants.cache import RedisCacheOrOwn
from tenants.context import OPERATORS, in_public, in_tenant, schema_of
from tenants.fleet import resting_state
from tenants.hooks import NewOwner
from tenants.hosts import domain_name, forget_hosts
from tenants.models import Domain, Signup, SignupState, Tenant, TenantState
from tenants.schemas import create_schema, drop_schema, migrate_tenant
from tenants.slugs import clean_slug
from tenants.snapshot import catalogue

logger = logging.getLogger("chancery.tenants")

GRACE = timedelta(days=7)
"""How long a tenant marked for deletion can still be had back."""

_DROP_WAITS_S = 10.0
"""How long dropping a schema waits for those who still read in it."""


def create_tenant(*, slug: str, name: str, owner: NewOwner | None = None) -> Tenant:
    """Make an organisation that answers on its host at once, or nothing at all.

    Errors  Invalid for a slug or name that cannot be, Conflict for a slug that is taken.
    """
    return _provision(clean_slug(slug), clean_name(name, longest=120), owner)


def create_operators() -> Tenant:
    """Make the reserved tenant of the people who run the service."""
    return _provision(OPERATORS, "Operators", None)


def suspend(slug: str) -> Tenant:
    """Take a tenant off its host; its data stays as it is. Suspending twice is one suspension."""
    with _changing(slug) as tenant:
        tenant.suspended_at = tenant.suspended_at or timezone.now()
        if tenant.state == TenantState.READY:
            tenant.state = TenantState.SUSPENDED
    return tenant


def resume(slug: str) -> Tenant:
    """Undo a suspension.

    Errors  Conflict for a tenant that waits to be deleted: `keep` is what undoes that.
    """
    with _changing(slug) as tenant:
        if tenant.state == TenantState.DELETING:
            raise Conflict(
                "tenant",
                _("It is waiting to be deleted; delete_tenant --undo keeps it."),
                code="deleting",
            )
        tenant.suspended_at = None
        if tenant.state == TenantState.SUSPENDED:
            tenant.state = resting_state(tenant)
    return tenant


def mark_for_deletion(slug: str, *, grace: timedelta = GRACE) -> Tenant:
    """Take a tenant off its host and let it be erased when the grace period is over."""
    with _changing(slug) as tenant:
        tenant.delete_after = tenant.delete_after or timezone.now() + grace
        tenant.state = TenantState.DELETING
    return tenant


def keep(slug: str) -> Tenant:
    """Undo a deletion that has not happened yet."""
    with _changing(slug) as tenant:
        tenant.delete_after = None
        if tenant.state == TenantState.DELETING:
            tenant.state = resting_state(tenant)
    return tenant


def erase(slug: str) -> None:
    """Remove a tenant and everything of it: schema, files, cache, what is queued. No way back.

    May be run again where it was interrupted. Its row goes last, so that nothing is forgotten.
    """
    with _changing(slug) as tenant:
        tenant.delete_after = tenant.delete_after or timezone.now()
        tenant.state = TenantState.DELETING
    with _turn_of(slug):
        hooks.erase(slug)
        cast(RedisCacheOrOwn, caches[DEFAULT_CACHE_ALIAS]).forget_tenant(slug)
        shutil.rmtree(_files_of(slug), ignore_errors=True)
        _drop(slug)
    forget_hosts()
    logger.info("tenant %s was erased", slug)


def erase_overdue(*, now: datetime | None = None) -> list[str]:
    """Erase every tenant whose grace period is over; returns their slugs."""
    with in_public():
        due = Tenant.objects.filter(
            state=TenantState.DELETING, delete_after__lte=now or timezone.now()
        )
        slugs = list(due.order_by("delete_after").values_list("slug", flat=True))
    return [slug for slug in slugs if _erased(slug)]


def _erased(slug: str) -> bool:
    """Erase one of several: what goes wrong with it must not keep the others."""
    try:
        erase(slug)
    except Exception:
        logger.exception("tenant %s could not be erased; it is tried again", slug)
        return False
    return True


def _drop(slug: str) -> None:
    """Drop the schema and forget the tenant, unless somebody is still at work in it."""
    try:
        with in_public(), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = %s", [f"{_DROP_WAITS_S * 1000:.0f}ms"])
            drop_schema(slug)
            # What was asked for at the root site names the owner and their address.
            Signup.objects.filter(slug=slug, state=SignupState.READY).delete()
            Tenant.objects.filter(slug=slug).delete()
    except OperationalError as busy:
        raise Unavailable(
            "tenant", _("Somebody is still at work in this tenant. Try again in a moment.")
        ) from busy


def _files_of(slug: str) -> Path:
    schema_of(slug)  # refuses anything that is not a slug before a folder is removed by it
    return Path(settings.MEDIA_ROOT) / slug


@contextmanager
def _changing(slug: str) -> Iterator[Tenant]:
    """Lock a tenant's row, let the caller change it, save it; operators cannot be changed."""
    with in_public(), transaction.atomic():
        tenant = Tenant.objects.select_for_update().filter(slug=slug).first()
        if tenant is None:
            raise NotFound("tenant", _("There is no tenant with this name."))
        if slug == OPERATORS:
            raise Conflict("tenant", _("The operators' own tenant cannot be taken away."))
        if tenant.state == TenantState.CREATING:
            raise Conflict("tenant", _("This tenant is being created."))
        yield tenant
        Tenant.objects.filter(id=tenant.id).update(
            state=tenant.state, suspended_at=tenant.suspended_at, delete_after=tenant.delete_after
        )
    forget_hosts()


# Provisioning -------------------------------------------------------------------------------------


def _provision(slug: str, name: str, owner: NewOwner | None) -> Tenant:
    sql = snapshot.current()
    with _turn_of(slug):
        _clear_remains(slug)
        try:
            if sql is None:
                return _by_migrations(slug, name, owner)
            return _by_snapshot(slug, name, owner, sql)
        except IntegrityError as clash:
            raise taken() from clash
        finally:
            forget_hosts()


def _by_snapshot(slug: str, name: str, owner: NewOwner | None, sql: str) -> Tenant:
    """Everything in one transaction: a tenant is there and whole, or was never there."""
    # In the tenant to the end: what its first events lead to after the commit acts there.
    with in_tenant(slug), transaction.atomic():
        with in_public():
            tenant = _enter(slug, name, TenantState.READY)
            create_schema(slug)
            snapshot.replay(slug, sql)
        _add_owner(owner)
    return tenant


def _by_migrations(slug: str, name: str, owner: NewOwner | None) -> Tenant:
    """Without a snapshot that fits. Migrations commit one by one: remains are cleared by hand."""
    logger.warning("no snapshot fits the migrations: tenant %s is made by running them", slug)
    with in_public(), transaction.atomic():
        tenant = _enter(slug, name, TenantState.CREATING)
        create_schema(slug)
    try:
        migrate_tenant(slug)
        snapshot.keep(catalogue.dump(slug))
        with in_tenant(slug), transaction.atomic():
            _add_owner(owner)
            with in_public():
                Tenant.objects.filter(id=tenant.id).update(state=TenantState.READY)
    except BaseException:
        _clear_remains(slug)
        raise
    tenant.state = TenantState.READY
    return tenant


def _enter(slug: str, name: str, state: TenantState) -> Tenant:
    """Write a tenant into the catalogue, past the base class's save(), which asks around."""
    if Tenant.objects.filter(slug=slug).exists():
        raise taken()
    tenant = Tenant(slug=slug, schema_name=schema_of(slug), name=name, state=state)
    Tenant.objects.bulk_create([tenant])
    Domain.objects.bulk_create([Domain(domain=domain_name(slug), tenant=tenant, is_primary=True)])
    return tenant


def _add_owner(owner: NewOwner | None) -> None:
    if owner is not None:
        hooks.make_owner(owner)


def _clear_remains(slug: str) -> None:
    """Remove what a creation that was killed left behind."""
    with in_public(), transaction.atomic():
        if Tenant.objects.filter(slug=slug, state=TenantState.CREATING).delete()[0]:
            drop_schema(slug)


def taken() -> Conflict:
    """The refusal of a slug that somebody has."""
    words = _("This address is taken. Choose another one.")
    return Conflict("slug", words, code="taken", errors=[FieldError("slug", words)])


@contextmanager
def _turn_of(slug: str) -> Iterator[None]:
    """One at a time per slug; the server drops the lock when its holder dies."""
    key = f"chancery:tenant:{slug}"
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        if not cursor.fetchone()[0]:
            raise Unavailable(
                "slug", _("Somebody is working on this address. Try again in a moment.")
            )
    try:
        yield
    finally:
        with in_public(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
