"""Which Slack workspaces were imported."""

from django.db import models
from django.utils import timezone


class SlackWorkspace(models.Model):
    """A workspace whose history is here. `key` stands in the external ids of its rows.

    `people` maps a sample of its user ids to a digest of the name that each had in the first
    export: names change here and in Slack, but a later export that knows most of them by other
    names comes from another workspace, whatever team id it claims.
    """

    key = models.CharField(max_length=40, primary_key=True, db_collation="C")
    people = models.JSONField(default=dict)
    first_imported_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.key
