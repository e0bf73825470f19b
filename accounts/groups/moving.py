"""Changes of groups and roles follow one another, so that what they grant is always right."""

from uuid import UUID

from django.db import connection

from core.actor import Actor
from events.journal import hold
from tenants.selectors import tenant_id


def begin(actor: Actor) -> UUID:
    """Let nobody else change groups or roles until the transaction ends; returns the tenant's id.

    Two groups put into each other at one moment would make a circle otherwise, and somebody who
    comes into a group while it is given a role would miss the role.
    """
    tenant = tenant_id(actor.tenant)
    hold(tenant)
    with connection.cursor() as cursor:
        # The stream's row may not be there yet.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.groups'))")
    return tenant
