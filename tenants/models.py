"""The catalogue of tenants. It lives in the public schema, with nothing that people wrote."""

import uuid
from typing import NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from core.ids import new_id


class TenantState(models.TextChoices):
    """Where a tenant is in its life. Only a READY tenant answers on its host."""

    CREATING = "creating", _("being created")
    READY = "ready", _("ready")
    SUSPENDED = "suspended", _("suspended")
    QUARANTINED = "quarantined", _("quarantined: a migration failed")
    DELETING = "deleting", _("waiting to be deleted")


class Tenant(TenantMixin):
    """A customer with its own PostgreSQL schema."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.CharField(max_length=40, unique=True, db_collation="C")
    schema_name = models.CharField(max_length=63, unique=True, db_collation="C")
    name = models.CharField(max_length=120)
    state = models.CharField(
        max_length=12, choices=TenantState.choices, default=TenantState.CREATING
    )
    created_at = models.DateTimeField(default=timezone.now)
    suspended_at = models.DateTimeField(null=True, blank=True)
    delete_after = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True, default="")

    auto_create_schema = False
    auto_drop_schema = False

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return f"{self.name} ({self.slug})"

    def __enter__(self) -> NoReturn:
        # The stock context manager keeps its stack on the class: two threads end on each other's
        # schema.
        raise RuntimeError("use tenants.context.in_tenant(tenant.slug)")


class Domain(DomainMixin):
    """A host name at which a tenant answers, without its port."""

    domain = models.CharField(max_length=253, unique=True, db_collation="C")

    class Meta:
        ordering = ["domain"]


class SignupState(models.TextChoices):
    """How far the making of an organisation has come."""

    WAITING = "waiting", _("waiting")
    WORKING = "working", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


class Signup(models.Model):
    """An organisation that somebody asked for. Its id is the page's address: random throughout."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.CharField(max_length=40, db_collation="C")
    name = models.CharField(max_length=120)
    owner_name = models.CharField(max_length=120)
    owner_email = models.EmailField(max_length=254)
    # The hash only, and only until the owner is made.
    password_hash = models.CharField(max_length=128)
    # The language in which it was asked for: its first owner's, and that of its first channel.
    locale = models.CharField(max_length=12, default="en", db_default="en")
    state = models.CharField(max_length=8, choices=SignupState.choices, default=SignupState.WAITING)
    trouble = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="tenants_signup_created")]

    def __str__(self) -> str:
        return f"{self.slug}: {self.state}"
