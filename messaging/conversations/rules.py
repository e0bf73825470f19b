"""The rules of a channel: who speaks, who reads what was before, how soon it answers.

They come as a mapping that holds only what is to change, so that None can mean "none".
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from messaging.conversations.models import Conversation, History, Who

type Rules = Mapping[str, Any]
"""Any of posting, replying, history, history_days, response_minutes, review_on."""

MOST_DAYS = 3650
MOST_RESPONSE_MINUTES = 30 * 24 * 60


def cleaned_rules(conversation: Conversation, rules: Rules | None) -> dict[str, Any]:
    """What changes, checked against what the channel has already.

    Errors  Invalid names the rule and what it may be.
    """
    given = dict(rules or {})
    changes: dict[str, Any] = {}
    for field in ("posting", "replying"):
        if field in given:
            changes[field] = _choice(field, given[field], Who)
    if "response_minutes" in given:
        changes["response_minutes"] = _within(
            "response_minutes", given["response_minutes"], MOST_RESPONSE_MINUTES
        )
    if "review_on" in given:
        changes["review_on"] = day_to_come("review_on", given["review_on"])
    return changes | _history(conversation, given)


def _history(conversation: Conversation, given: dict[str, Any]) -> dict[str, Any]:
    if not given.keys() & {"history", "history_days"}:
        return {}
    history = _choice("history", given.get("history", conversation.history), History)
    days = given.get("history_days")
    if history != History.DAYS:
        if days is not None:
            raise Invalid.field(
                "history_days", _("A number of days goes only with the history “days”.")
            )
        return {"history": history, "history_days": None}
    if days is None:
        days = conversation.history_days
    if days is None:
        raise Invalid.field("history_days", _("Say how many days before joining can be read."))
    return {"history": history, "history_days": _within("history_days", days, MOST_DAYS)}


def _choice(field: str, value: Any, choices: Any) -> str:
    if value not in choices.values:
        words = _("Choose one of: %(choices)s.") % {"choices": ", ".join(choices.values)}
        raise Invalid.field(field, words)
    return value


def _within(field: str, value: int | None, most: int) -> int | None:
    if value is not None and not 1 <= value <= most:
        raise Invalid.field(field, _("Give a number from 1 to %(most)d.") % {"most": most})
    return value


def day_to_come(field: str, day: date | None) -> date | None:
    """Refuse a day that has passed, or that nobody plans for yet."""
    today = timezone.localdate()
    if day is not None and not today <= day <= today + timedelta(days=MOST_DAYS):
        raise Invalid.field(field, _("Choose a day from today to ten years from now."))
    return day
