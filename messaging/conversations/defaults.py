"""The channels that everybody who joins the organisation is put into, as a policy names them.

They are kept by their ids: a channel that is renamed stays one of them, one that is archived or
made private takes nobody in until it is open again.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from messaging.conversations.models import Conversation, Kind

MOST = 20


def open_channels(ids: Collection[UUID]) -> list[Conversation]:
    """Those of these channels that take people in now, in the order of their ids."""
    rows = Conversation.objects.filter(id__in=ids, kind=Kind.PUBLIC, archived_at=None)
    return list(rows.order_by("id"))


def names_of(ids: Sequence[UUID]) -> list[str]:
    """What these channels are called, in the order given; those that are gone are left out."""
    rows = Conversation.objects.filter(id__in=ids, kind=Kind.PUBLIC)
    found = dict(rows.values_list("id", "name"))
    return [found[id_] for id_ in ids if id_ in found]


def check_default_channels(after: Sequence[UUID], before: Sequence[UUID]) -> None:
    """Refuse channels that are named anew and take nobody in; what there is may stay.

    Errors  Invalid names `default_channels`.
    """
    if len(after) > MOST:
        words = _("Name at most %(most)d channels.") % {"most": MOST}
        raise Invalid.field("default_channels", words, code="too_many")
    named = set(after) - set(before)
    if {channel.id for channel in open_channels(named)} != named:
        words = _("Name public channels that are not archived.")
        raise Invalid.field("default_channels", words, code="not_open")


class ChannelsField(ArrayField):
    """Ids of channels; given as ids or as names of public channels, with or without the #."""

    def __init__(self, base_field: models.Field | None = None, **kwargs: Any) -> None:
        given = {"blank": True, "default": list, "db_default": [], **kwargs}
        super().__init__(base_field or models.UUIDField(), **given)

    def deconstruct(self) -> Any:
        """Migrations know it as the list of ids that it is."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.contrib.postgres.fields.ArrayField", args, kwargs

    def to_python(self, value: Any) -> list[UUID]:
        """The ids, each once, in the order given.

        Errors  ValidationError says which name nobody knows.
        """
        return list(dict.fromkeys(_ids(value or [])))

    def formfield(self, **kwargs: Any) -> Any:
        """One line with the names of the channels."""
        return ChannelsInput(
            required=False, label=capfirst(self.verbose_name), help_text=self.help_text
        )


class ChannelsInput(forms.CharField):
    """Names of public channels, with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(names_of(value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        names = (part.strip() for part in (super().to_python(value) or "").split(","))
        return list(dict.fromkeys(_ids([name for name in names if name])))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def _ids(given: Iterable[Any]) -> list[UUID]:
    wanted = [_known(one) for one in given]
    lowered = {name.lower() for name in wanted if isinstance(name, str) and name.isprintable()}
    rows = Conversation.objects.filter(kind=Kind.PUBLIC).annotate(lowered=Lower("name"))
    found = dict(rows.filter(lowered__in=lowered).values_list("lowered", "id")) if lowered else {}
    unknown = [one for one in wanted if isinstance(one, str) and one.lower() not in found]
    if unknown:
        words = _("There is no public channel called %(name)s.")
        raise ValidationError(words % {"name": unknown[0][:80]})
    return [found[one.lower()] if isinstance(one, str) else one for one in wanted]


def _known(one: Any) -> UUID | str:
    """An id where it is one, else a name."""
    if isinstance(one, UUID):
        return one
    try:
        return UUID(str(one))
    except ValueError:
        return str(one).strip().removeprefix("#")
