"""What is known of an app, beyond the columns of its row."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from pydantic import BaseModel, Field

from core.ids import new_id


class OAuthSecret(BaseModel, frozen=True):
    """By which a confidential app proves itself; two may be good while it changes over."""

    id: UUID = Field(default_factory=new_id)
    digest: str
    hint: str
    created_at: datetime = Field(default_factory=timezone.now)
    last_used_at: datetime | None = None
