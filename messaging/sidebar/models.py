"""Sections of a person's own in the sidebar."""

from django.conf import settings
from django.db import models

from core.ids import new_id


class Section(models.Model):
    """A named group of conversations in one person's sidebar; nobody else sees it.

    Which conversations stand in it, and in what order, is in their memberships.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sidebar_sections"
    )
    name = models.CharField(max_length=80)
    position = models.FloatField()
    is_collapsed = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return self.name
