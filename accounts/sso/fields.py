"""What is given of a provider, field by field: cleaned, or refused at its field."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from accounts.groups.access import check_reach
from accounts.groups.selectors import groups_above, known_groups
from accounts.sso.schemas import Grant, Strict
from core.actor import Actor
from core.errors import FieldError, Forbidden, Invalid
from core.permissions import ROLE_PERMISSIONS, Role
from core.unfit import words_for

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


def clean_slug(slug: str) -> str:
    """The short name that stands in a provider's addresses."""
    if not SLUG.fullmatch(slug):
        raise Invalid.field(
            "slug", _("A short name has 1 to 40 small letters, digits and hyphens, such as okta.")
        )
    return slug


def clean_domains(domains: list[str]) -> list[str]:
    """E-mail domains, in lower case, each once."""
    if len(domains) > 100:
        raise Invalid.field("domains", _("A provider has at most 100 domains."))
    cleaned = [str(domain).strip().lower().removeprefix("@") for domain in domains]
    for domain in cleaned:
        if not DOMAIN.fullmatch(domain):
            raise Invalid.field("domains", _("Give domains such as example.com."))
    return sorted(set(cleaned))


def clean_grants(actor: Actor, grants: list[Any]) -> list[dict[str, Any]]:
    """What groups of the provider give here: nothing that the actor lacks."""
    if len(grants) > 500:
        raise Invalid.field("grants", _("At most 500 groups can be mapped."))
    cleaned = [checked_values(Grant, grant, "grants") for grant in grants]
    for grant in cleaned:
        role = grant["role"]
        if role and not ROLE_PERMISSIONS[Role(role)] <= actor.permissions:
            raise Forbidden("grants", _("You cannot give a role above your own."))
    _check_groups(actor, {UUID(grant["group_id"]) for grant in cleaned if grant["group_id"]})
    return cleaned


def _check_groups(actor: Actor, group_ids: set[UUID]) -> None:
    """Groups that are here, and that give nothing the actor lacks."""
    if known_groups(group_ids) != group_ids:
        raise Invalid.field("grants", _("There is no such group here."))
    if group_ids:
        check_reach(actor, groups_above(group_ids))


def checked_values(kind: type[Strict], values: Any, field: str) -> dict[str, Any]:
    """Values that fit the schema, as they are stored; what does not fit is named below `field`."""
    if not isinstance(values, Mapping):
        raise Invalid.field(field, _("Give names with their values."))
    try:
        return kind.model_validate(dict(values)).model_dump(mode="json")
    except ValidationError as wrong:
        errors = [
            FieldError(".".join([field, *map(str, each["loc"])]), words_for(each))
            for each in wrong.errors()
        ]
        raise Invalid(field, errors[0].message, errors=errors) from wrong
